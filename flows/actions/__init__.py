"""What an answer on a screen means: one small function per action that content may name with ``do``.

An action looks at the facts, the session and what was typed, and says what happened (events) and what
the session is to remember (data). It changes nothing itself.
"""

from collections.abc import Mapping

from flows.actions import (
    calls,
    care_line,
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
from flows.registry import Action

ACTIONS: Mapping[str, Action] = {
    **mothers.ACTIONS,
    **staff.ACTIONS,
    **settings.ACTIONS,
    **caseload.ACTIONS,
    **corrections.ACTIONS,
    **calls.ACTIONS,
    **care_line.ACTIONS,
    **for_me.ACTIONS,
    **handovers.ACTIONS,
    **life.ACTIONS,
    **supervision.ACTIONS,
    **team.ACTIONS,
}
