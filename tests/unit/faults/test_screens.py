"""Faults in the menus: what is read, what leads where, and what may be seen without a PIN."""

import pytest

from tests.unit.faults.planting import Content, Fault, check_found

HOME, CHECKIN, SYSTEM = "menus/home.toml", "menus/checkin.toml", "menus/system.toml"
MORE, UNWELL, DATES, STAFF = "menus/more.toml", "menus/unwell.toml", "menus/dates.toml", "menus/staff.toml"
FOLLOW_UPS, SET_UP = "menus/follow_ups.toml", "menus/set_up.toml"

READ = (
    Fault("home tells of a clinic", HOME, "Welcome.", "Welcome to the clinic.", '"clinic" tells what we are'),
    Fault("an option of home tells of a test", HOME, "I feel unwell", "Test result", '"test" tells'),
    Fault("a word of another language tells", CHECKIN, "Thank you. Be well.", "Dawa. Be well.", '"dawa" tells'),
    Fault("a disclosing word in capitals", CHECKIN, "How was your week?", "How were your PILLS?", '"pills"'),
    Fault("a disclosing word with an accent", CHECKIN, "All well", "Clinìc well", '"clinic"'),
    Fault("a disclosing beginning of a word", CHECKIN, "I felt ill", "Antiretrovirals", "antiretro"),
    Fault("a disclosing word before the PIN", SYSTEM, '"Enter PIN"', '"Enter PIN of the programme"', "programme"),
    Fault("a word that may stand nowhere, behind a PIN", DATES, "Another day", "Another HIV day", '"hiv" may stand'),
    Fault("a word that may stand nowhere, for staff", STAFF, '"Case code, or:"', '"ARV case, or:"', '"arv" may'),
    Fault("home says it is free", HOME, "Call me", "Free call", "not toll-free"),
    Fault("a mother's screen says it is free", DATES, "Help getting there", "Free ride", "not toll-free"),
    Fault("the home screen is too long", HOME, "Welcome.", "Welcome. " * 13, "does not fit one page"),
    Fault("one option pushes others off home", HOME, "I feel unwell", "I feel unwell " * 9, "out of reach"),
    Fault("urgency does not fit its page", UNWELL, "Is it urgent?", "Is it urgent? " * 10, "out of reach"),
    Fault("the question for the PIN is too long", SYSTEM, '"Enter PIN"', f'"{"Enter PIN " * 15}"', "out of reach"),
    Fault("an end is too long", CHECKIN, "Thank you. Be well.", "Thank you. " * 16, "does not fit one page"),
    Fault("a line of a list is too long", FOLLOW_UPS, "{days}d", "{days} days " + "so " * 50, "One line"),
    Fault("an option fills more than a page", CHECKIN, "I travelled", "I travelled " * 14, "does not fit a page"),
    Fault("a question pushed off its page by a line about an error", DATES, "Which day? Day", "Which day? " * 9 + "Day",
          "second page", at="[another_day]", walks=True),
    Fault("a list without words for being empty", FOLLOW_UPS, 'empty = "No follow-ups now."\n', "",
          "says nothing when it is empty", at="[follow_ups]"),
    Fault("a placeholder no list fills", FOLLOW_UPS, "{code} {open_cause} {days}d", "{code} {open_cause} {since}", "{since}"),
    Fault("a placeholder nobody fills where a list is empty", FOLLOW_UPS, "No follow-ups now.", "None, {who}.",
          "Nothing fills {who}"),
)  # fmt: skip

LEADS = (
    Fault("a screen nothing leads to", HOME, "", '\n[lonely]\nkind = "end"\ntext = "Nobody hears."\n', "Nothing leads"),
    Fault("an answer that leads elsewhere leaves a screen alone", CHECKIN, 'do = "say_fine"\ngoto = "checkin_thanks"',
          'do = "say_fine"\ngoto = "reason_thanks"', "Nothing leads here", at="[checkin_thanks]"),
    Fault("a menu that only leads round", MORE, 'id = "yes"\nkey = "1"\ntext = "Yes, stop"\ndo = "stop"\ngoto = "stopped"',
          'id = "yes"\nkey = "1"\ntext = "Yes, stop"\ndo = "stop"\ngoto = "stop"', "Nothing leads here", at="[stopped]"),
    Fault("a route nobody can come through", UNWELL, 'goto = "go_now_transport"\nwhen =',
          'goto = "go_now_alone"\nwhen =', "Nothing leads here", at="[go_now_transport]"),
    Fault("a route that is always taken before another", UNWELL, 'goto = "go_now_transport"\nwhen = "has_transport"',
          'goto = "go_now_transport"', "no answer does", at="[go_now_alone]", walks=True),
    Fault("her date told without a PIN", UNWELL, "Do not wait for a call. Transport: {transport}",
               "Do not wait. {visit_date} {transport}", "Without a PIN it shows {visit_date}"),
    Fault("a case code told without a PIN", CHECKIN, "Thank you for telling us.", "{case_code} Thank you.",
          "Without a PIN it shows {case_code}"),
    Fault("the count of follow-ups told without a PIN", CHECKIN, "Something else", "Else ({follow_up_count})",
          "Without a PIN it shows {follow_up_count}"),
    Fault("a set-up code told without a PIN", SET_UP, '"Saved. Thank you."', '"Saved. {new_code}."',
               "Without a PIN it shows {new_code}"),
)  # fmt: skip


@pytest.mark.parametrize("fault", [*READ, *LEADS], ids=str)
def test_it_is_found_where_it_is_and_named_first(fault: Fault, content: Content) -> None:
    check_found(fault, content)
