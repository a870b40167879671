"""The words of the follow-up pages: states, groups of causes, who is asked on a rung, what each step of a log was."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from scheduler.types import Role

STATES: Final = (
    ("open", "All that is open"),
    ("waiting", "Waiting for somebody"),
    ("taken", "Taken"),
    ("overdue", "No answer for a day"),
    ("alarmed", "Nobody answered: alarm"),
    ("confirm", "To confirm"),
    ("closed", "Closed lately"),
)

AGES: Final = (
    ("", "Any age"),
    ("1", "Less than a day"),
    ("3", "1 to 3 days"),
    ("7", "3 to 7 days"),
    ("older", "More than 7 days"),
)

GROUPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "urgent": (
            "Urgent",
            ("danger", "safety", "unknown_caller", "nurse_today", "baby_nurse_today", "site_paused"),
        ),
        "calls": (
            "Asked for somebody",
            ("call_requested", "missed_call", "unwell", "missed_dose", "low_mood"),
        ),
        "silent": ("No answer", ("silent", "stuck", "channel")),
        "visits": (
            "Days to come",
            (
                "visit_missed",
                "attendance_unknown",
                "visit_change",
                "closed_day",
                "getting_there",
                "no_next_date",
                "run_out",
            ),
        ),
        "baby": (
            "Babies",
            (
                "infant_test_overdue",
                "infant_test_overdue_nurse",
                "infant_of_deceased",
                "birth_check",
                "weaning_check",
                "baby_milestone",
                "outcome_due",
            ),
        ),
        "care": (
            "Dates of her own",
            (
                "result_not_given",
                "viral_load_due",
                "check_due",
                "new_on_treatment",
                "news",
                "loss",
                "loss_no_call",
            ),
        ),
        "phone": (
            "Number, texts, wishes",
            (
                "number_problem",
                "new_number",
                "wrong_person",
                "stopped",
                "erasure",
                "pause_to_confirm",
            ),
        ),
        "moving": (
            "Moving, slips, another person",
            (
                "moving",
                "referral_unanswered",
                "transfer_unanswered",
                "new_here",
                "introduce",
                "another_mentor",
            ),
        ),
        "team": ("Colleagues", ("mentor_asks_talk", "own_call", "case_help")),
    }
)
"""Causes by what has to be done; a test holds that every cause stands in one of them."""

ROLES: Final[Mapping[Role, str]] = MappingProxyType(
    {
        "assigned_mentor": "her mentor",
        "cover": "whoever covers for her mentor",
        "least_loaded": "the colleague with least to do",
        "duty": "whoever is on duty",
        "duty_second": "the second on duty",
        "supervisor": "a supervisor",
        "trained": "somebody trained for it",
        "nurse": "a nurse",
        "facility_line": "the clinic's line",
    }
)

HELD: Final = MappingProxyType(
    {
        "wrong_number": "Somebody reported a wrong number.",
        "moved": "Somebody reported that she moved, was transferred or is in hospital.",
        "dead": "Somebody reported that she has died.",
    }
)
"""What was reported by text, and waits to be confirmed."""

CONFIRMS: Final = MappingProxyType({"wrong_number": "wrong_number", "moved": "moved", "dead": "died"})
"""The action that confirms a report, by the hold it put on her."""

SAID: Final = MappingProxyType(
    {
        "transferred": "Saved. Another clinic has taken over; nothing more is sent.",
        "stays": "Saved. She stays, and the slip is good for nothing any more.",
        "given": "Given. They are told as by any other alert.",
    }
)

OVERTAKEN: Final = (
    "{who} answered meanwhile: {what}. Nothing was changed; look again and answer if it is still needed."
)
CLOSED: Final = "It is closed already, so nothing was changed."
NOT_THEIRS: Final = "It was not saved: it is not yours to answer. Ask the supervisor of that clinic."
CLOSED_DAY: Final = "It was not saved: her clinic is closed on that day. Choose another one."
UNSURE: Final = "Tick that you are sure: it ends what we send her."
UNKNOWN: Final = "Choose what happened with one of the buttons."
WHEN: Final = "Choose when she is coming, or a day from today on within three months."
