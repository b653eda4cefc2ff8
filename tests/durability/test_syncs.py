"""An answer is sent when what it tells of is on the disk, not before: seen by strace."""

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from solosync.store.lock import read_holder
from tests.durability.trace import COMMAND, Judge, read_calls
from tests.durability.yjs import YjsClient
from tests.live import EMAIL, PASSWORD, PREFIX, LiveServer
from tests.servers import FROM_SOURCE

AUTOSAVERS = 3
SAVES = 8
EDITS = 20
STATE = {"pages": [{"id": "p1", "strokes": []}]}


def strace_problem() -> str:
    """Why this machine can't trace system calls; "" if it can."""
    if sys.platform != "linux":
        return "strace is for Linux"
    if shutil.which("strace") is None:
        return "strace isn't installed (Debian: apt install strace)"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True)
    return f"strace isn't allowed here: {tried.stderr.strip()}" if tried.returncode else ""


PROBLEM = strace_problem()
pytestmark = pytest.mark.skipif(bool(PROBLEM), reason=PROBLEM)


@pytest.fixture
def marks() -> Iterator[str]:
    """Texts to find again in what was written and sent; none is ever used twice."""
    return (f"mark{number:06d}" for number in itertools.count())


def work_under_strace(tmp_path, marks, *options):
    """What the trace shows of a server that was written to by every door."""
    trace = tmp_path / "trace"
    program = (*COMMAND, "-o", str(trace), *FROM_SOURCE)
    with LiveServer(tmp_path / "data", *options, program=program) as server:
        write_one_after_another(server.sign_in(), marks)
        asyncio.run(write_at_once(server, marks))
        holder = read_holder(server.folder)  # strace passes no signals on
        assert holder is not None and holder.pid is not None
        os.kill(holder.pid, signal.SIGTERM)
        assert server.process.wait(20) == 0
    return Judge().judge(read_calls(trace))


def write_one_after_another(device, marks):
    """Each request that changes something, and two at the end that bring no mark."""
    http = device.http
    board = device.make_board({"pages": [{"id": "p1", "strokes": [stroke(next(marks))]}]})
    path = f"{PREFIX}{board}/"

    def done(answer):
        assert answer.is_success, answer.text
        return answer

    for _ in range(2):
        state = device.get(board)["state"]
        state["pages"][0]["strokes"].append(stroke(next(marks)))
        done(http.patch(path, json={"state": state}))
        done(http.patch(path, json={"name": next(marks)}))
        op = {"op": "add", "kind": "stroke", "page_id": "p1", "value": stroke(next(marks))}
        rev = str(device.get(board)["rev"])
        done(http.patch(f"{path}diff/", json={"ops": [op]}, headers={"X-Rev": rev}))
        shown = device.get(board)
        shown["state"]["pages"][0]["strokes"].append(stroke(next(marks)))
        body = {"state": shown["state"], "idempotency_key": next(marks)}
        done(http.post(f"{path}save-stream/", json=body, headers={"X-Rev": str(shown["rev"])}))
        shown["state"]["note"] = next(marks)
        done(http.post(f"{path}beacon/", json={"state": shown["state"]}))
    done(http.post(f"{path}versions/1/restore/"))
    done(http.post(f"{path}duplicate/"))
    done(http.delete(path))
    done(http.post(f"{path}restore/"))
    done(http.post("/api/auth/jwt/token/", json={"email": EMAIL, "password": PASSWORD}))


async def write_at_once(server, marks):
    """Autosaves and Yjs clients on one board, which share commits."""
    device = server.sign_in()
    board = device.make_board(STATE)
    address = device.socket_address(board)
    one, other = YjsClient(), YjsClient()

    async def draw():
        for _ in range(EDITS):
            mark = next(marks)
            one.add(mark, page="p1", n=1)
            await one.push()
            await other.until(partial(other.elements.__contains__, mark))

    async def autosave(headers):
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as http:
            state = (await http.get(f"{PREFIX}{board}/")).json()["state"]
            for _ in range(SAVES):
                state["pages"][0]["strokes"].append(stroke(next(marks)))
                answer = await http.patch(f"{PREFIX}{board}/", json={"state": state})
                assert answer.is_success, answer.text

    savers = [dict(server.sign_in().http.headers) for _ in range(AUTOSAVERS)]
    async with one.connected(address), other.connected(address):
        await asyncio.gather(draw(), *map(autosave, savers))


def stroke(id_):
    return {"id": id_, "tool": "pen", "points": [[1, 2]]}


def test_log_is_synced_before_each_answer_and_each_broadcast(tmp_path, marks):
    """[STORE1]"""
    found = work_under_strace(tmp_path, marks)
    print(f"{found.answers} answers and {found.frames} frames, each after its sync")
    assert found.too_early == []
    assert found.answers >= 10 + AUTOSAVERS * SAVES
    assert found.frames >= EDITS


def test_with_durability_normal_the_same_look_finds_no_syncs(tmp_path, marks):
    """Which also shows that the look can fail."""
    found = work_under_strace(tmp_path, marks, "--durability", "normal")
    assert found.frames >= EDITS
    assert len(found.too_early) >= found.answers + found.frames
