"""The standard registry: every action, guard, list and placeholder that content may name."""

from flows.actions import ACTIONS
from flows.guards import GUARDS
from flows.lists import LISTS, PLACEHOLDERS
from flows.registry import Registry

STANDARD = Registry(
    actions=ACTIONS,
    guards=GUARDS,
    lists=LISTS,
    placeholders=PLACEHOLDERS,
    remembering=frozenset({"choose_next_visit", "choose_only_child", "choose_only_report"}),
)
