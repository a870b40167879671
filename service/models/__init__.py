"""Every table of the database, as SQLModel classes. ``metadata`` is what migrations are checked against.

Relations, uniqueness and the promises that can be said in SQL (no open follow-up without a next
action, no missed visit without a witness, one SMS in flight per number) are constraints here, not
habits of the code.
"""

from sqlmodel import SQLModel

from service.models.accounts import DashboardSession, DashboardUser, RecoveryCode, SignInTry
from service.models.audit import AuditHead, AuditRow
from service.models.base import mirror_defaults
from service.models.care import Enrolment, Infant, Pregnancy, Reminder, SiteDay, Visit
from service.models.caseload import HomeVisit, Referral, ReferralTry, Sample
from service.models.erasure import Erasure
from service.models.facilities import Facility, FacilityDay
from service.models.follow_ups import CaseCode, EventRow, FollowUp, FollowUpLog
from service.models.importing import ApiKey, ImportRun, ToldNumber
from service.models.life import Correction, LifeEvent
from service.models.messages import EarlyReport, InboundSms, Message, OpenQuestion, SmsDay
from service.models.mothers import Consent, Mother
from service.models.people import CodeTry, Person, Phone, PinTry, SetUpCode
from service.models.sessions import UssdReply, UssdSession
from service.models.staff import Cover, DutyRoster, Staff, Supervision
from service.models.system import (
    Alarm,
    BundleRow,
    GatewayBalance,
    GatewayState,
    Heartbeat,
    Publication,
    SimulatorGateway,
    SimulatorPerson,
    SimulatorSms,
    SteppedClock,
)
from service.models.team import CoverOffer, Handover, Meeting, MeetingGuest
from service.models.texts import TextChange

metadata = SQLModel.metadata
mirror_defaults(metadata)

__all__ = [
    "Alarm",
    "ApiKey",
    "AuditHead",
    "AuditRow",
    "BundleRow",
    "CaseCode",
    "CodeTry",
    "Consent",
    "Correction",
    "Cover",
    "CoverOffer",
    "DashboardSession",
    "DashboardUser",
    "DutyRoster",
    "EarlyReport",
    "Enrolment",
    "Erasure",
    "EventRow",
    "Facility",
    "FacilityDay",
    "FollowUp",
    "FollowUpLog",
    "GatewayBalance",
    "GatewayState",
    "Handover",
    "Heartbeat",
    "HomeVisit",
    "ImportRun",
    "InboundSms",
    "Infant",
    "LifeEvent",
    "Meeting",
    "MeetingGuest",
    "Message",
    "Mother",
    "OpenQuestion",
    "Person",
    "Phone",
    "PinTry",
    "Pregnancy",
    "Publication",
    "RecoveryCode",
    "Referral",
    "ReferralTry",
    "Reminder",
    "Sample",
    "SetUpCode",
    "SignInTry",
    "SimulatorGateway",
    "SimulatorPerson",
    "SimulatorSms",
    "SiteDay",
    "SmsDay",
    "Staff",
    "SteppedClock",
    "Supervision",
    "TextChange",
    "ToldNumber",
    "UssdReply",
    "UssdSession",
    "Visit",
    "metadata",
]
