"""Events into rows: the only door from what happened in a conversation to the database.

Everything one conversation step caused is written in the caller's transaction, with one ``event``
row for each mother it concerns. What is to be sent is queued here and sent after the commit.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flows import events as happened
from flows.events import Event
from service.apply import (
    agreements,
    appointments,
    birth_check,
    calls,
    care_changed,
    caseload,
    consent,
    corrections,
    day_close,
    enrolling,
    feelings,
    follow_ups,
    giving,
    groups,
    handovers,
    help_today,
    her_record,
    her_texts,
    leave,
    life,
    life_undo,
    looks,
    lost_phones,
    own,
    pregnancies,
    referrals,
    reports,
    safety,
    site_days,
    slower,
    supervision,
    transfers,
    visits,
)
from service.apply.deps import FROM_A_PAGE, Deps, Origin
from service.apply.record import record
from service.apply.work import ClientNumberTaken, CodeTaken, NotTheirs, SetUpCodeGone, Work
from service.database import Connection
from service.store.expected_days import days_last

__all__ = [
    "FROM_A_PAGE",
    "HANDLERS",
    "ClientNumberTaken",
    "CodeTaken",
    "Deps",
    "NotTheirs",
    "Origin",
    "SetUpCodeGone",
    "apply",
]

Handler = Callable[[Work, Any], Awaitable[Sequence[int]]]
"""Writes what one event means; returns the mothers it concerned."""

NO_PINS: Mapping[int, str] = MappingProxyType({})


async def _only_recorded(work: Work, event: Event) -> Sequence[int]:
    """Nothing but the record: kept for the measures."""
    return ()


HANDLERS: Mapping[type[Event], Handler] = {
    happened.LanguageChosen: consent.language_chosen,
    happened.CheckInAnswered: reports.check_in_answered,
    happened.DoseMissed: reports.dose_missed,
    happened.CallRequested: reports.call_requested,
    happened.UnwellReported: reports.unwell_reported,
    happened.HarmReported: safety.harm_reported,
    happened.VisitConfirmed: visits.visit_confirmed,
    happened.VisitChangeRequested: visits.visit_change_requested,
    happened.AttendanceReported: visits.attendance_reported,
    happened.StopRequested: consent.stop_requested,
    happened.StartRequested: consent.start_requested,
    happened.WrongPersonReported: consent.wrong_person_reported,
    happened.MotherSetUp: enrolling.mother_set_up,
    happened.RhythmChosen: enrolling.rhythm_chosen,
    happened.SlowerRhythmAnswered: slower.slower_rhythm_answered,
    happened.MotherEnrolled: enrolling.mother_enrolled,
    happened.EnrolmentCompleted: enrolling.enrolment_completed,
    happened.FollowUpAnswered: follow_ups.follow_up_answered,
    happened.DayClosed: day_close.day_closed,
    happened.BirthCheckAnswered: birth_check.birth_check_answered,
    happened.BirthReported: life.birth_reported,
    happened.PregnancyReported: pregnancies.pregnancy_reported,
    happened.LossReported: life.loss_reported,
    happened.InfantDeathReported: life.infant_death_reported,
    happened.WeanedReported: life.weaned_reported,
    happened.MoveReported: life.move_reported,
    happened.NumberLeft: life.number_left,
    happened.LifeEventUndone: life_undo.life_event_undone,
    happened.DueDateCorrected: corrections.date_corrected,
    happened.BirthDateCorrected: corrections.date_corrected,
    happened.SupplyCorrected: corrections.date_corrected,
    happened.TreatmentStartCorrected: corrections.date_corrected,
    happened.VisitMoved: corrections.date_corrected,
    happened.CallTimeChosen: calls.call_time_chosen,
    happened.AnotherMentorAsked: calls.another_mentor_asked,
    happened.MoodReported: feelings.mood_reported,
    happened.RecordOpened: caseload.record_opened,
    happened.VisitRecorded: caseload.visit_recorded,
    happened.VisitMissed: appointments.visit_missed,
    happened.DayAgreed: appointments.day_agreed,
    happened.TestTaken: caseload.test_taken,
    happened.ResultGiven: caseload.result_given,
    happened.NextLookSet: looks.next_look_set,
    happened.OutcomeRecorded: looks.outcome_recorded,
    happened.NurseNeeded: caseload.nurse_needed,
    happened.CareLineChanged: care_changed.care_line_changed,
    happened.CallLogged: caseload.call_logged,
    happened.HomeVisitPlanned: caseload.home_visit_planned,
    happened.SetUpCodeGiven: caseload.set_up_code_given,
    happened.SafetyConcern: caseload.safety_concern,
    happened.AreaNoted: agreements.area_noted,
    happened.ClientNumberWritten: agreements.client_number_written,
    happened.ConsentWithdrawn: agreements.consent_withdrawn,
    happened.ReferralMade: referrals.referral_made,
    happened.ReferralArrived: referrals.referral_arrived,
    happened.TransferMade: transfers.transfer_made,
    happened.TransferConfirmed: transfers.transfer_confirmed,
    happened.TransferWithdrawn: transfers.transfer_withdrawn,
    happened.TextsPaused: her_texts.texts_paused,
    happened.TextsResumed: her_texts.texts_resumed,
    happened.SignatureChosen: her_texts.signature_chosen,
    happened.WordingChosen: her_texts.wording_chosen,
    happened.PhoneUseChosen: her_texts.phone_use_chosen,
    happened.BabyWordsChosen: her_texts.baby_words_chosen,
    happened.OtherTextsChosen: her_texts.other_texts_chosen,
    happened.PinChanged: her_record.pin_changed,
    happened.ErasureAsked: her_record.erasure_asked,
    happened.ErasureWithdrawn: her_record.erasure_withdrawn,
    happened.SiteStatusSet: supervision.site_status_set,
    happened.FacilityDaySet: site_days.facility_day_set,
    happened.PhoneLost: lost_phones.phone_lost,
    happened.StaffCodeGiven: lost_phones.staff_code_given,
    happened.StaffSetUp: lost_phones.staff_set_up,
    happened.MeetingCalled: groups.meeting_called,
    happened.MeetingCancelled: groups.meeting_cancelled,
    happened.MeetingHeld: groups.meeting_held,
    happened.MeetingConfirmed: groups.meeting_confirmed,
    happened.MeetingDeclined: groups.meeting_declined,
    happened.LeaveTaken: leave.leave_taken,
    happened.LeaveEnded: leave.leave_ended,
    happened.HandoverProposed: handovers.handover_proposed,
    happened.HandoverDecided: handovers.handover_decided,
    happened.MentorGiven: handovers.mentor_given,
    happened.CaseGiven: giving.case_given,
    happened.CaseloadShared: handovers.caseload_shared,
    happened.HelpWanted: help_today.help_wanted,
    happened.WellbeingReported: own.wellbeing_reported,
    happened.CaseHelpAsked: own.case_help_asked,
    happened.RefresherTaken: _only_recorded,
    happened.SessionResumed: _only_recorded,
}


async def apply(
    conn: Connection,
    events: Sequence[Event],
    origin: Origin,
    now: datetime,
    deps: Deps,
    *,
    pin_hashes: Mapping[int, str] = NO_PINS,
) -> None:
    """Write what happened, in the caller's transaction, in the order it happened.

    ``pin_hashes`` are chosen PINs by mother, hashed before the transaction began. Raises
    SetUpCodeGone and CodeTaken when a set-up code cannot be used or handed out, ClientNumberTaken when another
    mother has a number, NotTheirs when staff reach for what is not in their care: roll back, and answer from fresh facts.
    """
    work = Work(conn, origin, now, deps, pin_hashes, origin.phone_id)
    if origin.via != "ussd":
        # The phone before anything else, as the lock order asks; hops of many phones share a transaction.
        await work.phone()
    async with days_last(conn, now):
        for event in events:
            mothers = await HANDLERS[type(event)](work, event)
            await record(work, event, mothers)
        await follow_ups.say_taken(work)
