"""The public holidays of a country, from the `holidays` package, kept once a country and year.

Some are estimates (the days that follow the moon), and what a clinic does on them is its own: `pamoja days`
and the supervisor's line say otherwise of a single day.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays as package


def known(country: str) -> bool:
    """Whether the package has this country; of those it does not have, no day is a holiday."""
    return country in package.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=512)
def of_year(country: str, year: int) -> Mapping[date, str]:
    """The holidays of one year by day, with their English names where the package has them."""
    if not known(country):
        return MappingProxyType({})
    found = package.country_holidays(country, years=year, observed=True, language="en_US")
    return MappingProxyType({day: str(name) for day, name in sorted(found.items())})


def of_years(country: str, years: Iterable[int]) -> frozenset[date]:
    """The holidays of these years."""
    return _days(country, tuple(years))


@lru_cache(maxsize=256)
def _days(country: str, years: tuple[int, ...]) -> frozenset[date]:
    return frozenset(day for year in years for day in of_year(country, year))
