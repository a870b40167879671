"""Nothing is called free where answering costs her airtime."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.deny import listed
from flows.lint.finding import TEXT, Problem


def check(bundle: Bundle, *, toll_free: bool) -> Iterator[Problem]:
    """Name texts and mothers' screens that say "free" without a toll-free code.

    What a mentor reads aloud is about joining, not about the call, and is left alone.
    """
    if toll_free:
        return
    for language, texts in bundle.texts.items():
        for context, text in texts.items():
            kind, _, rest = context.partition(".")
            if kind == "screen" and bundle.screens[rest.partition(".")[0]].access in ("staff", "supervisor"):
                continue
            if listed(bundle, text, "free"):
                yield Problem(
                    context,
                    f"It says free in {language}, and the code is not toll-free.",
                    "Leave the word out, or configure a toll-free code.",
                    language,
                    TEXT,
                )
