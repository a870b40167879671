"""Faults in text messages, in translations, and in the small words both are put together from."""

import pytest

from tests.unit.faults.planting import Content, Fault, check_found

MOTHERS, STAFF, ANSWERS = "messages/to_mothers.toml", "messages/to_staff.toml", "messages/answers.toml"
SW, WORDS, TIPS, QUESTIONS = "locale/sw.po", "words.toml", "tips.toml", "questions.toml"
NUDGE = '"{short}: Reply 1 fine, 2 call me."'
OPEN = '"{signature}: How is it going with your medicine? Reply 1 fine, 2 call me."'

SENT = (
    Fault("a covert text tells of medicine", MOTHERS, NUDGE, '"{short}: Medicine? Reply 1 fine, 2 call me."', "medicine"),
    Fault("a covert text tells in another language", MOTHERS, NUDGE, '"{short}: Kliniki. Reply 1 fine, 2 call me."', "kliniki"),
    Fault("an answer to anybody tells of a mentor", ANSWERS, "This number sends health tips.", "Ask your mentor.", "mentor"),
    Fault("a covert text tells of a baby", MOTHERS, "Did we miss each other?", "Is your baby well?", "loss or pregnancy"),
    Fault("an open text of a baby that does not say so", MOTHERS, OPEN, OPEN.replace("How is", "Baby and how is"),
          "baby_words"),
    Fault("an open text with a word that may stand nowhere", MOTHERS, OPEN, OPEN.replace("medicine", "ARVs"), '"arvs" may'),
    Fault("a staff text with a word that may stand nowhere", STAFF, "Please tell her.", "It is her HIV date.", '"hiv"'),
    Fault("a text of two messages", ANSWERS, '"{short}: Thank you."', f'"{{short}}: {"Thank you. " * 15}"', "2 texts"),
    Fault("an open text of two messages", MOTHERS, OPEN, OPEN.replace("How", "How are you today? " * 5 + "How"), "2 texts"),
    Fault("a staff text of two messages", STAFF, "Please tell her.", "Please tell her today. " * 8, "2 texts"),
    Fault("a text that says it is free", ANSWERS, "Thank you. Our texts", "It is free. Our texts", "not toll-free"),
    Fault("a text that says it costs nothing", STAFF, "Please call now.", "No cost, please call.", "not toll-free"),
    Fault("a text asks and its question is gone", MOTHERS, f'question = "checkin"\ncovert = {NUDGE}', f"covert = {NUDGE}",
          "has no question", at="[nudge] > covert"),
    Fault("an answer asks for a reply", ANSWERS, '"{short}: Thank you."', '"{short}: Thank you. Reply to this."', "no question"),
    Fault("a text offers a digit its question does not know", MOTHERS, NUDGE, NUDGE.replace("me.", "me, 3 later."),
          "offers 1, 2, 3"),
    Fault("a text does not offer a digit", MOTHERS, NUDGE, '"{short}: Reply 1 fine."', "its question knows 1, 2"),
    Fault("an open text offers other digits than the covert one", MOTHERS, OPEN, OPEN.replace("2 call", "4 call"), "1, 4"),
    Fault("a text names the wrong question", MOTHERS, f'question = "checkin"\ncovert = {NUDGE}',
          f'question = "visit"\ncovert = {NUDGE}', "its question knows 1, 2, 3", at="[nudge] > covert"),
    Fault("a placeholder nobody fills", ANSWERS, '"{short}: Thank you."', '"{short}: Thank you, {name}."', "fills {name}"),
    Fault("a placeholder its sender cannot fill", ANSWERS, '"{short}: Thank you."', '"{short}: Thank you, {code}."',
          "cannot fill {code}"),
    Fault("a date in a check-in, which has none", MOTHERS, OPEN, OPEN.replace("How", "{date} How"), "cannot fill {date}"),
    Fault("a validity that is no time", MOTHERS, 'class = "B"\nvalid_for = "PT90M"\nquestion = "checkin"\ncovert = "{short}',
          'class = "B"\nvalid_for = "90 minutes"\nquestion = "checkin"\ncovert = "{short}', "is no time"),
    Fault("a text that code sends is renamed", ANSWERS, "[stop_confirm]", "[stop_confirmed]", "no text stop_confirm", where="messages/"),
    Fault("an answer nothing follows from", QUESTIONS, '1 = "will_come"', '1 = "comes"', "Nothing follows from 1, comes"),
    Fault("an answer of another question", QUESTIONS, '1 = "came"', '1 = "fine"', "Nothing follows from 1, fine"),
    Fault("a question offers one digit more than its texts", QUESTIONS, '2 = "start_no"', '2 = "start_no"\n3 = "start_no"',
          "its question knows 1, 2, 3", at="[start_question] > covert", where=ANSWERS),
    Fault("it asks, and the sender cannot receive", MOTHERS, "# Texts to mothers.", "# Texts to her.", "cannot receive",
          at="[attended] > question", two_way=False),
)  # fmt: skip

SAID = (
    Fault("a tip tells of pills", TIPS, "boil your drinking water.", "take your pills.", "pills"),
    Fault("a tip is too long for texts", TIPS, "eat green leaves every day.", "eat green leaves every day, and more. " * 3,
          "a tip may have 45"),
    Fault("two tips of one name", TIPS, 'id = "beans"', 'id = "rest"', "Two tips are called rest"),
    Fault("a cause tells staff too much", WORDS, 'stuck = "could not dial"', 'stuck = "ran out of ARVs"', "arvs"),
    Fault("a word that everybody may read tells", WORDS, 'choose = "Please press', 'choose = "Clinic: press', "clinic"),
    Fault("a signature tells of the programme", WORDS, '"WOMEN\'S GROUP"', '"PMTCT GROUP"', "pmtct"),
    Fault("a kind of visit is gone", WORDS, 'refill = "Pick-up"\n', "", "no word visit.refill", at="[visit]"),
    Fault("the words of a fault are gone", WORDS, 'fault = "Sorry, please dial again in a moment."\n', "", "error.fault",
          at="[error]"),
    Fault("a signature is gone", WORDS, 'group = "WOMEN\'S GROUP"\n', "", "signature.group", at="[signature]"),
    Fault("a cause without words", WORDS, 'pause_to_confirm = "confirm pause"\n', "", "pause_to_confirm", at="[cause]"),
    Fault("a placeholder in a word", WORDS, '"check her number"', '"check {number}"', "{number}"),
)  # fmt: skip

TRANSLATED = (
    Fault("a disclosing word in a translation", SW, 'msgstr "Ilikuwa nzuri"', 'msgstr "Dawa yote"', "dawa"),
    Fault("a disclosing word of another language in a translation", SW, 'msgstr "Ilikuwa nzuri"', 'msgstr "Test"', "test"),
    Fault("a translation says it is free", SW, 'msgstr "Ilikuwa nzuri"', 'msgstr "Bure yote"', "not toll-free"),
    Fault("a translation is too long for its page", SW, 'msgstr "Asante. Uwe na siku njema."',
          f'msgstr "{"Asante sana. " * 14}"', "does not fit one page in sw"),
    Fault("a translated text is too long", SW, 'msgstr "{short}: Asante."', f'msgstr "{{short}}: {"Asante. " * 22}"', "2 texts"),
    Fault("a translation lost a placeholder", SW, 'msgstr "{short}: Asante."', 'msgstr "Asante."', "placeholders in sw"),
    Fault("a translation has a placeholder too many", SW, 'msgstr "Ilikuwa nzuri"', 'msgstr "Nzuri {tip}"', "placeholders in sw"),
    Fault("a placeholder was translated", SW, 'msgstr "{short}: Asante."', 'msgstr "{fupi}: Asante."', "placeholders in sw"),
    Fault("a translation is empty", SW, 'msgstr "Ilikuwa nzuri"', 'msgstr ""', "sw"),
    Fault("a translation is fuzzy", SW, '#: menus/checkin.toml\nmsgctxt "screen.checkin.well"',
          '#: menus/checkin.toml\n#, fuzzy\nmsgctxt "screen.checkin.well"', "sw"),
    Fault("the English has changed since", "menus/checkin.toml", '"All well"', '"All is well"', "changed since",
          at='msgctxt "screen.checkin.well" > msgid', where=SW),
    Fault("a translation of nothing", SW, "", '\nmsgctxt "screen.checkin.gone"\nmsgid "Gone"\nmsgstr "Zamani"\n',
          "no such text"),
    Fault("a translation that stands twice", SW, "", '\nmsgctxt "screen.checkin.well"\nmsgid "All well"\nmsgstr "Safi"\n',
          "twice"),
    Fault("a translation is gone", SW, 'msgctxt "screen.checkin.well"\nmsgid "All well"\nmsgstr "Ilikuwa nzuri"\n', "",
          "sw", at='msgctxt "screen.checkin"'),
    Fault("a catalogue of a language nobody can choose", "locale/xx.po", "", 'msgid ""\nmsgstr ""\n', "Nobody can choose xx"),
)  # fmt: skip


@pytest.mark.parametrize("fault", [*SENT, *SAID, *TRANSLATED], ids=str)
def test_it_is_found_where_it_is_and_named_first(fault: Fault, content: Content) -> None:
    check_found(fault, content)
