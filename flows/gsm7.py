"""How long a text is on the air: the GSM 03.38 alphabet, septets, and SMS segments.

Source: 3GPP TS 23.038 §6.2.1 (default alphabet and its extension table) and TS 23.040 §9.2.3.24.1
(a concatenated part carries 153 septets or 67 UTF-16 units beside its header).
"""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
ALPHABET = BASIC | EXTENSION

SINGLE_SEPTETS, PART_SEPTETS = 160, 153
SINGLE_UNITS, PART_UNITS = 70, 67

# What word processors put in unasked. Only marks whose plain form reads the same; letters are never changed.
_FOLDS = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201b": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


def fold(text: str) -> str:
    """Return the text with typographic quotes, dashes and no-break spaces in their GSM-7 form."""
    return text if text.isascii() else text.translate(_FOLDS)


def is_gsm7(text: str) -> bool:
    """Say whether every character is in the GSM 03.38 alphabet or its extension table."""
    return ALPHABET.issuperset(text)


def septets(text: str) -> int:
    """Return the length in septets of a GSM-7 text: an extension character takes two.

    Raises ValueError when the text is not GSM-7.
    """
    if BASIC.issuperset(text):
        return len(text)
    if not ALPHABET.issuperset(text):
        raise ValueError("This text is not GSM-7; count it with units() instead.")
    return len(text) + sum(map(text.count, EXTENSION))


def units(text: str) -> int:
    """Return the length in UTF-16 units, which is what UCS-2 phones count."""
    return len(text) if text.isascii() else sum(2 if char > "\uffff" else 1 for char in text)


def segments(text: str) -> int:
    """Return how many SMS the text takes; an empty text still takes one.

    Neither an escaped character nor a surrogate pair is ever split over two parts, so a part may
    carry one septet or unit less than it could.
    """
    if is_gsm7(text):
        whole, part, total = SINGLE_SEPTETS, PART_SEPTETS, septets(text)
        widths = (2 if char in EXTENSION else 1 for char in text)
    else:
        whole, part, total = SINGLE_UNITS, PART_UNITS, units(text)
        widths = (2 if char > "\uffff" else 1 for char in text)
    if total <= whole:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return count
