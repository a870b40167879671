"""Content on its way from files to every process: read, checked, published, followed."""
