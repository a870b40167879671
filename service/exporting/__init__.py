"""What leaves as a file: sheets of lists and counts, the monthly register, and values for DHIS2."""
