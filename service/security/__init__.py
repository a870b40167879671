"""Keys and what they protect: sealed fields, blind indexes, PINs and tokens. Nothing here reads a setting or a clock."""
