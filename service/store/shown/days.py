"""What counts as a day's visits, and which days somebody still has to close: the same on every page."""

from typing import Final

OF_THE_LIVING: Final = """
(w.infant_id IS NULL OR EXISTS (SELECT FROM infant n WHERE n.id = w.infant_id AND n.status = 'alive'))
"""
"""Of visit ``w``: one of a baby who died, or was reported by mistake, stands in no list and in no count."""

TO_CLOSE: Final = """
u.closed_at IS NULL AND u.was_open AND EXISTS (SELECT FROM visit w
    WHERE w.facility_id = u.facility_id AND w.due_on = u.day AND w.status IN ('expected', 'unknown') AND {OF_THE_LIVING})
""".replace("{OF_THE_LIVING}", OF_THE_LIVING)
"""Of day ``u``: somebody is left to mark. A day whose visits were all called off or marked needs nobody."""
