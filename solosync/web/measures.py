"""What the server counts of its own work: plain numbers, kept whether anybody asks or not, and
their form for Prometheus, made when it asks.

Requests are counted on the event loop's thread and events in the store's writer, each by one
thread alone, so that counting takes no lock.
"""

from __future__ import annotations

import bisect
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from solosync import clock
from solosync.events import Audited, Bus, JobSettled

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

# In seconds; what took longer than the last is counted as well.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
NO_ROUTE = "(none)"
_SIGN_IN = "sign_in."


class Route(NamedTuple):
    """``template`` and never the path: there are only so many, and a path may hold a secret."""

    method: str
    template: str


class Durations:
    """How many took how long, by the first of BOUNDS that was enough."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect.bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def cumulated(self) -> Iterator[tuple[str, float]]:
        """As Prometheus wants them: each bound with all that were no longer."""
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.counts, strict=True):
            total += count
            yield bound, total


class Figure(NamedTuple):
    """What is looked up when it is wanted. ``values`` by the values of its label; without a label,
    one by ""."""

    name: str
    help: str
    label: str
    values: Mapping[str, float]
    is_counter: bool = False


class Measures:
    def __init__(self) -> None:
        self.started_at = clock.now_ms()
        self._started = time.monotonic()
        self._requests: dict[tuple[Route, int], int] = {}
        self._durations: dict[Route, Durations] = {}
        self._jobs: dict[tuple[str, ...], int] = {}
        self._sign_ins: dict[tuple[str, ...], int] = {}

    def subscribe(self, bus: Bus) -> None:
        bus.subscribe(JobSettled, self._job_settled)
        bus.subscribe(Audited, self._audited)

    def answered(self, method: str, template: str | None, status: int, seconds: float) -> None:
        """A request whose answer has gone out; ``template`` is None where no route was found."""
        route = Route(method if method in METHODS else "(other)", template or NO_ROUTE)
        key = (route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        durations = self._durations.get(route)
        if durations is None:
            durations = self._durations[route] = Durations()
        durations.add(seconds)

    @property
    def uptime_seconds(self) -> float:
        return time.monotonic() - self._started

    @property
    def requests(self) -> int:
        return sum(self._requests.copy().values())

    @property
    def errors(self) -> int:
        """Requests that ended in 500 or above."""
        return sum(count for (_, status), count in self._requests.copy().items() if status >= 500)

    @property
    def refused_too_many(self) -> int:
        """Requests that ended in 429."""
        return sum(count for (_, status), count in self._requests.copy().items() if status == 429)

    def _job_settled(self, event: JobSettled) -> None:
        key = (event.task, event.status)
        self._jobs[key] = self._jobs.get(key, 0) + 1

    def _audited(self, event: Audited) -> None:
        if event.action.startswith(_SIGN_IN):
            key = (event.action.removeprefix(_SIGN_IN), event.outcome)
            self._sign_ins[key] = self._sign_ins.get(key, 0) + 1

    # -- for Prometheus ------------------------------------------------------------------------

    def exposition(self, figures: list[Figure]) -> tuple[bytes, str]:
        """All of it as Prometheus reads it, with ``figures``, and the content's type. For any
        thread."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        return generate_latest(self._registry(figures)), CONTENT_TYPE_LATEST

    def _registry(self, figures: list[Figure]) -> CollectorRegistry:
        from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        metrics = [*self._counted(), self._durations_metric(), *map(_metric, figures)]
        registry.register(_Collected(metrics))
        return registry

    def _counted(self) -> Iterator[Metric]:
        # Copied at once: other threads may be adding to them.
        requests: dict[tuple[str, ...], int] = {
            (*route, str(status)): n for (route, status), n in self._requests.copy().items()
        }
        yield _counter(
            "solosync_requests",
            "Requests by route and the status they were answered with.",
            ("method", "route", "status"),
            requests,
        )
        limited: dict[tuple[str, ...], int] = {(): self.refused_too_many}
        yield _counter("solosync_rate_limited", "Requests answered with 429.", (), limited)
        yield _counter("solosync_jobs", "Jobs that ended.", ("task", "status"), self._jobs.copy())
        sign_ins = self._sign_ins.copy()
        yield _counter("solosync_sign_ins", "Tries to sign in.", ("way", "outcome"), sign_ins)

    def _durations_metric(self) -> Metric:
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily(
            "solosync_request_duration_seconds",
            "From a request's arrival to the end of its answer.",
            labels=("method", "route"),
        )
        for route, durations in self._durations.copy().items():
            family.add_metric(route, list(durations.cumulated()), durations.seconds)
        return family


def _counter(
    name: str, sentence: str, labels: tuple[str, ...], counted: Mapping[tuple[str, ...], int]
) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, sentence, labels=labels)
    for values, count in counted.items():
        family.add_metric(values, count)
    return family


def _metric(figure: Figure) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    made = CounterMetricFamily if figure.is_counter else GaugeMetricFamily
    family = made(figure.name, figure.help, labels=(figure.label,) if figure.label else ())
    for label, value in figure.values.items():
        family.add_metric((label,) if figure.label else (), value)
    return family


class _Collected:
    """What a registry asks its collectors for."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)
