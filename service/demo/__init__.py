"""The made-up world of the demo: its people, their months of history, and what may be told about them."""

from service.demo.world import build_world

__all__ = ["build_world"]
