"""The embedded PostgreSQL of the demo and the tests: its folders, its process, its start and stop."""
