"""How one SMS reads: template, language, wording and signature put together. Nothing is sent here."""

from collections.abc import Mapping
from typing import Literal

from flows.bundle import Bundle
from flows.gsm7 import fold
from flows.registry import Value
from flows.render import cut, fill


def render_sms(
    bundle: Bundle,
    template_id: str,
    language: str,
    *,
    wording: Literal["covert", "open"],
    signature: Literal["tips", "group", "none"],
    params: Mapping[str, Value],
    tip_index: int,
    baby_wording: bool = False,
) -> str:
    """Return the text of one SMS.

    Covert unless ``wording`` is open and the template has an open text; a template marked
    ``baby_words`` needs ``baby_wording`` as well. ``tip_index`` is any growing number, such as the
    ISO week: tips follow each other. Raises KeyError for an unknown template or a missing parameter,
    naming the parameter and never its value.
    """
    template = bundle.template(template_id)
    is_open = wording == "open" and template.open is not None and (baby_wording or not template.baby_words)
    text = bundle.text(f"message.{template_id}.{'open' if is_open else 'covert'}", language)
    values: dict[str, Value] = {
        **params,
        "signature": bundle.word(f"signature.{signature}", language),
        "short": bundle.word(f"signature_short.{signature}", language),
        "tip": _sentence(bundle.text(bundle.tips[tip_index % len(bundle.tips)], language)),
    }
    for name in cut(text)[1::2]:
        if name not in values:
            raise KeyError(f"{template_id} needs the parameter {name}")
    return fold(fill(cut(text), values.get, lambda key: bundle.word(key, language)))


def go_now_template(transport: str) -> str:
    """Return the danger answer to send: with the number for transport where one is known."""
    return "go_now_transport" if transport else "go_now"


def _sentence(tip: str) -> str:
    """A tip begins with a small letter, for screens; in a text it begins a sentence."""
    return tip[:1].upper() + tip[1:]
