"""What is wrong with content before it ships: every finding with its file, line and remedy, root cause first."""

from collections.abc import Callable, Iterable, Mapping

from flows.bundle import Bundle
from flows.lint import (
    alphabet,
    clinical,
    countries,
    disclosing,
    empty,
    fits,
    free_needs_toll_free,
    keyword_tables,
    needed,
    offered,
    placeholders,
    questions,
    reachable,
    reply_needs_two_way,
    translations,
    way_out,
)
from flows.lint.finding import Finding, Problem
from flows.lint.model import Model, explore, tasks
from flows.lint.model import problems as problems_on_the_way
from flows.lint.sources import Sources

__all__ = ["Finding", "lint"]

CHECKS: tuple[Callable[[Bundle], Iterable[Problem]], ...] = (
    placeholders.check,
    needed.check,
    questions.check,
    keyword_tables.check,
    reachable.check,
    way_out.check,
    empty.check,
    translations.check,
    alphabet.check,
    disclosing.check,
    fits.check,
    clinical.check,
    countries.check,
    tasks.declared,
    offered.check,
)
"""In this order a finding stands before what follows from it; and of each text the English stands before the
translations, which follow it."""


def lint(
    bundle: Bundle,
    sources: Mapping[str, str] | None = None,
    *,
    two_way: bool = True,
    toll_free: bool = False,
    walk: Callable[[], Model] | None = None,
) -> list[Finding]:
    """Return everything wrong with a compiled bundle; an empty list when it may ship.

    ``sources`` are the content files as text by their path inside the content folder: with them a
    finding names its line. ``two_way`` says whether the sender of texts can receive, ``toll_free``
    whether using the codes costs a caller nothing. ``walk`` gives this bundle as ``explore`` found it,
    for whoever needs that too; it is called only once the checks that need no walking keep silent, since
    what they find would be found there a second time.
    """
    place = Sources(sources or {}, tuple(bundle.texts["en"]))
    problems = [*place.twice(), *(problem for check in CHECKS for problem in check(bundle))]
    problems += reply_needs_two_way.check(bundle, two_way=two_way)
    problems += free_needs_toll_free.check(bundle, toll_free=toll_free)
    if not problems:
        problems = problems_on_the_way(walk() if walk is not None else explore(bundle))
    problems.sort(key=lambda one: one.language != "en" or one.context.startswith("locale/"))
    return [place.finding(problem) for problem in problems]
