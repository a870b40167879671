"""What was known at a baby's birth of its risk: high, low, or unknown, which is not low.

High (WHO 2025): treatment for under four weeks at the birth, or a viral load known to be too high; a country may say more
(``high_risk`` in its country.toml). Low needs a viral
load known to be suppressed within the six months before the birth (the months are smart-hiv's for an established
client; that they make low what nothing makes high is a project choice).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from scheduler.localtime import add_months
from scheduler.types import HighRisk, InfantRisk

SUPPRESSED_MONTHS: Final = 6
WHO: Final = HighRisk()


@dataclass(frozen=True, slots=True)
class BirthFacts:
    """What is known of the mother, all dates local; ``before`` is what had been noted of this baby so far.

    ``edd`` is the expected day of that pregnancy; unknown, the birth is taken for it.
    """

    born_on: date
    art_started_on: date | None = None
    unsuppressed: bool = False
    viral_load_on: date | None = None
    before: InfantRisk = "unknown"
    edd: date | None = None


def infant_risk(facts: BirthFacts, high: HighRisk = WHO) -> InfantRisk:
    """The baby's risk. A viral load of a day after the birth says nothing of it: then what was noted before stands."""
    started, looked = facts.art_started_on, facts.viral_load_on
    if started is not None and facts.born_on - started < high.treated_under:
        return "high"
    if started is not None and high.started_after is not None:
        expected = facts.edd or facts.born_on
        if started >= expected + high.started_after:
            return "high"
    if looked is not None and looked > facts.born_on:
        return facts.before
    if facts.unsuppressed:
        return "high"
    if looked is not None and add_months(looked, SUPPRESSED_MONTHS) > facts.born_on:
        return "low"
    return "unknown"
