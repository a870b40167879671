"""The scheduler's ports on PostgreSQL: plain SQL, set-based, one module for each kind of row."""
