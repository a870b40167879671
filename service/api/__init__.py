"""`/api/v1`: what another system at a clinic may enter and read, with a key of its own. No names, no numbers, no results."""
