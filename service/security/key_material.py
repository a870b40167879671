"""How keys and tokens are written in a setting: making them, reading them, refusing weak ones."""

import base64
import binascii
import os

from service.security.pins import PEPPER_BYTES
from service.security.sealing import KEY_BYTES, check_keys
from service.security.tokens import new_token

NEW_KEYS = "run `pamoja keys new` and put the lines it prints into .env"
# Far below what random bytes show, far above a key somebody typed.
FEWEST_DIFFERENT = 8

Keys = tuple[tuple[str, bytes], ...]


def new_secrets() -> dict[str, str]:
    """Fresh secrets by setting name (`hook_tokens` …), as `pamoja keys new` prints them with `as_env_lines`."""
    return {
        "hook_tokens": new_token(),
        "keys": f"k1:{_random_base64()}",
        "index_keys": f"k1:{_random_base64()}",
        "pin_pepper": _random_base64(),
    }


def read_tokens(raw: str) -> tuple[str, ...]:
    """One or two webhook tokens of at least 128 bits, comma separated. Raises ValueError with the remedy."""
    tokens = tuple(part.strip() for part in raw.split(",") if part.strip())
    if len(tokens) not in (1, 2) or len(set(tokens)) != len(tokens):
        raise ValueError(f"give one token, or two different ones while changing it ({NEW_KEYS})")
    for token in tokens:
        is_hex = all(letter in "0123456789abcdefABCDEF" for letter in token)
        fits_address = token.isascii() and token.replace("-", "").replace("_", "").isalnum()
        if not fits_address or len(token) < (32 if is_hex else 22) or len(set(token)) < FEWEST_DIFFERENT:
            raise ValueError(f"each token needs 128 random bits in letters, digits, - and _ ({NEW_KEYS})")
    return tokens


def read_keys(raw: str) -> Keys:
    """Keys with their ids, newest first, from `k2:BASE64,k1:BASE64`. Raises ValueError with the remedy."""
    try:
        pairs = [part.strip().partition(":") for part in raw.split(",") if part.strip()]
        read = tuple((key_id.strip(), _base64(encoded, KEY_BYTES)) for key_id, _, encoded in pairs)
        check_keys(read)
    except ValueError:
        raise ValueError(
            f"write it as k2:BASE64,k1:BASE64, newest first, 32 bytes each ({NEW_KEYS})"
        ) from None
    return read


def read_pepper(raw: str) -> bytes:
    """The PIN pepper from base64. Raises ValueError with the remedy."""
    return _base64(raw, PEPPER_BYTES)


def _base64(encoded: str, size: int) -> bytes:
    try:
        decoded = base64.b64decode(encoded.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != size or len(set(decoded)) < FEWEST_DIFFERENT:
        raise ValueError(f"write {size} random bytes in base64 ({NEW_KEYS})")
    return decoded


def _random_base64() -> str:
    return base64.b64encode(os.urandom(32)).decode()
