"""The conditions content may name with ``when``: each a yes or no from the facts and the session."""

from collections.abc import Mapping

from flows.guards import (
    caseload,
    corrections,
    for_me,
    handovers,
    life,
    mothers,
    settings,
    staff,
    supervision,
    team,
)
from flows.registry import Guard

GUARDS: Mapping[str, Guard] = {
    **mothers.GUARDS,
    **staff.GUARDS,
    **settings.GUARDS,
    **caseload.GUARDS,
    **corrections.GUARDS,
    **for_me.GUARDS,
    **handovers.GUARDS,
    **life.GUARDS,
    **supervision.GUARDS,
    **team.GUARDS,
}
