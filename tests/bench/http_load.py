"""A closed loop over HTTP: some connections, each sending its next request when answered.

Small on purpose: the client must not be what is measured.
"""

import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Request = Callable[[int], bytes]
"""The bytes of a connection's n-th request, head and body."""
LARGEST_HEAD = 2**16


@dataclass(frozen=True)
class Load:
    """`statuses` counts the answers; `sent` are the answered requests of each connection."""

    per_second: float
    p50: float
    p99: float
    statuses: Counter[int]
    sent: list[int]


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    fields = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(port: int, connections: Sequence[Request], seconds: float) -> Load:
    """Load the server for some seconds; raises ConnectionError when it closes a connection."""
    if sys.platform == "win32":
        return asyncio.run(_run(port, connections, seconds))
    import uvloop

    return uvloop.run(_run(port, connections, seconds))


async def _run(port: int, connections: Sequence[Request], seconds: float) -> Load:
    times: list[float] = []
    statuses: Counter[int] = Counter()
    began = time.perf_counter()
    end = began + seconds

    async def connection(make: Request) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LARGEST_HEAD)
        answered = 0
        while (sent_at := time.perf_counter()) < end:
            writer.write(make(answered))
            statuses[await _answer(reader)] += 1
            times.append(time.perf_counter() - sent_at)
            answered += 1
        writer.close()
        await writer.wait_closed()
        return answered

    sent = await asyncio.gather(*(connection(make) for make in connections))
    elapsed = time.perf_counter() - began
    percent = statistics.quantiles(times, n=100)
    return Load(len(times) / elapsed, percent[49] * 1000, percent[98] * 1000, statuses, list(sent))


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    lengths = [int(f.partition(":")[2]) for f in fields if f.lower().startswith("content-length:")]
    if not lengths:
        raise ConnectionError(f"an answer without Content-Length: {head!r}")
    await reader.readexactly(lengths[0])
    return int(status.split()[1])
