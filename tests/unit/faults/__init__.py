"""What lint proves: a hundred and more small mistakes, each found on its own line and named first."""
