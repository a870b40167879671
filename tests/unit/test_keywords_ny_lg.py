"""Chichewa and Luganda texts as people may write them. Drafts, like the tables: a native speaker must read both."""

import pytest

from flows.intents import Intent
from flows.keywords import interpret
from service.content.files import load_bundle

BUNDLE = load_bundle()


def meant(text: str, language: str) -> Intent:
    return interpret(BUNDLE, language, text, has_open_question=False, staff=False).intent


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ny", "ndikutuluka magazi"),
        ("ny", "magaz akutuluka"),
        ("ny", "mwana sakuyamwa"),
        ("ny", "wakomoka"),
        ("ny", "thupi likutentha kwambiri"),
        ("ny", "madzi atuluka"),
        ("ny", "ndapita padera"),
        ("ny", "sakudzuka"),
        ("ny", "zachangu"),
        ("lg", "nvaamu omusaayi"),
        ("lg", "nvaamu musayi"),
        ("lg", "omwana tayonka"),
        ("lg", "omwana alina omusujja"),
        ("lg", "azirise"),
        ("lg", "ensimbu"),
        ("lg", "olubuto luvuddemu"),
        ("lg", "ndi mu bisa"),
        ("lg", "kya mangu"),
    ],
)
def test_danger_is_heard(language: str, text: str) -> None:
    assert meant(text, language) is Intent.DANGER


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ny", "mwamuna wanga akundimenya"),
        ("ny", "ndikufuna kufa"),
        ("ny", "ndidzipha"),
        ("ny", "ndatopa ndi moyo"),
        ("lg", "baze yankubye"),
        ("lg", "njagala kufa"),
        ("lg", "njagala kwetta"),
        ("lg", "ayagala kunzita"),
    ],
)
def test_harm_is_heard(language: str, text: str) -> None:
    assert meant(text, language) is Intent.HARM


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ny", "mwana akuyamwa"),
        ("ny", "mwana akudya"),
        ("ny", "ndikupuma pang'ono"),
        ("ny", "mulungu akudalitseni"),
        ("sw", "makazi yangu"),
        ("sw", "magari na mavazi"),
        ("sw", "malengo yetu"),
        ("lg", "omwana ayonka"),
        ("lg", "nina ensimbi"),
        ("lg", "avudde Kampala"),
        ("lg", "yankubidde"),
        ("lg", "ankubira buli lunaku"),
        ("lg", "omusajja wange"),
    ],
)
def test_a_word_one_letter_from_danger_or_harm_is_none(language: str, text: str) -> None:
    assert meant(text, language) is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("ny", "LEKANI", Intent.STOP),
        ("ny", "YAMBANI", Intent.START),
        ("ny", "NDIIMBIRENI", Intent.CALL),
        ("lg", "KOMYA", Intent.STOP),
        ("lg", "TANDIKA", Intent.START),
        ("lg", "NKUBIRA", Intent.CALL),
    ],
)
def test_the_words_our_own_texts_ask_for_are_understood(language: str, text: str, intent: Intent) -> None:
    assert meant(text, language) is intent


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ny", "sindikumva bwino"),
        ("ny", "mwana sakupeza bwino"),
        ("ny", "ndili bwino koma mwana akudwala"),
        ("ny", "leka ndibwere"),
        ("lg", "siwulira bulungi"),
        ("lg", "siri bulungi"),
        ("lg", "ndi bulungi naye omwana mulwadde"),
        ("lg", "leka nkole"),
    ],
)
def test_not_well_is_not_fine_and_let_me_is_not_stop(language: str, text: str) -> None:
    assert meant(text, language) is Intent.UNCLEAR
