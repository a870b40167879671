"""The plain data the rules are written over: schedules and policies as loaded, and what each rule answers.

All instants are aware UTC datetimes; all dates are local to the mother's time zone, which travels
beside them. Rules never read a clock: ``now`` is always an argument.
"""

from scheduler.types.contacts import (
    Decision,
    DueReminder,
    EnrolmentToPlan,
    Hold,
    OpenFollowUp,
    Plan,
    PlannedReminder,
    PlannedVisit,
    Send,
    Skip,
    TellMentor,
)
from scheduler.types.erasure import DueErasure, ErasureVerdict, Forget, NotYet
from scheduler.types.follow_ups import ActedFollowUp, Answered, DueFollowUp, Move, Roster, StaffMember
from scheduler.types.schedules import (
    Age,
    Anchor,
    Attendance,
    Country,
    EscalationPolicy,
    EscalationStep,
    MessageClass,
    Risk,
    Role,
    Schedule,
    Series,
    Step,
    Stream,
    Target,
    VisitKind,
)
from scheduler.types.sending import InDoubt, MessageFate
from scheduler.types.silence import Nudge, SilenceVerdict, SilentTooLong, Spell, Wait
from scheduler.types.sites import DueSite, SiteLook

__all__ = [
    "ActedFollowUp",
    "Age",
    "Anchor",
    "Answered",
    "Attendance",
    "Country",
    "Decision",
    "DueErasure",
    "DueFollowUp",
    "DueReminder",
    "DueSite",
    "EnrolmentToPlan",
    "ErasureVerdict",
    "EscalationPolicy",
    "EscalationStep",
    "Forget",
    "Hold",
    "InDoubt",
    "MessageClass",
    "MessageFate",
    "Move",
    "NotYet",
    "Nudge",
    "OpenFollowUp",
    "Plan",
    "PlannedReminder",
    "PlannedVisit",
    "Risk",
    "Role",
    "Roster",
    "Schedule",
    "Send",
    "Series",
    "SilenceVerdict",
    "SilentTooLong",
    "SiteLook",
    "Skip",
    "Spell",
    "StaffMember",
    "Step",
    "Stream",
    "Target",
    "TellMentor",
    "VisitKind",
    "Wait",
]
