"""One measurement of a Yjs server: devices draw at a rate, and it is seen what arrives and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.machine import GENERATOR_CORE, pinned
from tests.bench.servers import Server
from tests.node_client import NodeClient

LOADGEN = Path(__file__).parent / "node" / "loadgen.mjs"
BOARDS = 10
DEVICES = 5
POINTS = 40
WARMUP_EDITS = 200
LATENCY_LIMIT = 100.0
"""Milliseconds that the slowest 1 % of edits may take to the last other device."""
SHARE_OF_RATE = 0.95
BUSY_GENERATOR = 0.9
LATE_GENERATOR = 50.0
SLACK_SECONDS = 120.0


@contextmanager
def generator() -> Iterator[NodeClient]:
    options = ["--expose-gc", "--max-old-space-size=8192"]
    with NodeClient(LOADGEN, prefix=pinned(GENERATOR_CORE), node_options=options) as client:
        yield client


@dataclass(frozen=True)
class Sample:
    """What one measurement showed. Times are in ms, memory in MB, CPU in s per 1,000 edits."""

    rate: int
    achieved: float
    p50: float | None
    p99: float | None
    cpu_per_1000: float | None
    rss: float | None
    generator_cpu: float
    problems: tuple[str, ...]
    """Why the rate counts as not kept: p99, missing, closed, foreign, garbled, rate."""
    generator_bound: bool
    """The generator itself was at its limit, so the server's limit may be higher."""


def open_boards(
    client: NodeClient,
    server: Server,
    *,
    work: str = "draw",
    receivers: str = "scan",
    values: str = "bytes",
) -> None:
    """Connect all devices to new boards and let everyone warm up. `values`: how points are held,
    as bytes of JSON text or as plain lists of objects."""
    client.call(
        "open",
        url=server.socket_url(),
        envelope=server.envelope,
        boards=server.make_boards(BOARDS),
        devices=DEVICES,
        points=POINTS,
        values=values,
        work=work,
        receivers=receivers,
        warmup=WARMUP_EDITS,
        seconds=SLACK_SECONDS,
    )


def measure(
    client: NodeClient, server: Server, *, rate: int, seconds: float, prepared: bool = True
) -> Sample:
    """`prepared`: edits are made beforehand; without, one measurement can follow on another."""
    before = server.usage()
    told = client.call(
        "measure",
        rate=rate,
        duration=seconds,
        prepared=prepared,
        seconds=seconds + SLACK_SECONDS,
    )
    after = server.usage()
    cpu = (
        None
        if before is None or after is None
        else (after.cpu_seconds - before.cpu_seconds) / told["edits"] * 1000
    )
    achieved = told["edits"] / told["seconds"]
    return Sample(
        rate=rate,
        achieved=achieved,
        p50=told["latency"]["p50"],
        p99=told["latency"]["p99"],
        cpu_per_1000=cpu,
        rss=None if after is None else after.rss_mb,
        generator_cpu=told["cpu"],
        problems=tuple(_problems(told, achieved / rate)),
        generator_bound=told["cpu"] > BUSY_GENERATOR or told["late"]["p99"] > LATE_GENERATOR,
    )


def _problems(told: dict[str, Any], share_of_rate: float) -> Iterator[str]:
    if told["latency"]["p99"] is None or told["latency"]["p99"] > LATENCY_LIMIT:
        yield "p99"
    if share_of_rate < SHARE_OF_RATE:
        yield "rate"
    if told["closes"]:
        yield f"closed {sorted(set(told['closes']))}"
    for name in ("missing", "foreign", "garbled"):
        if told[name]:
            yield f"{name} {told[name]}"


@dataclass(frozen=True)
class ReadBack:
    """Of `expected` strokes, fresh devices didn't find `lost`; `unequal` devices lacked some."""

    expected: int
    lost: int
    unequal: int


def read_back(client: NodeClient, server: Server) -> ReadBack:
    told = client.call("verify", url=server.socket_url(), seconds=SLACK_SECONDS)
    return ReadBack(told["expected"], told["lost"], told["unequal"])
