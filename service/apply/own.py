"""What a mentor says of herself, or asks for: her supervisor calls her, and no colleague reads of it."""

from collections.abc import Sequence

from flows.events import CaseHelpAsked, WellbeingReported
from service.apply.caseload import in_her_care
from service.apply.groups import at_work
from service.apply.opening import open_about_phone, open_for_mothers
from service.apply.work import Work
from service.store.people import StaffRow

TALK, HELP = "mentor_asks_talk", "case_help"


async def wellbeing_reported(work: Work, event: WellbeingReported) -> Sequence[int]:
    """Counted, without her name. Where she would like a talk, her supervisor is asked to call her. Raises NotTheirs."""
    staff = await at_work(work, event.staff_id)
    if event.wants_talk:
        await _open(work, staff, TALK)
    return ()


async def case_help_asked(work: Work, event: CaseHelpAsked) -> Sequence[int]:
    """Her supervisor is asked to call her, about this mother or in general. Raises NotTheirs."""
    staff = await at_work(work, event.staff_id)
    if event.mother_id is None:
        await _open(work, staff, HELP)
        return ()
    mother = await in_her_care(work, staff.id, event.mother_id)
    await open_for_mothers(work, [mother], HELP)
    return [mother.id]


async def _open(work: Work, staff: StaffRow, cause: str) -> None:
    if staff.phone_id is not None:
        await open_about_phone(work, staff.phone_id, staff.facility_id, staff.country, cause)
