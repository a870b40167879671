"""Texts that would read the same leave in one call: claimed messages are grouped, rendered once a group and cut to size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from flows.bundle import Bundle
from flows.gsm7 import segments
from flows.messages import render_sms
from scheduler.types import MessageClass
from service.logs import get_logger
from service.security.sealing import SealBroken, Sealer
from service.store.message_params import from_json, open_params
from service.store.outbox_claim import Claimed

# How many texts one crash may put in doubt: few for what is sent again, more for what never is.
MOST_RECIPIENTS: Final[Mapping[MessageClass, int]] = {"A": 10, "B": 100, "C": 10, "D": 100, "E": 10}

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One number of a call, in clear."""

    message: Claimed
    number: str


@dataclass(frozen=True, slots=True)
class Call:
    """One text to several numbers, and how many SMS parts each takes."""

    text: str
    parts: int
    message_class: MessageClass
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Calls:
    """What can be sent, most urgent first, and what never can, by reason."""

    ready: tuple[Call, ...]
    spoiled: Mapping[str, list[Claimed]]


_Key = tuple[str, str, str, str, int | None, str, MessageClass]


def make_calls(bundle: Bundle, sealer: Sealer, claimed: Sequence[Claimed], gateway_limit: int) -> Calls:
    """Group, render and split. One bad row spoils itself only."""
    spoiled: dict[str, list[Claimed]] = {}
    groups: dict[_Key, list[Recipient]] = {}
    for message in claimed:
        try:
            params = open_params(sealer, message.params, message.id)
            number = _number(sealer, message)
        except SealBroken:
            spoiled.setdefault("sealed_away", []).append(message)
            continue
        if number is None:
            spoiled.setdefault("no_number", []).append(message)
            continue
        key: _Key = (
            message.template,
            message.language,
            message.wording,
            message.signature,
            message.tip,
            params,
            message.message_class,
        )
        groups.setdefault(key, []).append(Recipient(message, number))
    ready: list[Call] = []
    for key, recipients in groups.items():
        text = _text(bundle, key)
        if text is None:
            spoiled.setdefault("unrenderable", []).extend(one.message for one in recipients)
            continue
        most = min(MOST_RECIPIENTS[key[6]], gateway_limit)
        parts = segments(text)
        ready.extend(Call(text, parts, key[6], some) for some in _cut(recipients, most))
    ready.sort(key=lambda call: call.recipients[0].message.priority)
    return Calls(tuple(ready), spoiled)


def _number(sealer: Sealer, message: Claimed) -> str | None:
    if message.number is None:
        return None
    return sealer.open(message.number, table="phone", column="number", row=message.phone_id)


def _text(bundle: Bundle, key: _Key) -> str | None:
    template, language, wording, signature, tip, params, _ = key
    try:
        text = render_sms(
            bundle,
            template,
            language,
            wording=cast(Literal["covert", "open"], wording),
            signature=cast(Literal["tips", "group", "none"], signature),
            params=from_json(params),
            tip_index=tip or 0,
            # Whether words about a baby are welcome was decided with the wording, when the text was queued.
            baby_wording=wording == "open",
        )
    except (LookupError, ValueError, TypeError):
        log.error("text_unrenderable", template=template, language=language)
        return None
    return text or None


def _cut(recipients: Sequence[Recipient], most: int) -> Iterator[tuple[Recipient, ...]]:
    for start in range(0, len(recipients), most):
        yield tuple(recipients[start : start + most])
