"""Every answer a question offers means something, and each text that asks offers just the digits that answer."""

import re
from collections.abc import Iterator

from flows.answers import HELP_MEANINGS, MEANINGS, SITE_MEANINGS
from flows.bundle import Bundle
from flows.lint.finding import Problem
from flows.render import PLACEHOLDER

KNOWN = frozenset({*MEANINGS, *SITE_MEANINGS, *HELP_MEANINGS})

_DIGIT = re.compile(r"(?<!\S)[0-9](?![^\s.,:;)])")
"""A digit that stands alone, as one to be sent does."""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name answers that no event follows from, and texts whose digits are not their question's."""
    for id_, question in bundle.questions.items():
        for digit, answer in question.answers.items():
            if (id_, answer) not in KNOWN:
                yield Problem(
                    f"question.{id_}",
                    f"Nothing follows from {digit}, {answer}.",
                    "Correct the name, or add its meaning to flows/answers.py.",
                    at=("answers", digit),
                )
    for id_, template in bundle.templates.items():
        if template.question is None:
            continue
        answers = bundle.questions[template.question].answers
        known = set(answers)
        if any((template.question, answer) not in KNOWN for answer in answers.values()):
            continue
        for language, texts in bundle.texts.items():
            for wording in ("covert", "open"):
                context = f"message.{id_}.{wording}"
                offered = set(_DIGIT.findall(PLACEHOLDER.sub("", texts.get(context, ""))))
                if getattr(template, wording) and offered != known:
                    yield Problem(
                        context,
                        f"In {language} it offers {_list(offered)}, and its question knows {_list(known)}.",
                        "Offer just the digits that questions.toml gives it.",
                        language,
                    )


def _list(digits: set[str]) -> str:
    return ", ".join(sorted(digits)) or "no digit"
