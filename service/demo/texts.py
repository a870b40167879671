"""The texts that reached the made-up phones, as their owners read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.wiring import Services


async def new_texts(services: Services, after: int) -> Sequence[Mapping[str, Any]]:
    """Texts accepted since ``after``, in order: seq, to, text, and what a digit from that number answers now.

    ``question`` and ``mother_id`` are None where a digit would answer nothing.
    """
    rows = await services.pool.fetch(_NEW, after)
    return [
        {
            "seq": row["seq"],
            "to": _open(services, row, "sealed_to"),
            "text": _open(services, row, "sealed_text"),
            "at": row["at"],
            "class": row["message_class"],
            "question": row["question"],
            "mother_id": row["mother_id"],
        }
        for row in rows
    ]


def _open(services: Services, row: Any, column: str) -> str:
    return services.sealer.open(row[column], table="simulator_sms", column=column, row=row["seq"])


_NEW = """
SELECT s.seq, s.sealed_to, s.sealed_text, s.at, s.message_class, q.question, q.mother_id
FROM simulator_sms s
LEFT JOIN phone p ON p.number_index = s.number_index
LEFT JOIN open_question q ON q.phone_id = p.id AND q.expires_at > s.at AND s.message_class <> 'D'
WHERE s.seq > $1 ORDER BY s.seq
"""
