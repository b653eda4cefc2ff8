"""Many sockets that send what they must not; a process of its own, so that it takes no time from
those whose latency is measured.

    python -m tests.interop.attack '{"sockets": 64, "rounds": 3, "pause": 0.1, "seed": 1,
        "limit": 2097152, "own": URL, "foreign": URL, "unknown": URL, "no token": URL,
        "bare": URL, "token": TEXT}'

Prints, as JSON, how often each kind of message was answered by which close code.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from typing import Any

from pycrdt import Doc, Map
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from solosync.board import protocol

# What may come back for each, by the address that it is sent to.
CODES: dict[str, set[int | str]] = {
    "an unknown type": {4400},
    "a truncated message": {4400},
    "trailing bytes": {4400},
    "no update": {4400},
    "random bytes": {4400},
    "a deep update": {4400},
    "text": {4400},
    "an oversized message": {4413},
    "a much larger one": {1009, "cut"},  # it isn't read to its end
    "somebody else's board": {4404},
    "a board that isn't there": {4404},
    "no token": {4401},
    "a foreign page": {4403},
}
ELSEWHERE = {
    "somebody else's board": "foreign",
    "a board that isn't there": "unknown",
    "no token": "no token",
    "a foreign page": "bare",
}
MEGABYTE = 1024 * 1024
CLOSE_SECONDS = 30.0


def stroke_update(name: str, value: Any = 1) -> bytes:
    """A message that would add a stroke, if it were let in."""
    doc: Doc[Any] = Doc()
    fields = {"id": name, "$page": "p1", "$list": "strokes", "$order": "a0", "value": value}
    doc.get("elements", type=Map)[name] = Map(fields)
    return protocol.encode_sync(protocol.UPDATE, doc.get_update())


def message(name: str, limit: int, rng: random.Random) -> bytes | str:
    good = stroke_update(f"bad{rng.randrange(2**32)}")
    others: dict[str, bytes | str] = {
        "an unknown type": bytes((rng.randrange(4, 128), 1, 2)),
        "a truncated message": good[: rng.randrange(1, len(good))],
        "trailing bytes": good + b"\x00",
        "no update": protocol.encode_sync(protocol.UPDATE, b"\xff" * 20),
        "random bytes": protocol.encode_sync(protocol.UPDATE, b"\x01\x7f" + rng.randbytes(200)),
        "text": "hello",
    }
    if name == "a deep update":
        return stroke_update("deep", deep(300))
    if name == "an oversized message":
        return bytes(limit + 1)
    if name == "a much larger one":
        return bytes(limit + 2 * MEGABYTE)
    return others.get(name, good)


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


async def closed_with(address: str, sent: bytes | str, headers: dict[str, str] | None) -> int | str:
    """The code that the server closes with, or what it does instead."""
    # Compressing has no part in this, and would only keep the machine busy.
    async with connect(
        address,
        max_size=None,
        ping_interval=None,
        compression=None,
        additional_headers=headers,
    ) as socket:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await socket.send(sent)
                while True:
                    await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else "cut"
        except TimeoutError:
            return "open"


async def attack(settings: dict[str, Any]) -> dict[str, dict[str, int]]:
    rng = random.Random(settings["seed"])
    # What a browser sends for another site's page to a server that it is signed in at.
    foreign = {"Origin": "https://evil.example", "Cookie": f"access_token={settings['token']}"}
    seen: dict[str, Counter[str]] = {name: Counter() for name in CODES}

    async def one(index: int) -> None:
        for number in range(settings["rounds"]):
            name = list(CODES)[(index + number) % len(CODES)]
            address = settings[ELSEWHERE.get(name, "own")]
            headers = foreign if name == "a foreign page" else None
            code = await closed_with(address, message(name, settings["limit"], rng), headers)
            seen[name][str(code)] += 1
            await asyncio.sleep(settings["pause"])  # before it comes back, as clients do

    await asyncio.gather(*(one(index) for index in range(settings["sockets"])))
    return {name: dict(codes) for name, codes in seen.items()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(attack(json.loads(sys.argv[1])))))
