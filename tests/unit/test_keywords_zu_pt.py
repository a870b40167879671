"""isiZulu and Portuguese texts as people may write them. Drafts, like the tables: a native speaker must read both."""

import pytest

from flows.intents import Intent
from flows.keywords import interpret
from service.content.files import load_bundle

BUNDLE = load_bundle()


def meant(text: str, language: str) -> Intent:
    return interpret(BUNDLE, language, text, has_open_question=False, staff=False).intent


def answered(text: str, language: str) -> str | None:
    return interpret(BUNDLE, language, text, has_open_question=True, staff=False).digit


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zu", "ngopha kakhulu"),
        ("zu", "igazi liningi"),
        ("zu", "ingane ayinceli"),
        ("zu", "akakwazi ukuphefumula"),
        ("zu", "ngiyaquleka"),
        ("zu", "ingane iyashisa"),
        ("zu", "ngiphume amanzi"),
        ("zu", "ikhanda libuhlungu kakhulu"),
        ("zu", "ngilahlekelwe isisu"),
        ("zu", "kuyaphuthum"),
        ("pt", "Estou a sangrar"),
        ("pt", "o bebé não respira"),
        ("pt", "bebe nao quer mamar"),
        ("pt", "tenho febre"),
        ("pt", "desmaiei hoje"),
        ("pt", "rebentou a bolsa"),
        ("pt", "hemorrajia"),
        ("pt", "o bebé tem convulsão"),
        ("pt", "socorro"),
    ],
)
def test_danger_is_heard(language: str, text: str) -> None:
    assert meant(text, language) is Intent.DANGER


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zu", "uyangishaya"),
        ("zu", "indoda yami iyangishaya"),
        ("zu", "ungishayile izolo"),
        ("zu", "ngifuna ukufa"),
        ("zu", "angisafuni ukuphila"),
        ("zu", "ngidlwenguliwe"),
        ("pt", "o meu marido bateu-me"),
        ("pt", "ele me bate"),
        ("pt", "quero morrer"),
        ("pt", "fui violada"),
        ("pt", "ele disse que vai me matar"),
    ],
)
def test_harm_is_heard(language: str, text: str) -> None:
    assert meant(text, language) is Intent.HARM


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("zu", "Yeka", Intent.STOP),
        ("zu", "ngicela ningisuse", Intent.STOP),
        ("zu", "Ngishayele", Intent.CALL),
        ("zu", "ngicela ucingo", Intent.CALL),
        ("zu", "QALA", Intent.START),
        ("zu", "ngicela usizo", Intent.HELP),
        ("zu", "Sawubona, ngiyaphila", Intent.FINE),
        ("zu", "ubani lo", Intent.WRONG_PERSON),
        ("pt", "PARAR", Intent.STOP),
        ("pt", "para", Intent.STOP),
        ("pt", "Sair", Intent.STOP),
        ("pt", "cancelar", Intent.STOP),
        ("pt", "Não quero mais mensagens", Intent.STOP),
        ("pt", "LIGAR", Intent.CALL),
        ("pt", "ligue-me por favor", Intent.CALL),
        ("pt", "COMEÇAR", Intent.START),
        ("pt", "preciso de ajuda", Intent.HELP),
        ("pt", "Estou bem", Intent.FINE),
        ("pt", "numero errado", Intent.WRONG_PERSON),
    ],
)
def test_what_people_come_for_is_understood(language: str, text: str, intent: Intent) -> None:
    assert meant(text, language) is intent


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zu", "ngiyaya ekhaya"),
        ("zu", "yima kancane ngiyeza"),
        ("zu", "angizizwa kahle"),
        ("zu", "ngiphilile kodwa ingane iyagula"),
        ("zu", "unjani"),
        ("sw", "misa ni saa ngapi"),
        ("sw", "pare ni mbali"),
        ("pt", "Para quando é a visita?"),
        ("pt", "sair de casa é dificil"),
        ("pt", "esta a correr tudo bem"),
        ("pt", "estou bem mas tenho dores"),
        ("pt", "nao estou bem"),
        ("pt", "Bom dia"),
        ("pt", "Ola tudo bem?"),
        ("pt", "comi feijao e folhas verdes"),
    ],
)
def test_what_only_looks_like_it_goes_to_a_person(language: str, text: str) -> None:
    assert meant(text, language) is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("language", "text", "digit"),
    [
        ("zu", "yebo", "1"),
        ("zu", "cha", "2"),
        ("zu", "1 kodwa ngiyagula", None),
        ("pt", "sim", "1"),
        ("pt", "não", "2"),
        ("pt", "1 mas estou doente", None),
        ("pt", "sim mas nao sei", None),
        ("en", "sim card lost", None),
    ],
)
def test_an_open_question_is_answered(language: str, text: str, digit: str | None) -> None:
    assert answered(text, language) == digit


@pytest.mark.parametrize(
    ("language", "word", "intent"),
    [
        ("zu", "STOP", Intent.STOP),
        ("zu", "QALA", Intent.START),
        ("zu", "NGISHAYELE", Intent.CALL),
        ("pt", "PARAR", Intent.STOP),
        ("pt", "COMECAR", Intent.START),
        ("pt", "LIGAR", Intent.CALL),
    ],
)
def test_a_word_our_texts_tell_her_to_send_is_understood(language: str, word: str, intent: Intent) -> None:
    told = [text for context, text in BUNDLE.texts[language].items() if context.split(".")[0] != "word"]
    assert any(word in text.split() or f"{word}." in text.split() for text in told)
    assert meant(word, language) is intent
