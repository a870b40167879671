"""Registers and appointment books on their way in: read, checked row by row, compared with what is known, and saved."""
