"""How a timeline looks: a table on a terminal, a line each elsewhere, the present in its place, nothing read as markup."""

import io
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta

from service.commands.why_shown import document, lines, show
from service.store.timeline import Line, Rule, Timeline

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
RULE = Rule("KE", "checkin", "ask", "Lester [bold]2010[/bold], Lancet", "abc", draft=True)
SAID = "By the rules (draft): Lester [bold]2010[/bold], Lancet [KE/checkin.ask]"
GONE = Rule("KE", "old", "ask", None, "abc", current=False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(*given: Line) -> Timeline:
    return Timeline(17, 3, "Africa/Nairobi", NOW, given)


STORY = told(
    Line(NOW - timedelta(days=1), "contact", "skipped", "checkin.ask was skipped", "She stopped.", "stopped", rule=RULE),
    Line(NOW - timedelta(hours=1), "follow_up", "going", "Follow-up silent: going to her", who="mentor 12"),
    Line(NOW - timedelta(hours=1), "answer", "CheckInAnswered", "Answered", who="mother"),
    Line(NOW - timedelta(hours=1), "life_event", "moved", "She moves", who="mother"),
    Line(NOW + timedelta(days=1), "visit", "expected", "Expected for a refill", all_day=True, rule=GONE),
)  # fmt: skip


def test_plain_lines_in_her_own_time() -> None:
    assert list(lines(STORY)) == [
        "Mother 17, clinic 3; times are Africa/Nairobi.",
        f"2026-05-31 09:00  contact     checkin.ask was skipped | She stopped. | {SAID}",
        "2026-06-01 08:00  follow_up   Follow-up silent: going to her, by mentor 12",
        "2026-06-01 08:00  answer      Answered",
        "2026-06-01 08:00  life_event  She moves, by herself",
        "2026-06-01 09:00  -- now --",
        "2026-06-02        visit       Expected for a refill | By rules that are not kept any more. [KE/old.ask]",
    ]


def test_without_a_future_the_present_is_last() -> None:
    assert list(lines(told(*STORY.lines[:1])))[-1] == "2026-06-01 09:00  -- now --"
    assert list(lines(told())) == [
        "Mother 17, clinic 3; times are Africa/Nairobi.",
        "2026-06-01 09:00  -- now --",
    ]


def test_a_terminal_gets_a_table_and_markup_stays_text() -> None:
    screen = Terminal()
    with redirect_stdout(screen):
        show(STORY)
    drawn = screen.getvalue()
    assert "[bold]2010[/bold]" in drawn
    assert drawn.index("checkin.ask was") < drawn.index("now") < drawn.index("refill")
    assert "Mother 17, clinic 3" in drawn


def test_elsewhere_it_is_plain() -> None:
    pipe = io.StringIO()
    with redirect_stdout(pipe):
        show(STORY)
    assert pipe.getvalue().splitlines() == list(lines(STORY))


def test_the_tense_of_each_line() -> None:
    assert [one["tense"] for one in document(STORY)["lines"]] == ["past"] * 4 + ["future"]
    assert [one["local"] for one in document(STORY)["lines"]][-1] == "2026-06-02"
