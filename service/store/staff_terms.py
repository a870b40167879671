"""When and where somebody on the staff works, and how many mothers she should have: what `pamoja add` sets first, changed later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Literal

from service.database import Connection


@dataclass(frozen=True, slots=True)
class Terms:
    """``works_on`` are weekdays as digits, Monday 0; None: as the clinic is open. Hours are local.

    ``languages`` are those spoken beside that of their screens; ``area`` is one word, "" for anywhere.
    """

    cap: int
    works_on: str | None
    starts_at: time
    ends_at: time
    answers_mood: bool
    works_in: Literal["facility", "community"]
    area: str
    languages: Sequence[str]


async def set_terms(conn: Connection, staff_id: int, terms: Terms) -> bool:
    """Set them; False where they are so already."""
    done = await conn.fetchval(
        _SET,
        staff_id,
        terms.cap,
        terms.works_on,
        terms.starts_at,
        terms.ends_at,
        terms.answers_mood,
        terms.works_in,
        terms.area,
        list(terms.languages),
    )
    return done is not None


_SET = """
UPDATE staff SET caseload_cap = $2, works_on = $3, starts_at = $4, ends_at = $5, answers_mood = $6, works_in = $7,
    area = $8, languages = $9
WHERE id = $1 AND (caseload_cap, works_on, starts_at, ends_at, answers_mood, works_in, area, languages)
    IS DISTINCT FROM ($2::int, $3::varchar, $4::time, $5::time, $6::boolean, $7::varchar, $8::varchar, $9::text[])
RETURNING id
"""
