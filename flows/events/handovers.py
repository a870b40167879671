"""Who looks after whom: mothers handed to another mentor, and help of a colleague for a day."""

from dataclasses import dataclass

from flows.events.root import Event


@dataclass(frozen=True, slots=True)
class HandoverProposed(Event):
    """A mentor asks that another look after this mother, or (None), since she leaves, after all of hers."""

    staff_id: int
    mother_id: int | None


@dataclass(frozen=True, slots=True)
class HandoverDecided(Event):
    """A supervisor approved or refused it; ``to_id`` is who it shall be instead of who was proposed."""

    staff_id: int
    handover_id: int
    approved: bool
    to_id: int | None = None


@dataclass(frozen=True, slots=True)
class CaseGiven(Event):
    """A supervisor gives one piece of work to this mentor; who looks after the mother stays as it is."""

    staff_id: int
    follow_up_id: int
    to_id: int


@dataclass(frozen=True, slots=True)
class MentorGiven(Event):
    """A supervisor gives a mother to this mentor: another than hers so far, or her first."""

    staff_id: int
    mother_id: int
    to_id: int


@dataclass(frozen=True, slots=True)
class CaseloadShared(Event):
    """A supervisor shares out all mothers of a colleague who leaves."""

    staff_id: int
    from_id: int


@dataclass(frozen=True, slots=True)
class HelpWanted(Event):
    """Asked whether a colleague shall help today, she said yes."""

    staff_id: int
