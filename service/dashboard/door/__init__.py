"""Who comes in: accounts, signing in, sessions, and the one place that says who may do what."""
