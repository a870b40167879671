"""Faults in keyword tables, deny-lists, tasks, schedules and countries."""

import pytest

from tests.unit.faults.planting import Content, Fault, check_found

KEYS, SW_KEYS, DENY, TASKS = "keywords/en.toml", "keywords/sw.toml", "denylist/sw.toml", "tasks.toml"
VISIT, CHECKIN = "countries/KE/schedules/visit.toml", "countries/KE/schedules/checkin.toml"
COUNTRY, LADDER = "countries/KE/country.toml", "countries/KE/escalation.toml"

HEARD = (
    Fault("a language without words for stop", SW_KEYS, "[stop]\n", "[stp]\n", "no words for stop", at="# Wanachoandika"),
    Fault("an intent that nothing reads", KEYS, "[ordinary]", "[ordinry]", "no intent ordinry"),
    Fault("a list that nothing reads", KEYS, 'exact = ["sure"]', 'exakt = ["sure"]', "Nothing reads exakt"),
    Fault("a list that is one word", KEYS, 'words = ["no", "n", "nope", "nop", "noo"]', 'words = "no"', "no list of words"),
    Fault("an empty list", KEYS, 'words = ["no", "n", "nope", "nop", "noo"]', "words = []", "no words for no", at="[no]"),
    Fault("a word without a letter", KEYS, '"noo"]', '"noo", "?!"]', "holds no letter"),
    Fault("a word that means yes and no", KEYS, '"noo"]', '"noo", "yes"]', '"yes" means both no'),
    Fault("a word that means yes in another language", SW_KEYS, '"apana", "hapna"', '"apana", "ok", "hapna"',
          "under yes in en.toml"),
    Fault("a word that means stop and start", KEYS, '"restart", "begin"', '"restart", "quit", "begin"', "means both start"),
    Fault("a word that means stop in another language", KEYS, '"yes", "y",', '"yes", "acha", "y",', "under stop in sw.toml"),
    Fault("a word of danger that means fine", KEYS, '"blod", "bled"', '"blod", "well", "bled"', "means both danger"),
    Fault("a word of harm that means yes", KEYS, '"beating me", "beats me"', '"beating me", "sure", "beats me"',
          "means both harm"),
    Fault("a keyword table is gone", SW_KEYS, "", None, "sw has no words for stop"),
    Fault("a deny-list is gone", DENY, "", None, "no list of disclosing words"),
    Fault("a deny-list lists nothing that may stand nowhere", DENY, 'never = ["ukimwi"', 'nevr = ["ukimwi"', "under never",
          at="# Maneno yanayoweza"),
    Fault("a deny-list that is one word", DENY, 'reply = ["jibu", "ujibu"]', 'reply = "jibu"', "no list of words"),
    Fault("a deny-list with an empty word", DENY, '"jibu", "ujibu"', '"jibu", "..."', "holds no letter"),
)  # fmt: skip

NEAR = (
    Fault("a task that nobody can do", TASKS, 'do = "say_fine"', 'do = "confirm_visit"', "confirm_visit never happens"),
    Fault("a task with an action that does not exist", TASKS, 'do = "ask_call"', 'do = "ask_cal"', "no action ask_cal"),
    Fault("a task that reads a screen that does not exist", TASKS, 'screen = "all_dates"', 'screen = "dates"', "no screen"),
    Fault("a task nobody reads", TASKS, 'who = "mother"\nscreen = "all_dates"', 'who = "mother"\nscreen = "follow_ups"',
          "is never read"),
    Fault("a task of nobody", TASKS, '[say_well]\nname = "Say that all is well"\nwho = "anyone"',
          '[say_well]\nname = "Say that all is well"\nwho = "nobody"', "Set name, and who"),
    Fault("a task with a setting that means nothing", TASKS, 'do = "stop"', 'do = "stop"\nsteps = 2', "no task has"),
    Fault("a task that says neither what does it", TASKS, 'screen = "language"\n', "", "what does it", at="[language]"),
    Fault("an exception without a reason", TASKS, 'why = "Once, with the mentor', 'because = "Once, with the mentor',
          "no task has"),
    Fault("an exception that takes more than it says", TASKS, 'do = "set_up"\nscreens = 4', 'do = "set_up"\nscreens = 5',
          "screens = 4"),
    Fault("an exception that is none", TASKS, 'do = "stop"', 'do = "stop"\nscreens = 4\nwhy = "Long."', "needs no exception"),
    Fault("a number of screens that is none", TASKS, "screens = 4\nwhy = \"Once", "screens = \"four\"\nwhy = \"Once",
          "is no number"),
)  # fmt: skip

RULES = (
    Fault("a step whose text does not exist", VISIT, 'template = "visit_t7"', 'template = "visit_t8"', "no text visit_t8"),
    Fault("a step whose text goes to staff", VISIT, 'template = "visit_t7"', 'template = "alert"', "not written to a mother"),
    Fault("a step whose class is not its text's", CHECKIN, 'message_class = "B"', 'message_class = "A"', "class differs"),
    Fault("a check-in whose text needs a date", CHECKIN, 'template = "checkin"\nmessage_class = "B"',
          'template = "visit_t7"\nmessage_class = "C"', "cannot fill {date}", at="[visit_t7] > covert",
          where="messages/to_mothers.toml"),
    Fault("a country with a language nobody wrote", COUNTRY, 'languages = ["en", "sw"', 'languages = ["en", "luo", "sw"', "luo"),
    Fault("a cause of one country that no words say", LADDER, "",
               '\n[policy.lost]\nrank = 60\nsource = "Project choice."\n[[policy.lost.step]]\nwho = ["supervisor"]\n'
               'after = "PT0H"\nhours = "staff"\n', "No words say lost"),
    Fault("a country with another's code", COUNTRY, 'code = "KE"', 'code = "UG"', "another country's code"),
)  # fmt: skip


@pytest.mark.parametrize("fault", [*HEARD, *NEAR, *RULES], ids=str)
def test_it_is_found_where_it_is_and_named_first(fault: Fault, content: Content) -> None:
    check_found(fault, content)
