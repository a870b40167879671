"""The pages a supervisor reads in a browser: signing in, and Today."""
