"""The menu of the dashboard: what there is, in which order, and for whom."""

from dataclasses import dataclass
from typing import Final

from service.dashboard.door.access import MAY, Permission
from service.dashboard.door.sign_in import User


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One line of the menu, and whether the page shown belongs to it."""

    label: str
    path: str
    here: bool = False


GROUPS: Final[tuple[tuple[str, tuple[tuple[str, str, Permission | None], ...]], ...]] = (
    (
        "Care",
        (
            ("Today", "/", None),
            ("Follow-ups", "/follow-ups", "see_work"),
            ("Mothers", "/mothers", "see_work"),
            ("Appointments", "/appointments", "see_work"),
            ("Inbox", "/inbox", "see_work"),
        ),
    ),
    (
        "Teams",
        (
            ("Sites", "/sites", "see_work"),
            ("Mentors", "/mentors", "see_work"),
            ("Groups", "/groups", "see_work"),
        ),
    ),
    (
        "Programme",
        (
            ("Reports", "/reports", "see_counts"),
            ("Messages", "/messages", "see_texts"),
            ("Import", "/imports", "import"),
        ),
    ),
    (
        "Service",
        (
            ("System", "/system", "see_system"),
            ("People", "/people", "administer"),
            ("Keys", "/keys", "administer"),
            ("Audit", "/audit", "see_audit"),
            ("Numbers shown", "/numbers", "reveal"),
            ("My sign-in", "/set-up", None),
        ),
    ),
)
"""Title of each group, and its pages with the permission each asks for (None: whoever is signed in)."""


def entries(user: User | None, path: str, *, has_simulator: bool = False) -> list[tuple[str, list[NavEntry]]]:
    """The menu of one user, by group, with the page shown marked."""
    if user is None:
        return []
    found = []
    for title, lines in GROUPS:
        shown = [
            NavEntry(label, address, _is_here(address, path))
            for label, address, permission in lines
            if permission is None or permission in MAY[user.role]
        ]
        if title == "Service" and has_simulator:
            shown.append(NavEntry("Phones", "/simulator"))
        if shown:
            found.append((title, shown))
    return found


def _is_here(address: str, path: str) -> bool:
    return path == address if address == "/" else path == address or path.startswith(f"{address}/")
