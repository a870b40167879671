"""A mother's risk as a column, for lists that are narrowed to one: the same answer as ``scheduler.risk``, said in SQL."""

from typing import Final

from scheduler.risk import AFTER_BIRTH, BEFORE_BIRTH, INFANT_MONTHS, NEW_ON_TREATMENT_MONTHS

_RISK = """
CROSS JOIN LATERAL (SELECT
    (SELECT g.edd FROM pregnancy g WHERE g.mother_id = m.id AND g.status = 'ongoing') AS edd,
    greatest((SELECT max(g.ended_on) FROM pregnancy g WHERE g.mother_id = m.id AND g.status = 'born'),
        (SELECT max(i.born_on) FROM infant i WHERE i.mother_id = m.id)) AS last_birth_on,
    (SELECT max(i.born_on) FROM infant i WHERE i.mother_id = m.id AND i.status = 'alive') AS infant_born_on,
    ($2::timestamptz AT TIME ZONE f.time_zone)::date AS today
    -- Each is read once, though the rule asks for it several times.
    OFFSET 0) d
CROSS JOIN LATERAL (SELECT CASE
    WHEN m.unsuppressed OR m.result_waiting OR m.under_20
        OR d.today < (m.art_started_on + interval '{new} months')::date
        OR m.run_out_on <= d.today
        OR (d.edd - {before} <= d.today AND d.today < d.edd + {after})
        OR (d.last_birth_on <= d.today AND d.today < d.last_birth_on + {after}) THEN 'red'
    WHEN d.edd IS NOT NULL OR d.today < (d.infant_born_on + interval '{infant} months')::date THEN 'amber'
    ELSE 'green' END AS risk OFFSET 0) r
"""

RISK: Final = (
    _RISK.replace("{new}", str(NEW_ON_TREATMENT_MONTHS))
    .replace("{before}", str(BEFORE_BIRTH.days))
    .replace("{after}", str(AFTER_BIRTH.days))
    .replace("{infant}", str(INFANT_MONTHS))
)
"""Joined after mother ``m`` and facility ``f``; $2 is the present. Gives the dates ``d`` and ``r.risk``."""
