"""What people really did by menu while a journey was played, and in which language: seen beside the engine."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from flows.engine import advance, begin
from flows.events import Event
from flows.lint.model.tasks import Task
from flows.types import HopResult
from flows.walk import Walk

ALSO = {"mentor": ("mentor", "nurse")}
"""A nurse has the mentors' menus."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An action that ran, or a screen that was shown: to whom by their PIN (None: not given), in which language."""

    name: str
    who: str | None
    language: str


@dataclass(slots=True)
class Watch:
    """What was done and shown so far, and of the hop being thought through what may still be dropped."""

    deeds: set[Deed] = field(default_factory=set)
    _ran: list[tuple[Deed, tuple[Event, ...]]] = field(default_factory=list)
    _drawn: list[tuple[Deed, HopResult]] = field(default_factory=list)

    def saw(self, task: Task, language: str) -> bool:
        """Whether somebody of the task's kind did it, or read its screen, in this language."""
        names = {f"do {action}" for action in task.do} or {f"read {task.screen}"}
        kinds = ALSO.get(task.who, (task.who,))
        return any(
            deed.name in names and deed.language == language and (task.who == "anyone" or deed.who in kinds)
            for deed in self.deeds
        )

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """Look on at every hop the service thinks through, until the patch is undone."""
        run, show = Walk.run, Walk.show

        def ran(walk: Walk, action: str | None, given: str) -> None:
            deed, before = _deed(walk, f"do {action}"), len(walk.events)
            run(walk, action, given)
            if action is not None:
                self._ran.append((deed, tuple(walk.events[before:])))

        def drew(walk: Walk, lead: str = "") -> HopResult:
            result = show(walk, lead)
            self._drawn.append((_deed(walk, f"read {walk.state.screen}"), result))
            return result

        patch.setattr(Walk, "run", ran)
        patch.setattr(Walk, "show", drew)
        patch.setattr("service.ussd.think.begin", self._counting(begin))
        patch.setattr("service.ussd.think.advance", self._counting(advance))

    def _counting(self, hop: Callable[..., HopResult]) -> Callable[..., HopResult]:
        def counted(*args: object) -> HopResult:
            self._ran.clear()
            self._drawn.clear()
            result = hop(*args)
            self._keep(result)
            return result

        return counted

    def _keep(self, result: HopResult) -> None:
        """Count what came of the hop: a digit dialled through is only tried, and dropped where it would act."""
        happened = {id(event) for event in result.events}
        self.deeds |= {deed for deed, events in self._ran if all(id(one) in happened for one in events)}
        self.deeds |= {deed for deed, drawn in self._drawn if drawn.reply is result.reply}


def _deed(walk: Walk, name: str) -> Deed:
    state = walk.state
    who = next((person.kind for person in walk.facts.people if person.id == state.who), None)
    return Deed(name, who, walk.bundle.spoken(state.screen, state.language))
