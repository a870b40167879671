"""What holds her contacts, since when and until when: stops, pauses, a number in doubt, a closed clinic, a wish to be forgotten."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from service.store.timeline.line import Line, Telling, refs
from service.store.timeline.words import reason_of

SITES: Final = {
    "closed": "site_closed",
    "no_network": "no_network",
    "paused": "site_paused",
    "stock_out": "stock_out",
}


def holds(mother: Any, telling: Telling) -> list[Line]:
    """One line for each thing in force. What has no beginning on record stands at the present."""
    return list(_holds(mother, telling.now))


def _holds(mother: Any, now: datetime) -> Iterator[Line]:
    if mother["hold"] is not None:
        yield _hold(now, mother["hold"], mother["hold_since"])
    if mother["quiet_since"] is not None and mother["hold"] != "quiet":
        yield _hold(now, "quiet", mother["quiet_since"])
    if mother["opted_out_at"] is not None:
        yield _hold(now, "stopped", mother["opted_out_at"])
    if mother["trust"] not in (None, "ok"):
        yield _hold(now, "number_untrusted")
    if mother["hold"] == "erased":
        return
    if mother["phone_use"] == "none" or not mother["has_number"]:
        yield _hold(now, "no_phone")
    elif mother["set_up_at"] is None:
        yield _hold(now, "mentor_only")
    elif not mother["consented"]:
        yield _hold(now, "no_consent")
    elif mother["signature"] == "none":
        yield _hold(now, "no_texts")
    if mother["paused_until"] is not None and mother["paused_until"] > now:
        yield _hold(now, "paused_by_her")
        yield Line(mother["paused_until"], "hold", "ends", "The pause she chose ends", reason="paused_by_her")
    if mother["site"] in SITES:
        yield _hold(now, SITES[mother["site"]], mother["status_since"])


def _hold(now: datetime, reason: str, since: datetime | None = None) -> Line:
    what = "Holds now" if since is None else "Holds from here on"
    return Line(since or now, "hold", "in_force", what, reason_of(reason), reason)


def erasures(rows: Sequence[Any]) -> list[Line]:
    """Her wish to be forgotten, and what became of it. A wish that is pending ends on its day."""
    lines = []
    for row in rows:
        ids = refs(erasure=row["id"])
        lines.append(
            Line(
                row["asked_at"], "hold", "erasure_asked", "She asked to be forgotten", who="mother", refs=ids
            )
        )
        if row["withdrawn_at"] is not None:
            lines.append(
                Line(row["withdrawn_at"], "hold", "erasure_withdrawn", "She took that back", refs=ids)
            )
        elif row["done_at"] is not None:
            lines.append(Line(row["done_at"], "hold", "erased", "She was forgotten", refs=ids))
        else:
            why = "Unless she takes it back, or something urgent about her is still open."
            lines.append(Line(row["due_at"], "hold", "erasure_due", "She will be forgotten", why, refs=ids))
    return lines
