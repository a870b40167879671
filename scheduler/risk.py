"""Who is contacted by a person first when she is silent: red, amber or green.

Red is the programme's list of those for whom a gap is dangerous: on treatment for under three months,
unsuppressed, from 36 weeks of pregnancy to six weeks after birth, under twenty, a result waiting, or
the refill run out. Amber is a project choice: pregnant, or with an infant under twelve months.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.localtime import add_months
from scheduler.types import Risk

NEW_ON_TREATMENT_MONTHS = 3
UNDER_AGE_YEARS = 20
BEFORE_BIRTH = timedelta(weeks=4)
AFTER_BIRTH = timedelta(weeks=6)
INFANT_MONTHS = 12


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is known of her, all dates local. None: not known, which by itself makes nobody red.

    ``edd`` is the expected date of delivery of the ongoing pregnancy (40 weeks); ``last_birth_on`` the
    day her last pregnancy ended; ``infant_born_on`` the birth of her youngest living infant;
    ``run_out_on`` the first day without pills; ``birth_date`` her own.
    """

    art_started_on: date | None = None
    unsuppressed: bool = False
    edd: date | None = None
    last_birth_on: date | None = None
    infant_born_on: date | None = None
    birth_date: date | None = None
    under_20: bool = False
    result_waiting: bool = False
    run_out_on: date | None = None


def risk(facts: RiskFacts, today: date) -> Risk:
    """Her risk on this local date."""
    if _red(facts, today):
        return "red"
    young_infant = facts.infant_born_on is not None and today < add_months(
        facts.infant_born_on, INFANT_MONTHS
    )
    return "amber" if facts.edd is not None or young_infant else "green"


def _red(facts: RiskFacts, today: date) -> bool:
    if facts.unsuppressed or facts.result_waiting or facts.under_20:
        return True
    started, born, run_out = facts.art_started_on, facts.birth_date, facts.run_out_on
    return (
        (started is not None and today < add_months(started, NEW_ON_TREATMENT_MONTHS))
        or (born is not None and today < add_months(born, 12 * UNDER_AGE_YEARS))
        or (run_out is not None and run_out <= today)
        or _near_birth(facts, today)
    )


def _near_birth(facts: RiskFacts, today: date) -> bool:
    """From 36 weeks until six weeks after birth; while no birth is recorded, six weeks after the expected date."""
    edd, birth = facts.edd, facts.last_birth_on
    if edd is not None and edd - BEFORE_BIRTH <= today < edd + AFTER_BIRTH:
        return True
    return birth is not None and birth <= today < birth + AFTER_BIRTH
