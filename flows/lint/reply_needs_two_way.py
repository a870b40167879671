"""Nobody is asked to reply where the answer would be lost."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.deny import listed
from flows.lint.finding import Problem


def check(bundle: Bundle, *, two_way: bool) -> Iterator[Problem]:
    """Name texts that ask for a reply on a one-way sender, or without a question a digit could answer."""
    for id_, template in bundle.templates.items():
        if template.question and not two_way:
            yield Problem(
                f"message.{id_}",
                "It asks, and this sender cannot receive.",
                "Set PAMOJA_SMS_CODE and PAMOJA_SMS_TWO_WAY=true, or take the question out.",
                at=("question",),
            )
            continue
        if template.to == "staff" or template.question:
            continue
        for language, texts in bundle.texts.items():
            for wording in ("covert", "open"):
                text = texts.get(f"message.{id_}.{wording}", "")
                if listed(bundle, text, "reply"):
                    yield Problem(
                        f"message.{id_}.{wording}",
                        f"It asks for a reply in {language}, and has no question.",
                        "Name its question, so that the digit means something.",
                        language,
                    )
