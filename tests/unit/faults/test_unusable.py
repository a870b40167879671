"""Faults that leave content unusable: refused in one sentence that begins with the file and the line."""

import pytest

from tests.unit.faults.planting import Content, Fault, check_refused

HOME, CHECKIN, FOLLOW_UPS, SYSTEM = (
    "menus/home.toml",
    "menus/checkin.toml",
    "menus/follow_ups.toml",
    "menus/system.toml",
)
MOTHERS, QUESTIONS, WORDS, SW = "messages/to_mothers.toml", "questions.toml", "words.toml", "locale/sw.po"
UNWELL = "menus/unwell.toml"
VISIT, TESTS = "countries/KE/schedules/visit.toml", "countries/KE/schedules/infant_test.toml"
COUNTRY, LADDER = "countries/KE/country.toml", "countries/KE/escalation.toml"
WELL = 'do = "say_fine"'

MENUS = (
    Fault("an answer that leads nowhere", CHECKIN, 'goto = "checkin_thanks"', 'goto = "nowhere"', "no such screen"),
    Fault("an action that does not exist", CHECKIN, WELL, 'do = "say_good"', "no such action"),
    Fault("a condition that does not exist", UNWELL, 'when = "has_transport"', 'when = "awake"', "no such guard"),
    Fault("a list that does not exist", FOLLOW_UPS, 'each = "follow_ups"', 'each = "work"', "no such list"),
    Fault("an input that does not exist", "menus/dates.toml", 'input = "visit_day"', 'input = "when"', "no input when"),
    Fault("a kind of screen that does not exist", CHECKIN, '[checkin_thanks]\nkind = "end"', '[checkin_thanks]\nkind = "stop"',
          "set kind to one of"),
    Fault("an access that does not exist", "menus/dates.toml", '[no_date]\nkind = "end"\naccess = "mother"',
          '[no_date]\nkind = "end"\naccess = "her"', "set access to one of"),
    Fault("a setting that no screen has", HOME, 'text = "Welcome."', 'text = "Welcome."\ncolour = "red"', "no setting colour"),
    Fault("a setting that no option has", CHECKIN, WELL, f'{WELL}\nbold = "yes"', "no setting bold"),
    Fault("a text that is a number", HOME, 'text = "Welcome."', "text = 1", "as text in quotes"),
    Fault("a menu without a text", CHECKIN, 'text = "How was your week?"\n', "", "a menu needs text", at="[checkin]"),
    Fault("an option with no such digit", CHECKIN, 'id = "well"\nkey = "1"', 'id = "well"\nkey = "0"', "from 1 to 99"),
    Fault("two options on one digit", CHECKIN, 'id = "missed"\nkey = "2"', 'id = "missed"\nkey = "1"', "key of another",
          at='id = "missed"'),
    Fault("an option with a reserved name", CHECKIN, 'id = "well"', 'id = "empty"', "cannot name an option"),
    Fault("a last route with a condition", UNWELL, '[[go_now.route]]\ngoto = "go_now_alone"',
          '[[go_now.route]]\ngoto = "go_now_alone"\nwhen = "on_duty"', "last route"),
    Fault("home that differs from caller to caller", HOME, 'text = "I am fine"', 'text = "I am fine"\nwhen = "has_date"',
          "the same for everybody"),
    Fault("home behind a PIN", HOME, 'text = "Welcome."', 'text = "Welcome."\naccess = "mother"', "everybody must"),
    Fault("the PIN's screen asks something else", SYSTEM, 'input = "pin"', 'input = "hour"', "set input"),
    Fault("a screen everybody needs is gone", SYSTEM, "[stuck]", "[lost]", "every conversation needs it", where="Screen stuck"),
    Fault("a placeholder nobody fills", CHECKIN, "Thank you. Be well.", "Thank you, {name}.", "nothing fills {name}"),
    Fault("a placeholder nobody fills in a translation", SW, 'msgstr "Ilikuwa nzuri"', 'msgstr "Nzuri {jina}"', "fills {jina}"),
    Fault("a screen that stands twice", CHECKIN, "[checkin_thanks]", "[home]", "give this one another name",
          at="[home]", where=HOME),
    Fault("a table that stands twice", CHECKIN, "[checkin_thanks]", "[checkin]", "correct the TOML"),
    Fault("a quote is missing", CHECKIN, 'text = "All well"', 'text = "All well', "correct the TOML"),
)  # fmt: skip

TEXTS = (
    Fault("a text without a validity", MOTHERS, 'class = "B"\nvalid_for = "PT90M"\nquestion = "checkin"\ncovert = "{short}',
          'class = "B"\nquestion = "checkin"\ncovert = "{short}', "lacks valid_for", at="[nudge]"),
    Fault("a class that does not exist", MOTHERS, '[nudge]\nto = "mother"\nclass = "B"', '[nudge]\nto = "mother"\nclass = "F"',
          "set class to"),
    Fault("a text to nobody", MOTHERS, '[nudge]\nto = "mother"', '[nudge]\nto = "her"', "set to to"),
    Fault("a question that does not exist", MOTHERS, 'question = "missed"\ncovert = "{signature}: {tip} Did',
          'question = "mised"\ncovert = "{signature}: {tip} Did', "no question mised"),
    Fault("a setting that no text has", MOTHERS, '[nudge]\nto = "mother"', '[nudge]\nlong = "yes"\nto = "mother"', "no setting"),
    Fault("a number of messages below one", MOTHERS, '[nudge]\nto = "mother"', '[nudge]\nsegments = 0\nto = "mother"',
          "segments to 1"),
    Fault("a question without answers", QUESTIONS, "[start.answers]", "[start.answer]", "lacks answers"),
    Fault("an answer on no digit", QUESTIONS, '1 = "start_yes"', 'one = "start_yes"', "as one digit"),
    Fault("a word that every screen needs is gone", WORDS, 'back = "Back"\n', "", "lacks nav.back", at="[nav]"),
    Fault("a word for going back that fills a page", WORDS, 'back = "Back"', f'back = "{"Back " * 40}"', "leaves no room"),
    Fault("an entry without its msgctxt", SW, 'msgctxt "screen.checkin.well"\n', "", "lacks its msgctxt"),
    Fault("a quote is missing in a catalogue", SW, 'msgstr "Ilikuwa nzuri"', 'msgstr "Ilikuwa nzuri', "quote or a keyword"),
    Fault("a word that is no text", WORDS, 'stuck = "could not dial"', "stuck = 3", "as text in quotes"),
    Fault("a file that every folder needs is gone", "tips.toml", "", None, "every content folder needs it"),
)  # fmt: skip

RULES = (
    Fault("an hour that is none", VISIT, 'id = "week_before"\noffset = -7\nat = "10:00"',
               'id = "week_before"\noffset = -7\nat = "ten"', "at cannot be used"),
    Fault("an end that is none", VISIT, 'until = "P3D"\nearly', 'until = "soon"\nearly', "until cannot be used"),
    Fault("a step that means nothing", VISIT, "early = true", "erly = true", "erly means nothing"),
    Fault("a step with a text and a follow-up", VISIT, 'template = "visit_t7"',
               'template = "visit_t7"\ncause = "silent"', "a text or a follow-up", at='template = "visit_t7"'),
    Fault("a follow-up without a ladder", VISIT, 'cause = "attendance_unknown"', 'cause = "attendance"', "without a policy"),
    Fault("a step after the day for everybody", VISIT, 'cause = "attendance_unknown"\nonly_if = ["unknown"]\n',
               'cause = "attendance_unknown"\n', "only_if is missing", at='^id = "ask_mentor"'),
    Fault("a step without a source", VISIT, 'source = "palladiumkenya/ushauri_api: reminder 7 days before."', 'source = ""',
          "source cannot be used"),
    Fault("a test that ends before it begins", TESTS, 'at = "P18M"', 'at = "P30M"', "ends before it begins"),
    Fault("a test whose age is none", TESTS, 'at = "P6W"', 'at = "six weeks"', "at cannot be used"),
    Fault("a country without a time zone", COUNTRY, 'time_zone = "Africa/Nairobi"', 'time_zone = "Nairobi"', "time_zone"),
    Fault("a page larger than any phone's", COUNTRY, "ussd_limit = 160", "ussd_limit = 200", "ussd_limit cannot be used"),
    Fault("a country with a setting nothing reads", COUNTRY, "ussd_limit = 160", 'ussd_limit = 160\ncolour = "red"', "colour means"),
    Fault("a rung that nobody stands on", LADDER, 'who = ["duty_second", "supervisor", "facility_line"]\nafter = "PT15M"',
          'who = []\nafter = "PT15M"', "tells nobody"),
    Fault("a rung with a role that does not exist", LADDER,
          'who = ["duty_second", "supervisor", "facility_line"]\nafter = "PT15M"', 'who = ["doctor"]\nafter = "PT15M"', "who"),
    Fault("an urgent rung that waits for the morning", LADDER, 'after = "PT15M"\nhours = "any"\n\n[[policy.danger.step]]',
          'after = "PT15M"\nhours = "staff"\n\n[[policy.danger.step]]', "waits for the morning"),
    Fault("a wait of a month", LADDER, "after = \"PT3H\"\nhours = \"staff\"\n\n[[policy.call_requested.step]]",
          "after = \"P30D\"\nhours = \"staff\"\n\n[[policy.call_requested.step]]", "28 days"),
    Fault("a ladder that the scheduler needs is gone", LADDER, "[policy.number_problem]", "[policy.number_trouble]",
          "step is missing"),
)  # fmt: skip


@pytest.mark.parametrize("fault", [*MENUS, *TEXTS, *RULES], ids=str)
def test_it_is_refused_where_it_is(fault: Fault, content: Content) -> None:
    check_refused(fault, content)
