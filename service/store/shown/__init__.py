"""What the dashboard shows, read set-based: a page asks as many statements for three rows as for three thousand."""
