"""Blind indexes: find a row by its number without the number, or anything a table of all numbers could undo."""

import hmac
import re
from collections.abc import Sequence

from service.security.sealing import check_keys

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MSISDN = "msisdn"


class BlindIndex:
    """HMAC-SHA256 under keys of its own, one domain for each purpose.

    A plain hash would fall at once: Kenya has about 2 x 10**8 mobile numbers.
    """

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        """Take `(key id, 32 bytes)` pairs, newest first. Raises ValueError for an unusable list."""
        check_keys(keys)
        self._newest = keys[0][0]
        self._secrets = tuple(secret for _, secret in keys)

    def __repr__(self) -> str:
        return f"BlindIndex(newest={self._newest!r}, keys={len(self._secrets)})"

    def index(self, purpose: str, value: str) -> bytes:
        """32 bytes to store and look up, under the newest key; other purposes give unrelated bytes."""
        return _digest(self._secrets[0], purpose, value)

    def candidates(self, purpose: str, value: str) -> list[bytes]:
        """The index under every key, newest first: what to look for while a rotation is under way."""
        return [_digest(secret, purpose, value) for secret in self._secrets]

    def of(self, msisdn: str) -> bytes:
        """Index of an MSISDN in E.164. Raises ValueError for any other form, which would never be found again."""
        return self.index(_MSISDN, _checked(msisdn))

    def candidates_of(self, msisdn: str) -> list[bytes]:
        """`candidates` for an MSISDN in E.164. Raises ValueError for any other form."""
        return self.candidates(_MSISDN, _checked(msisdn))


def _checked(msisdn: str) -> str:
    if not _E164.fullmatch(msisdn):
        raise ValueError("a blind index needs the number in E.164: parse it with service.msisdn first")
    return msisdn


def _digest(secret: bytes, purpose: str, value: str) -> bytes:
    domain = purpose.encode()
    message = len(domain).to_bytes(4, "big") + domain + value.encode("utf-8", "surrogatepass")
    return hmac.digest(secret, message, "sha256")
