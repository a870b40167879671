"""One phone, one identity: every way of writing a mobile number becomes one MSISDN in E.164, or nothing."""

import re

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

MAX_LENGTH = 32
HIDDEN = "•••••"

# Digits, one leading plus, and the marks people put between digits. A slash or a comma separates two numbers.
_WRITTEN = re.compile(r"[ \u00a0]*\+?[0-9 \u00a0().\-]+")
# A spreadsheet that took the number for a figure writes "254…678.0": the last 0 is not hers.
_FIGURE = re.compile(r"\.[0-9]?[ \u00a0]*$")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_TEXTABLE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_QUICK_COUNTRIES = ("KE", "UG", "TZ", "MW", "ZM", "ZW", "MZ", "RW")


def _quick_pattern() -> re.Pattern[str]:
    """One pattern for clean E.164 mobiles of the countries served most, from the same tables as the slow way."""
    shapes = []
    for country in _QUICK_COUNTRIES:
        metadata = PhoneMetadata.metadata_for_region(country)
        if metadata is None or metadata.mobile is None:
            raise LookupError(f"phonenumberslite has no mobile numbers of {country}: install it again")
        shapes.append(f"{metadata.country_code}(?:{metadata.mobile.national_number_pattern})")
    return re.compile(rf"\+(?:{'|'.join(shapes)})", re.ASCII)


_QUICK = _quick_pattern()


def parse(raw: str, country: str) -> str | None:
    """Read a mobile number as a person or a gateway wrote it.

    `country` is the facility's ISO 3166 code, used when no country code was written. Returns E.164
    (`+254…`), or None for anything that is not surely one mobile number: landlines, two numbers in one
    cell, letters, digits of other scripts, control characters. A number written with its country code is
    also accepted when it has the full length of a mobile there but a prefix our tables do not know yet:
    regulators open new ranges faster than tables are published.
    """
    if _QUICK.fullmatch(raw):
        return raw
    if len(raw) > MAX_LENGTH or not _WRITTEN.fullmatch(raw) or _FIGURE.search(raw):
        return None
    digits = _NOT_A_DIGIT.sub("", raw)
    if "+" in raw:
        return _international(digits)
    # Kenya dials abroad with 000, most of the world with 00: both are written before a country code.
    if digits.startswith("00"):
        return _international(digits.lstrip("0"))
    number = _read(digits, country)
    return _e164(number) if number is not None and _is_known_mobile(number) else None


def mask(msisdn: str) -> str:
    """What a person may see of a number on a page: country code and last three digits, never its length."""
    number = _read(msisdn, None)
    return f"+{number.country_code}{HIDDEN}{msisdn[-3:]}" if number is not None else HIDDEN


def country_of(msisdn: str) -> str | None:
    """ISO 3166 code of an E.164 number's country, or None if it belongs to no single country."""
    number = _read(msisdn, None)
    return None if number is None else phonenumbers.region_code_for_number(number)


def _international(digits: str) -> str | None:
    number = _read(f"+{digits}", None)
    if number is None or not (_is_known_mobile(number) or _is_unlisted_mobile(number)):
        return None
    return _e164(number)


def _read(written: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None


def _is_known_mobile(number: PhoneNumber) -> bool:
    return phonenumbers.number_type(number) in _TEXTABLE


def _is_unlisted_mobile(number: PhoneNumber) -> bool:
    if phonenumbers.number_type(number) != PhoneNumberType.UNKNOWN:
        return False
    country = phonenumbers.region_code_for_country_code(number.country_code or 0)
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.mobile is None or not metadata.mobile.possible_length:
        return False
    national = phonenumbers.national_significant_number(number)
    return len(national) == max(metadata.mobile.possible_length)


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
