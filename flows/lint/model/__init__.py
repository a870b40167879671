"""The model checker: the menus of a compiled bundle, walked everywhere a call can go."""

from flows.lint.finding import Problem
from flows.lint.model import tasks, ways
from flows.lint.model.walking import Model, explore

__all__ = ["Model", "explore", "problems"]


def problems(model: Model) -> list[Problem]:
    """Return everything wrong that walking the menus showed: pages first, then ways, then tasks."""
    return [*model.problems, *ways.check(model), *tasks.check(model)]
