"""The content that ships as `pamoja lint` checks it: read, compiled and walked once for all tests of a process."""

from functools import cache

from flows.lint.model import Model
from service.content.checked import Checked, check


@cache
def shipped() -> Checked:
    """It in every language, with its findings and its menus walked, each when first asked for; change nothing in it."""
    return check()


def walked() -> Model:
    """Its menus, walked; to try a change, take a copy with ``dataclasses.replace``."""
    return shipped().walked
