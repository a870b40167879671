"""Measurements of Pamoja beside other libraries, in one run on one machine: only the ratios mean anything."""
