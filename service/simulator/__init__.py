"""The phone simulator: two basic phones in a page, and a clock that can be stepped. Demo and tests only."""
