"""Sealed fields: numbers, names and texts are AES-GCM at rest, each bound to its own table, column and row."""

import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
MAX_KEY_ID = 16

# Text typed on a phone may hold a lone surrogate after decoding; it is kept as it came rather than lost.
_TEXT = ("utf-8", "surrogatepass")


class SealBroken(Exception):
    """A sealed value cannot be opened. Says which table and column, and nothing of the value, row or key."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(
            f"{table}.{column} holds a value that cannot be opened: put the key it was sealed with back into "
            "PAMOJA_KEYS, or restore the row from a backup."
        )
        self.table = table
        self.column = column


class Sealer:
    """Seals with the newest key and opens with any.

    A blob is: version byte, length of the key id, key id, 12-byte random nonce, ciphertext and 16-byte tag.
    Random nonces allow about 2**32 seals a key (NIST SP 800-38D, 8.3); rotate long before that.
    """

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        """Take `(key id, 32 bytes)` pairs, newest first. Raises ValueError for an unusable list."""
        check_keys(keys)
        self._newest = keys[0][0]
        self._ciphers = {_header(key_id): AESGCM(secret) for key_id, secret in keys}
        self._header = _header(self._newest)
        self._cipher = self._ciphers[self._header]
        self._places: dict[tuple[str, str], bytes] = {}
        self._secrets = dict(keys)

    def __repr__(self) -> str:
        return f"Sealer(newest={self._newest!r}, keys={len(self._ciphers)})"

    def seal(self, value: str | bytes, *, table: str, column: str, row: str | int) -> bytes:
        """Encrypt one value for one place. Row 5 and row "5" are the same row."""
        plain = value.encode(*_TEXT) if isinstance(value, str) else value
        nonce = os.urandom(NONCE_BYTES)
        return self._header + nonce + self._cipher.encrypt(nonce, plain, self._place(table, column, row))

    def open(self, blob: bytes, *, table: str, column: str, row: str | int) -> str:
        """Decrypt what `seal` was given as text. Raises SealBroken."""
        plain = self.open_bytes(blob, table=table, column=column, row=row)
        try:
            return plain.decode(*_TEXT)
        except UnicodeDecodeError:
            raise SealBroken(table, column) from None

    def open_bytes(self, blob: bytes, *, table: str, column: str, row: str | int) -> bytes:
        """Decrypt what `seal` was given as bytes. Raises SealBroken if moved, altered or of an unknown key."""
        start = 2 + blob[1] if len(blob) > 2 else 0
        cipher = self._ciphers.get(bytes(blob[:start]))
        body = start + NONCE_BYTES
        if cipher is None or len(blob) < body + TAG_BYTES:
            raise SealBroken(table, column)
        try:
            return cipher.decrypt(blob[start:body], blob[body:], self._place(table, column, row))
        except InvalidTag:
            raise SealBroken(table, column) from None

    def is_current(self, blob: bytes) -> bool:
        """Whether the newest key sealed this; if not, a rotation still has it to do."""
        return blob.startswith(self._header)

    def mac(self, purpose: str, message: bytes) -> tuple[str, bytes]:
        """A keyed hash, 32 bytes, and the id of the key it was made with: a key of this purpose's own, derived from it."""
        return self._newest, _keyed(self._secrets[self._newest], purpose, message)

    def is_mac(self, purpose: str, message: bytes, key_id: str, presented: bytes) -> bool | None:
        """Whether `mac` made this of the message; None when the key it names is not among ours."""
        secret = self._secrets.get(key_id)
        return None if secret is None else hmac.compare_digest(_keyed(secret, purpose, message), presented)

    def _place(self, table: str, column: str, row: str | int) -> bytes:
        """Associated data: each part carries its length, so no two places share the same bytes."""
        prefix = self._places.get((table, column))
        if prefix is None:
            prefix = self._places[table, column] = _measured(table) + _measured(column)
        return prefix + _measured(str(row))


def check_keys(keys: Sequence[tuple[str, bytes]]) -> None:
    """Refuse a key list that is empty, repeats an id, or holds an id or key of the wrong size (ValueError)."""
    if not keys:
        raise ValueError("there must be at least one key")
    if len({key_id for key_id, _ in keys}) != len(keys):
        raise ValueError("two keys must not share an id")
    for key_id, secret in keys:
        if not (0 < len(key_id) <= MAX_KEY_ID and key_id.isascii() and key_id.isalnum()):
            raise ValueError(f"a key id must be 1 to {MAX_KEY_ID} letters or digits")
        if len(secret) != KEY_BYTES:
            raise ValueError(f"each key must be {KEY_BYTES} bytes")


def _keyed(secret: bytes, purpose: str, message: bytes) -> bytes:
    """HMAC-SHA256 under a key derived for one purpose (HKDF's expand step, RFC 5869, one block)."""
    derived = hmac.digest(secret, b"pamoja " + _measured(purpose) + b"\x01", "sha256")
    return hmac.digest(derived, message, "sha256")


def _header(key_id: str) -> bytes:
    name = key_id.encode("ascii")
    return bytes((VERSION, len(name))) + name


def _measured(part: str) -> bytes:
    encoded = part.encode(*_TEXT)
    return len(encoded).to_bytes(4, "big") + encoded
