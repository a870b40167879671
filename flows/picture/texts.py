"""Every text as a phone gets it: in each language and wording, with the longest data and the parts it takes."""

from collections.abc import Iterator
from html import escape

from flows.bundle import Bundle
from flows.gsm7 import is_gsm7, segments, septets, units
from flows.lint.longest import longest
from flows.picture.marks import language_mark
from flows.types import Template

_TO = {
    "mother": "To a mother.",
    "staff": "To staff.",
    "anyone": "To whoever wrote or is known on the number.",
}
_WORDINGS = {"covert": "discreet", "open": "open, only where she chose it and the phone is hers"}


def texts(bundle: Bundle) -> str:
    """Return a section for each text, by its name."""
    return "\n".join(_section(bundle, bundle.templates[id_]) for id_ in sorted(bundle.templates))


def _section(bundle: Bundle, template: Template) -> str:
    phones = "".join(_phones(bundle, template))
    return (
        f'<section class="screen" id="text-{template.id}"><h3>{escape(template.id)}</h3>'
        f"<p>{_TO[template.to]}{_answers(bundle, template)}</p>"
        f'<div class="phones">{phones}</div></section>'
    )


def _answers(bundle: Bundle, template: Template) -> str:
    if template.question is None:
        return ""
    answers = bundle.questions[template.question].answers
    said = ", ".join(f"{digit} {answer.replace('_', ' ')}" for digit, answer in answers.items())
    return f" An answer means: {escape(said)}."


def _phones(bundle: Bundle, template: Template) -> Iterator[str]:
    for language, name in bundle.languages.items():
        for wording, said in _WORDINGS.items():
            if getattr(template, wording) is None:
                continue
            text = longest(bundle, f"message.{template.id}.{wording}", language)
            length = septets(text) if is_gsm7(text) else units(text)
            parts = segments(text)
            yield (
                f'<figure><pre class="phone sms" lang="{escape(language)}">{escape(text)}</pre>'
                f"<figcaption>{escape(name)}{language_mark(bundle, language)}, {said}: {length} letters, "
                f"{parts} SMS of {template.segments} allowed</figcaption></figure>"
            )
