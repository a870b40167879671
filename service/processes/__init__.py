"""What runs: the web server, the worker, and the loops of each process until it is told to stop."""
