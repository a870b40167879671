"""Every answer a question offers means something."""

from collections.abc import Iterator

from flows.answers import MEANINGS
from flows.bundle import Bundle
from flows.lint.finding import Problem


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name answers that no event follows from."""
    for id_, question in bundle.questions.items():
        for digit, answer in question.answers.items():
            if (id_, answer) not in MEANINGS:
                yield Problem(
                    f"question.{id_}",
                    f"Nothing follows from {digit}, {answer}.",
                    "Correct the name, or add its meaning to flows/answers.py.",
                )
