"""One application of events: the transaction, where they came from, and whom they concern."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from scheduler.localtime import local
from service.apply.deps import Deps, Origin
from service.database import Connection
from service.store import people
from service.store.people import MotherRow, PhoneRow, StaffRow


class SetUpCodeGone(Exception):
    """The set-up code was used, has expired or belongs to somebody else: ask her mentor for a new one."""

    def __init__(self) -> None:
        super().__init__("This set-up code is no longer valid: hand out a new one.")


class CodeTaken(Exception):
    """The drawn set-up code is in use by another mother: draw another and apply the hop again."""

    def __init__(self) -> None:
        super().__init__("This set-up code is in use: draw another one.")


class ClientNumberTaken(Exception):
    """Another mother of the clinic is known by this number: compare their papers."""

    def __init__(self) -> None:
        super().__init__("Another mother of this clinic has this client number: compare their papers.")


class NotTheirs(Exception):
    """A member of staff acted on somebody outside their facility: nothing was changed."""

    def __init__(self) -> None:
        super().__init__("This person is not in the care of your facility: ask the supervisor.")


@dataclass(slots=True)
class Work:
    """What a handler works with. ``pin_hashes`` are chosen PINs, hashed outside, by mother.

    ``taken`` are the codes somebody just took by text, to be said in one answer.
    """

    conn: Connection
    origin: Origin
    now: datetime
    deps: Deps
    pin_hashes: Mapping[int, str]
    phone_id: int | None
    told: set[tuple[str, int]] = field(default_factory=set)
    taken: list[tuple[StaffRow, str]] = field(default_factory=list)

    def today(self, time_zone: str) -> date:
        """The local date."""
        return local(self.now, time_zone).date()

    async def phone(self) -> PhoneRow | None:
        """The locked phone these events came from; None for a page, or a number never kept."""
        if self.phone_id is None:
            return None
        return await people.lock_phone(self.conn, self.phone_id)

    async def phone_to_keep(self) -> PhoneRow | None:
        """The locked phone with its number kept, made now if this is the first that must be kept of it."""
        if self.phone_id is None and self.origin.number_index:
            self.phone_id = (await people.phone_of_index(self.conn, self.origin.number_index, self.now)).id
        if self.phone_id is None:
            return None
        if self.origin.number is not None:
            await people.keep_number(self.conn, self.deps.sealer, self.phone_id, self.origin.number)
        return await self.phone()

    async def mothers_here(self) -> list[MotherRow]:
        """Every mother on the number."""
        return [] if self.phone_id is None else await people.mothers_on(self.conn, self.phone_id)

    async def surely(self, mother_id: int | None) -> list[MotherRow]:
        """Whom a plain report concerns: the mother named, the one with the open question, or the only one.

        Nobody when that is unclear, and nobody when the phone may have changed hands and no PIN was
        given: then the report is recorded and changes nothing.
        """
        proven = mother_id is not None and self.origin.via in ("ussd", "page")
        trusted = self.phone_id is None or await people.is_trusted(self.conn, self.phone_id)
        if not trusted and not proven:
            return []
        if mother_id is not None:
            return await people.mothers(self.conn, [mother_id])
        if self.phone_id is None:
            return []
        asked = await people.open_question(self.conn, self.phone_id, self.now)
        if asked is not None:
            return [one for one in await self.mothers_here() if one.id == asked["mother_id"]]
        here = await self.mothers_here()
        return here if len(here) == 1 else []

    async def everyone(self, mother_id: int | None) -> list[MotherRow]:
        """Whom a wish to be called or a danger concerns: the mother named, or every one on the number."""
        if mother_id is not None:
            return await people.mothers(self.conn, [mother_id])
        return await self.mothers_here()


def ids(mothers: Sequence[MotherRow]) -> list[int]:
    """Their ids."""
    return [one.id for one in mothers]
