"""The columns of the two files that can be imported: how each is headed, what goes into it, and an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["mothers", "appointments"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``key`` names it in code and in the API; ``also`` are other headings it is known by."""

    key: str
    heading: str
    says: str
    example: str
    required: bool = False
    choices: tuple[str, ...] = ()
    is_date: bool = False
    also: tuple[str, ...] = ()


FACILITY: Final = Column(
    "facility",
    "Facility",
    "The clinic's name or its number in Pamoja. May be left out where you answer for one clinic alone.",
    "Riverside",
    also=("clinic", "facility name", "facility number", "facility code", "site"),
)
CLIENT: Final = Column(
    "client_number",
    "Client number",
    "Her number in the clinic's register. With the clinic it tells who she is: the same row again changes nothing.",
    "1003",
    required=True,
    also=("client", "client no", "client id", "register number", "anc number"),
)

MOTHERS: Final[tuple[Column, ...]] = (
    FACILITY,
    CLIENT,
    Column(
        "pair_number",
        "Pair number",
        "The number of mother and infant in the register of pairs.",
        "P-204",
        also=("mother-infant pair", "mip number", "pair", "pair key"),
    ),
    Column(
        "care",
        "Dates",
        "Which dates are hers: treatment, checks or quarterly checks. Empty means treatment.",
        "treatment",
        choices=("treatment", "checks", "quarterly checks"),
        also=("line", "care"),
    ),
    Column(
        "due_date",
        "Due date",
        "The day her baby is due, if she is pregnant.",
        "2026-12-20",
        is_date=True,
        also=("edd", "expected date of delivery"),
    ),
    Column(
        "birth_date",
        "Birth date",
        "The day her youngest was born.",
        "2026-08-14",
        is_date=True,
        also=("baby born", "date of delivery", "baby's birth date", "infant birth date"),
    ),
    Column(
        "babies",
        "Babies",
        "How many live from that birth: 2 for twins. Empty means 1.",
        "1",
        choices=("1", "2", "3"),
        also=("babies born", "number of babies"),
    ),
    Column(
        "treatment_start",
        "Treatment start",
        "The day her treatment began, if she is on any.",
        "2025-03-02",
        is_date=True,
        also=("art start", "art start date", "start of treatment"),
    ),
    Column(
        "run_out",
        "Supply ends",
        "The first day without what she has at home.",
        "2026-12-01",
        is_date=True,
        also=("run out", "runs out", "supply end"),
    ),
    Column(
        "date_of_birth",
        "Her date of birth",
        "Only to see whether she is under 20; it is not kept.",
        "1999-05-30",
        is_date=True,
        also=("date of birth", "dob", "mother's date of birth"),
    ),
    Column(
        "under_20",
        "Under 20",
        "yes or no, where her date of birth is not given.",
        "no",
        choices=("yes", "no"),
    ),
    Column(
        "language",
        "Language",
        "The language she speaks, by its name or code. Empty means her mentor's.",
        "sw",
        also=("lang",),
    ),
    Column(
        "phone_number",
        "Phone number",
        "For her mentor to call. Nothing is ever sent to it: texts begin when she is set up face to face.",
        "+254700000101",
        also=("phone", "mobile", "telephone"),
    ),
    Column(
        "whose_phone",
        "Whose phone",
        "hers or shared.",
        "hers",
        choices=("hers", "shared"),
        also=("phone use", "phone owner"),
    ),
    Column(
        "form_number",
        "Form number",
        "The number of the form she signed, if she did.",
        "4471",
        also=("form", "consent form"),
    ),
    Column(
        "mentor",
        "Mentor",
        "Her mentor's number in Pamoja, or her mentor's phone number. Empty: somebody with room who speaks her language.",
        "12",
        also=("mentor number", "mentor mother"),
    ),
    Column("last_visit", "Last visit", "The day she was last seen.", "2026-10-30", is_date=True),
    Column(
        "next_appointment",
        "Next appointment",
        "The day she is expected next.",
        "2026-11-27",
        is_date=True,
        also=("next visit", "tca", "return date"),
    ),
)

APPOINTMENTS: Final[tuple[Column, ...]] = (
    FACILITY,
    CLIENT,
    Column(
        "kind",
        "Kind",
        "clinic, refill or infant test. Empty means clinic.",
        "clinic",
        choices=("clinic", "refill", "infant test"),
        also=("type", "appointment type"),
    ),
    Column(
        "baby",
        "Baby",
        "For an infant test: 1 for the first of twins, 2 for the second. Empty where there is one.",
        "",
        choices=("1", "2", "3"),
    ),
    Column(
        "date",
        "Date",
        "The day of the appointment.",
        "2026-11-27",
        required=True,
        is_date=True,
        also=("appointment date", "day"),
    ),
    Column(
        "status",
        "Status",
        "expected, kept, missed or cancelled. Empty means expected. What you import as kept or missed, you answer for.",
        "expected",
        choices=("expected", "kept", "missed", "cancelled"),
        also=("attendance",),
    ),
)

COLUMNS: Final[Mapping[Kind, tuple[Column, ...]]] = MappingProxyType(
    {"mothers": MOTHERS, "appointments": APPOINTMENTS}
)

CARE: Final = MappingProxyType(
    {
        "treatment": "treatment",
        "checks": "retest",
        "check": "retest",
        "retest": "retest",
        "quarterly checks": "retest_quarterly",
        "quarterly": "retest_quarterly",
        "retest quarterly": "retest_quarterly",
    }
)
PHONE_USE: Final = MappingProxyType(
    {"hers": "hers", "own": "hers", "her own": "hers", "shared": "shared", "none": "none", "no phone": "none"}
)
VISIT_KINDS: Final = MappingProxyType(
    {
        "clinic": "clinic",
        "visit": "clinic",
        "refill": "refill",
        "pick-up": "refill",
        "infant test": "infant_test",
    }
)
STATUSES: Final = MappingProxyType(
    {
        "expected": "expected",
        "booked": "expected",
        "kept": "kept",
        "came": "kept",
        "attended": "kept",
        "missed": "missed",
        "absent": "missed",
        "cancelled": "cancelled",
        "canceled": "cancelled",
    }
)

RESULT_HEADING: Final = "What to correct"
"""The column that a result adds; a file with it can be imported again as it is."""


class NoSuchFileError(ValueError):
    """The headings fit neither file; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each column of ours stands in a file, and the headings that are not read."""

    kind: Kind
    places: Mapping[str, int]
    ignored: tuple[str, ...]


def headings_of(first_row: Sequence[str]) -> Headings:
    """Find the columns by their headings, in any order and however they are spelt. Raises NoSuchFileError."""
    heads = [_plain(one) for one in first_row]
    kind: Kind = "appointments" if "date" in _found(heads, APPOINTMENTS) else "mothers"
    places = _found(heads, COLUMNS[kind])
    lacking = [one.heading for one in COLUMNS[kind] if one.required and one.key not in places]
    if lacking:
        raise NoSuchFileError(
            f"The first row has no column {lacking[0]}: begin with the template, and keep its headings."
        )
    used = set(places.values())
    ignored = [
        first_row[place]
        for place, head in enumerate(heads)
        if place not in used and head and head != _plain(RESULT_HEADING)
    ]
    return Headings(kind, places, tuple(ignored))


def heading_of(kind: Kind, key: str) -> str:
    """How a column is headed."""
    return next(one.heading for one in COLUMNS[kind] if one.key == key)


def _found(heads: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column in columns:
        names = [_plain(one) for one in (column.heading, column.key, *column.also)]
        place = next((heads.index(name) for name in names if name in heads), None)
        if place is not None:
            found[column.key] = place
    return found


def _plain(heading: str) -> str:
    return " ".join(heading.replace("_", " ").replace("*", " ").casefold().split())
