"""solosync and its peers as Yjs servers: how fast, how late, at what cost, what a crash takes."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.load import ReadBack, Sample, generator, measure, open_boards, read_back
from tests.bench.peer_servers import YJS_PEERS
from tests.bench.plan import Plan
from tests.bench.ramp import Ramp, find_highest
from tests.bench.servers import Server, ServerFailed
from tests.bench.solosync_server import SolosyncServer
from tests.node_client import NodeClient, NodeError

CHECK_RATE = 100
CHECK_SECONDS = 3
RATE_STEP = 50

Say = Callable[[str], None]


@dataclass
class Findings:
    """What all runs of one server showed."""

    server: type[Server]
    version: str = ""
    ramps: list[Ramp] = field(default_factory=list)
    generator_bound: bool = False
    common: list[Sample] = field(default_factory=list)
    checks: list[ReadBack] = field(default_factory=list)
    crash: ReadBack | None = None
    failure: str = ""

    @property
    def highest(self) -> float:
        return statistics.median(ramp.highest for ramp in self.ramps) if self.ramps else 0

    @property
    def is_bounded(self) -> bool:
        """Whether `highest` is the server's own limit, not the generator's."""
        return all(ramp.bounded for ramp in self.ramps) and not self.generator_bound

    def middle(self, value: Callable[[Sample], float | None]) -> float | None:
        """The median of a value over the runs at the common rate."""
        known = [found for sample in self.common if (found := value(sample)) is not None]
        return statistics.median(known) if known else None


@dataclass
class YjsResults:
    findings: list[Findings]
    common_rate: int
    values: str
    """How the strokes held their points: "bytes" or "plain"."""


def run(plan: Plan, say: Say, *, values: str = "bytes") -> YjsResults:
    servers: tuple[type[Server], ...] = (SolosyncServer, *YJS_PEERS)
    everyone = [Findings(server) for server in servers]
    for repeat in range(plan.repeats):
        for findings in everyone:
            _attempt(findings, lambda one: _climb(one, plan, values, say), say)
            say(f"  run {repeat + 1}: {findings.server.name}: {findings.highest:.0f} edits/s")
    running = [findings for findings in everyone if not findings.failure and findings.highest]
    slowest = min((findings.highest for findings in running), default=0)
    rate = max(RATE_STEP, int(slowest) // RATE_STEP * RATE_STEP)
    for repeat in range(plan.repeats):
        for findings in everyone:
            _attempt(findings, lambda one: _keep_common(one, plan, rate, values), say)
            say(f"  run {repeat + 1} at {rate} edits/s: {findings.server.name}")
    for findings in everyone:
        _attempt(findings, lambda one: _crash(one, plan, rate, values), say)
        say(f"  killed: {findings.server.name}: {findings.crash}")
    return YjsResults(everyone, rate, values)


def _attempt(findings: Findings, work: Callable[[Findings], None], say: Say) -> None:
    """Do a part of the work; a server that can't is left out from then on, and told of."""
    if findings.failure:
        return
    try:
        work(findings)
    except (ServerFailed, NodeError, RuntimeError, OSError) as error:
        findings.failure = str(error).strip() or type(error).__name__
        say(f"  {findings.server.name} failed: {findings.failure}")


@contextmanager
def _served(findings: Findings) -> Iterator[tuple[Server, NodeClient]]:
    with findings.server() as server, generator() as client:
        findings.version = server.version()
        server.start()
        yield server, client


def _climb(findings: Findings, plan: Plan, values: str, say: Say) -> None:
    def keeps(rate: int) -> bool:
        open_boards(client, server, values=values)
        sample = measure(client, server, rate=rate, seconds=plan.step_seconds)
        back = read_back(client, server)
        lost = (f"lost {back.lost}",) if back.lost else ()
        problems = (*sample.problems, *lost)
        if problems and sample.generator_bound:
            findings.generator_bound = True
        told = ", ".join(problems) or "kept"
        say(f"    {findings.server.name}: {rate}/s: p99 {sample.p99 or -1:.1f} ms, {told}")
        return not problems

    with _served(findings) as (server, client):
        # Half of the servers compile as they go: none is judged by its first seconds.
        open_boards(client, server, values=values)
        measure(client, server, rate=plan.first_rate, seconds=plan.step_seconds)
        ramp = find_highest(keeps, first=plan.first_rate, refinements=plan.refinements)
        findings.ramps.append(ramp)


def _keep_common(findings: Findings, plan: Plan, rate: int, values: str) -> None:
    with _served(findings) as (server, client):
        # Every device applies what it gets, slowly enough that the generator has time for it.
        open_boards(client, server, receivers="apply", values=values)
        measure(client, server, rate=CHECK_RATE, seconds=CHECK_SECONDS)
        findings.checks.append(read_back(client, server))
        open_boards(client, server, values=values)
        findings.common.append(measure(client, server, rate=rate, seconds=plan.common_seconds))
        findings.checks.append(read_back(client, server))


def _crash(findings: Findings, plan: Plan, rate: int, values: str) -> None:
    """Kill the server when the last edit has just been delivered, and see what it still has."""
    with _served(findings) as (server, client):
        open_boards(client, server, values=values)
        measure(client, server, rate=rate, seconds=plan.step_seconds)
        server.kill()
        server.start()
        findings.crash = read_back(client, server)


@dataclass(frozen=True)
class Endurance:
    rate: int
    window_seconds: float
    samples: list[Sample]
    back: ReadBack


def endure(plan: Plan, rate: int, say: Say) -> Endurance:
    """solosync alone, for long: devices draw on strokes they have, so that boards don't grow."""
    with SolosyncServer() as server, generator() as client:
        server.start()
        open_boards(client, server, work="drag")
        samples = []
        for window in range(plan.endurance_windows):
            seconds = plan.endurance_window_seconds
            samples.append(measure(client, server, rate=rate, seconds=seconds, prepared=False))
            last = samples[-1]
            say(f"  window {window + 1}: p99 {last.p99 or -1:.1f} ms, {last.rss or -1:.0f} MB")
        return Endurance(rate, plan.endurance_window_seconds, samples, read_back(client, server))
