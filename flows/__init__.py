"""What Pamoja says: every screen and text, and what an answer means. Pure; the standard library only."""
