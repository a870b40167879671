"""The words of a timeline: what each kind of event, step of a follow-up and state of a text is called in a sentence."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from scheduler.reasons import REASONS

ANSWERS: Final[Mapping[str, str]] = {
    "AnotherMentorAsked": "Asked for another person",
    "AreaNoted": "Where she is found was noted",
    "AttendanceReported": "Said whether she came",
    "BabyWordsChosen": "Chose whether texts may speak of a baby",
    "CallLogged": "A call with her was noted",
    "CallRequested": "Asked for a call",
    "CallTimeChosen": "Chose when to be called",
    "CareLineChanged": "Which dates are hers was changed",
    "CaseHelpAsked": "Help with her case was asked for",
    "CheckInAnswered": "Answered the check-in: well",
    "ClientNumberWritten": "Her client number was written",
    "ConsentWithdrawn": "Took an agreement back",
    "DoseMissed": "Answered the check-in: a hard week",
    "EnrolmentCompleted": "Her details were completed",
    "Erased": "What was known of her was erased",
    "ErasureAsked": "Asked to be forgotten",
    "ErasureWithdrawn": "Took back the wish to be forgotten",
    "HandoverDecided": "Whether another mentor looks after her was decided",
    "HandoverProposed": "Another mentor was proposed for her",
    "HarmReported": "Words of harm: a person speaks with her",
    "HomeVisitPlanned": "A home visit was agreed with her",
    "LanguageChosen": "Chose a language",
    "MeetingConfirmed": "Comes to the group meeting",
    "MeetingDeclined": "Does not come to the group meeting",
    "MeetingHeld": "Came to the group meeting",
    "MentorGiven": "She was given to a mentor",
    "MoodReported": "Said how she feels",
    "MotherEnrolled": "Enrolled, consent read aloud",
    "MotherImported": "Her line of a register was brought in",
    "NextLookSet": "It was noted when staff look again",
    "NurseNeeded": "The nurse was asked for, the same day",
    "MotherSetUp": "Set up on her own handset, face to face",
    "OtherTextsChosen": "Chose which texts come besides check-ins",
    "OutcomeRecorded": "The register's last line about a baby was noted as written",
    "PhoneUseChosen": "Said whose the phone is",
    "PinChanged": "Changed her PIN",
    "QuestionDisplaced": "A later question took the place of one she had not answered",
    "ReferralArrived": "Arrived where she was referred to",
    "ReferralMade": "Was referred to another service",
    "ResultGiven": "A result was given to her",
    "RhythmChosen": "Chose how often she is asked",
    "SafetyConcern": "Her mentor worries about her safety",
    "SessionResumed": "Went on where her session had dropped",
    "SetUpCodeGiven": "A code for her handset was handed out",
    "SignatureChosen": "Chose how her texts are signed",
    "SlowerRhythmAnswered": "Answered whether to be asked less often",
    "StartRequested": "Asked to be texted again",
    "StopRequested": "Asked us to stop texting",
    "TestTaken": "A test was taken",
    "TextNotUnderstood": "Sent a text nobody could sort; a person reads it",
    "TextsPaused": "Paused her texts",
    "TextsResumed": "Ended the pause of her texts",
    "TransferConfirmed": "Another clinic has taken over",
    "TransferMade": "Was given a slip for another clinic",
    "TransferWithdrawn": "Does not move to another clinic after all",
    "UnwellReported": "Said that somebody is unwell",
    "VisitChangeRequested": "Asked for another day",
    "VisitConfirmed": "Confirmed her visit",
    "VisitRecorded": "Was seen",
    "WordingChosen": "Chose how open her texts are",
    "WrongPersonReported": "Somebody else said the number is theirs",
}

TOLD_ELSEWHERE: Final = frozenset(
    {
        "BirthDateCorrected",
        "BirthReported",
        "CaseGiven",
        "DayAgreed",
        "DayClosed",
        "DueDateCorrected",
        "FollowUpAnswered",
        "InfantDeathReported",
        "LifeEventUndone",
        "LossReported",
        "MoveReported",
        "NumberLeft",
        "PregnancyReported",
        "SupplyCorrected",
        "TreatmentStartCorrected",
        "VisitMissed",
        "VisitMoved",
        "WeanedReported",
    }
)
"""Events that a row of their own tells better: follow-ups, life events, visits."""

DETAILS: Final = (
    "reason",
    "when",
    "about",
    "urgent",
    "came",
    "came_on",
    "reached",
    "wanted",
    "needs_transport",
    "rhythm",
    "accepted",
    "dates",
    "invitations",
    "hour",
    "until",
    "signature",
    "wording",
    "phone_use",
    "allowed",
    "question",
    "stream",
    "via",
)
"""What of an event's data is shown; how she feels, where she is visited and what a slip is for are not."""

STEPS: Final[Mapping[str, str]] = {
    "told": "Told",
    "going": "Going to her",
    "pass_on": "Passed on",
    "reached_coming": "Reached, coming",
    "reached_problem": "Reached, problem",
    "not_reached": "Not reached",
    "wrong_number": "Reported: wrong number",
    "moved": "Reported: moved, transferred or in hospital",
    "died": "Reported: died",
    "undo": "Taken back",
    "undone": "What it was about was taken back",
    "came": "She came",
    "answered": "She answered",
    "arrived": "She arrived where she was referred to",
    "set_up": "She was set up again",
    "tested": "A test of her own was taken",
    "recorded": "It was noted as written down",
    "withdrawn": "She took her wish back",
    "erased": "She was forgotten",
    "site_open": "The clinic is open again",
    "handed_on": "Handed on to the clinic that looks after her now",
    "transferred": "Another clinic has taken over",
    "transfer_made": "A slip for the new clinic was given to her",
    "withdrawn_move": "She does not move after all",
    "another_mentor": "She asked for another person instead",
    "given": "Given to a colleague by a supervisor",
    "handed_over": "Another mentor looks after her now",
    "infant_not_alive": "It was about a baby who is no longer with us",
    "phone_lost": "Whoever had it lost the phone; handed on",
    "reached": "She was reached",
}

TEXT_STATES: Final[Mapping[str, str]] = {
    "queued": "waits to leave",
    "claimed": "is about to leave",
    "sending": "is leaving",
    "sent": "left, no delivery report yet",
    "delivered": "was delivered",
    "failed": "was not delivered",
    "unknown": "may or may not have left",
    "expired": "did not leave before its time was over",
    "cancelled": "was taken back before it left",
}

TEXT_REASONS: Final[Mapping[str, str]] = {
    "resolved": "The follow-up it was about was closed before it left.",
    "budget": "The day's budget of texts was used up.",
    "not_any_more": "It no longer fitted when it was about to leave.",
    "in_doubt": "The gateway was interrupted, so nobody knows whether it left.",
    "timeout": "The gateway did not answer in time, so nobody knows whether it left.",
    "not_in_answer": "The gateway's answer did not name it, so nobody knows whether it left.",
    "contradiction": "The gateway's answer contradicted itself, so nobody knows whether it left.",
    "unreadable_answer": "The gateway's answer could not be read, so nobody knows whether it left.",
    "shared_id": "The gateway gave two texts one id, so nobody knows whether it left.",
    "invalid_number": "The gateway calls the number invalid.",
    "unsupported_number": "The gateway does not serve this kind of number.",
    "opted_out": "The number has opted out at the gateway.",
    "do_not_disturb": "The number is on a do-not-disturb list.",
    "risk_hold": "The gateway held it back as a risk.",
    "could_not_route": "The gateway found no way to the network.",
    "insufficient_balance": "The account at the gateway is empty.",
    "invalid_sender_id": "The gateway does not accept our sender.",
    "connection_refused": "The gateway could not be reached.",
    "gateway_error": "The gateway failed.",
    "gateway_internal_error": "The gateway failed.",
    "rejected_by_gateway": "The gateway refused it.",
    "bad_key": "The gateway does not accept our key.",
    "rate_limited": "The gateway wanted fewer texts at a time.",
    "revoked": "The phone it was for was withdrawn.",
    "rejected": "The gateway refused it.",
    "try_later": "The gateway asked us to try later.",
}

CORRECTED: Final[Mapping[str, str]] = {
    "due_date": "Due date",
    "birth": "Birth date",
    "supply": "End of her supply",
    "treatment": "Start of treatment",
    "visit": "Visit",
}

CHANGES: Final[Mapping[str, str]] = {
    "pregnancy": "A new pregnancy",
    "birth": "A birth",
    "loss": "A pregnancy ended",
    "infant_death": "A baby is not with them any more",
    "weaned": "Breastfeeding ended",
    "moved": "She moves",
    "new_number": "She gives up her number",
    "death": "She has died",
    "transferred": "Another clinic took over her care",
    "tests_over": "A baby needs no more of the foreseen tests",
}

VISITS: Final[Mapping[str, str]] = {
    "clinic": "clinic visit",
    "refill": "refill",
    "infant_test": "a baby's date",
}


ONLY_IF: Final[Mapping[str, str]] = {
    "unknown": "if nobody has marked by then whether she came",
    "missed": "if she is marked as missed",
    "kept": "if she is marked as having come",
}
"""What must come true of a visit for a step that is only for that."""


def reason_of(word: str | None) -> str:
    """Why a contact was held, skipped or cancelled, as a sentence; nothing where there is no reason."""
    if word is None:
        return ""
    return REASONS.get(word, f"Reason: {word.replace('_', ' ')}.")


def text_reason_of(word: str | None) -> str:
    """Why a text stopped where it did. What a gateway wrote in words of its own is not repeated."""
    if word is None:
        return ""
    return TEXT_REASONS.get(word) or REASONS.get(word) or "The network gave a reason of its own."


def day(on: date) -> str:
    """A day as people write it: ``Wed 3 Jun 2026``."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def spaced(word: str) -> str:
    """A machine word as people write it: ``BirthReported`` is ``Birth reported``, ``visit_missed`` is ``Visit missed``."""
    parts = "".join(f" {one.lower()}" if one.isupper() else one for one in word).replace("_", " ").split()
    return " ".join(parts).capitalize()
