"""A year of made-up mothers through the real loop, the ledger of what happened to each, and what must hold of it."""
