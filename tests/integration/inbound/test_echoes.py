"""A robot that sends back whatever it is sent, each of our texts in each language: it is answered a little, then left alone."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from flows.bundle import Bundle
from flows.intents import Intent
from flows.keywords import interpret
from flows.lint.longest import longest
from service.content.files import load_bundle
from service.inbound.sms import InboundText, receive
from tests.integration.apply.clinic import MOTHER, STRANGER, Clinic

BUNDLE = load_bundle()
HARMLESS = frozenset({Intent.UNCLEAR, Intent.ROBOT, Intent.CALL, Intent.HELP, Intent.FINE, Intent.DANGER})
"""What an echo of ours may be taken for. Never STOP, START, an answer or a stranger: nobody said so."""

_ids = count(1)


def texts(bundle: Bundle) -> Iterator[tuple[str, str, str]]:
    """Every text to a mother or to anybody, as it leaves us: its template, language and words."""
    for id_, template in bundle.templates.items():
        if template.to == "staff":
            continue
        for language in bundle.languages:
            for wording in ("covert", "open"):
                if getattr(template, wording):
                    yield id_, language, longest(bundle, f"message.{id_}.{wording}", language)


OURS = tuple(texts(BUNDLE))


def heard(language: str, words: str) -> Intent:
    return interpret(BUNDLE, language, words, has_open_question=True, staff=False).intent


@pytest.mark.parametrize("language", list(BUNDLE.languages))
def test_no_text_of_ours_sent_back_stops_starts_or_answers_anything(language: str) -> None:
    wrong = {
        (id_, heard(own, words).value)
        for id_, own, words in OURS
        if own == language and heard(own, words) not in HARMLESS
    }
    assert not wrong


@pytest.mark.parametrize("intent", sorted({heard(language, words).value for _, language, words in OURS}))
@pytest.mark.parametrize("sender", [MOTHER, STRANGER], ids=["hers", "a stranger's"])
async def test_whoever_sends_everything_back_is_answered_twice_an_hour_at_most(
    clinic: Clinic, intent: str, sender: str
) -> None:
    await clinic.mother()
    words = next(words for _, language, words in OURS if heard(language, words).value == intent)
    for _ in range(20):
        inbound = InboundText("africastalking", f"echo-{next(_ids)}", sender, words, "7000")
        await receive(clinic.pool, clinic.deps, inbound, clinic.now)
        clinic.now += timedelta(minutes=2)
    answers = await clinic.rows(
        "SELECT template FROM message m JOIN phone p ON p.id = m.phone_id WHERE p.number_index = $1",
        clinic.deps.index.of(sender),
    )
    assert len(answers) <= 2, [row["template"] for row in answers]
