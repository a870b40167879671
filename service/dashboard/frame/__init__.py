"""What every page is made with: how it is asked for, guarded, written into, laid out and given as a file."""
