"""Whose a mother is to report about: her mentor's, her clinic's, and on a page theirs who answer for her clinic."""

from service.apply.work import Work
from service.store import caseload
from service.store.people import MotherRow, StaffRow


async def is_theirs(work: Work, mother: MotherRow, staff: StaffRow) -> bool:
    """Whether this member of staff may report about her: her mentor, a colleague at her clinic, who supervises it."""
    if staff.hold == "revoked":
        return False
    if mother.mentor_id == staff.id or mother.facility_id == staff.facility_id:
        return True
    return work.origin.via == "page" and await caseload.answers_for(work.conn, staff.id, mother.id)
