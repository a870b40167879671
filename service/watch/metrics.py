"""What Prometheus may know: counts and durations. No label ever holds a person, a number, a place or a text."""

import asyncio
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request

from service.database import Pool
from service.security.tokens import HookTokens

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
_FAST: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)

_MESSAGES: Final = "SELECT message_class, state, count(*) AS n FROM message GROUP BY 1, 2 ORDER BY 1, 2"
_FOLLOW_UPS: Final = """
SELECT state, urgent, count(*) AS n, count(alarm_at) AS alarmed FROM follow_up WHERE state <> 'resolved'
GROUP BY 1, 2 ORDER BY 1, 2
"""
_BEAT: Final = "SELECT max(wall_at) FROM heartbeat"
_ALARMS: Final = "SELECT kind, count(*) AS n FROM alarm WHERE cleared_at IS NULL GROUP BY 1 ORDER BY 1"
_AUDIT: Final = "SELECT coalesce((SELECT seq FROM audit_head), 0)"
_INBOX: Final = "SELECT count(*) FROM inbound_sms WHERE state = 'inbox'"


class Metrics:
    """This process's own durations, and the database's counts at the moment of asking."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.hop_seconds = Histogram(
            "pamoja_ussd_hop_seconds", "Time to answer one USSD hop", buckets=_FAST, registry=self._registry
        )
        self.hook_seconds = Histogram(
            "pamoja_hook_seconds", "Time to answer any other webhook", buckets=_FAST, registry=self._registry
        )
        self.loop_seconds = Histogram(
            "pamoja_loop_seconds", "Duration of one pass of the loop", buckets=(*_FAST, 30.0, 60.0), registry=self._registry
        )  # fmt: skip
        self.faults = Counter(
            "pamoja_faults_total", "Requests that failed inside and were answered politely", registry=self._registry
        )  # fmt: skip
        self._kept: tuple[Metric, ...] = ()
        self._registry.register(_Kept(self))
        self._asking = asyncio.Lock()

    async def scrape(self, pool: Pool, wall_now: datetime) -> bytes:
        """Everything in Prometheus' text format."""
        async with self._asking:
            self._kept = tuple(await _counts(pool, wall_now))
            return generate_latest(self._registry)

    def kept(self) -> Iterable[Metric]:
        """The counts of the last scrape."""
        return self._kept


class _Kept(Collector):
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics.kept()


def may_read(request: Request, tokens: HookTokens | None) -> bool:
    """Whether this is somebody on the same machine, not through a proxy, or who brings the metrics token.

    A proxy on this machine connects from loopback for the whole world: its forwarding headers tell.
    """
    scheme, _, presented = request.headers.get("authorization", "").partition(" ")
    if tokens is not None and scheme.lower() == "bearer":
        return tokens.accepts(presented.strip())
    host = request.client.host if request.client else ""
    return _is_loopback(host) and not any(name in request.headers for name in _FORWARDED)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _counts(pool: Pool, wall_now: datetime) -> list[Metric]:
    async with pool.acquire() as conn:
        messages, follow_ups = await conn.fetch(_MESSAGES), await conn.fetch(_FOLLOW_UPS)
        alarms, inbox, beat, audited = (
            await conn.fetch(_ALARMS),
            await conn.fetchval(_INBOX),
            await conn.fetchval(_BEAT),
            await conn.fetchval(_AUDIT),
        )
    found: list[Metric] = [
        _gauge("pamoja_messages", "Texts by class and state", ("class", "state"), messages, "n"),
        _gauge("pamoja_follow_ups", "Open follow-ups", ("state", "urgent"), follow_ups, "n"),
        _gauge("pamoja_follow_ups_alarmed", "Open follow-ups nobody answered", ("state", "urgent"), follow_ups, "alarmed"),
        _gauge("pamoja_alarms", "Alarms that are up", ("kind",), alarms, "n"),
        GaugeMetricFamily("pamoja_inbox", "Texts a person has to read", value=inbox),
        GaugeMetricFamily("pamoja_audit_lines", "Lines of the audit: never fewer than before", value=audited),
    ]  # fmt: skip
    if beat is not None:
        age = (wall_now - beat).total_seconds()
        found.append(
            GaugeMetricFamily("pamoja_heartbeat_age_seconds", "Since the loop last ended a pass", value=age)
        )
    return found


def _gauge(
    name: str, meaning: str, labels: tuple[str, ...], rows: Iterable[Mapping[str, Any]], value: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for row in rows:
        family.add_metric(list(_words(row, len(labels))), row[value])
    return family


def _words(row: Mapping[str, Any], count: int) -> Iterator[str]:
    for column in list(row.keys())[:count]:
        yield str(row[column]).lower()
