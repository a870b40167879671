"""What fills a text's placeholders, as sealed JSON bound to the message's row: words, days and plain values."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from flows.registry import Phrase, Value, Word
from service.security.sealing import Sealer

TABLE, COLUMN = "message", "params"


def seal_params(sealer: Sealer, params: Mapping[str, Value] | None, row: int) -> bytes | None:
    """The parameters sealed for one row, or None when there are none."""
    return sealer.seal(as_json(params), table=TABLE, column=COLUMN, row=row) if params else None


def open_params(sealer: Sealer, blob: bytes | None, row: int) -> str:
    """The parameters' JSON, the same bytes for the same values. Raises SealBroken."""
    return sealer.open(blob, table=TABLE, column=COLUMN, row=row) if blob is not None else "{}"


def as_json(params: Mapping[str, Value]) -> str:
    """One spelling for each set of values, so that texts that would read alike compare alike."""
    return json.dumps(
        {name: _plain(value) for name, value in params.items()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def from_json(text: str) -> dict[str, Value]:
    """Read ``as_json`` back. Raises ValueError when it is not what that wrote."""
    return {name: _value(plain) for name, plain in json.loads(text).items()}


def _plain(value: Value) -> Any:
    if isinstance(value, Word):
        return {"word": value.key}
    if isinstance(value, Phrase):
        return {"phrase": [_plain(part) for part in value.parts]}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _value(plain: Any) -> Value:
    if isinstance(plain, dict) and "phrase" in plain:
        return Phrase(tuple(_part(part) for part in plain["phrase"]))
    if isinstance(plain, dict):
        return Word(plain["word"]) if "word" in plain else date.fromisoformat(plain["day"])
    if isinstance(plain, (str, int)):
        return plain
    raise ValueError("a parameter of a text is neither a word, a day, a text nor a number")


def _part(plain: Any) -> str | Word | date:
    if isinstance(plain, dict):
        return Word(plain["word"]) if "word" in plain else date.fromisoformat(plain["day"])
    return str(plain)
