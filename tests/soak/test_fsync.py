"""By strace: what is answered or sent on is on the disk, not only in the system's memory."""

import re
import shutil
import subprocess

import pytest

from tests.live import LiveServer
from tests.node_client import NodeClient
from tests.servers import FROM_SOURCE

pytestmark = pytest.mark.interop

CALLS = "pwrite64,write,writev,fsync,fdatasync,sendto,sendmsg"
SAVES = 12
DRAWN = 12


def _can_trace():
    strace = shutil.which("strace")
    if strace is None:
        return False
    done = subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True)
    return done.returncode == 0


needs_strace = pytest.mark.skipif(not _can_trace(), reason="strace is missing, or not allowed here")


def _work(folder, trace, durability):
    """Saves and draws one after another; how many answers and broadcasts there were."""
    program = ["strace", "-f", "-y", "-s", "64", "-o", str(trace), "-e", f"trace={CALLS}"]
    server = LiveServer(folder, "--durability", durability, program=[*program, *FROM_SOURCE])
    with server, NodeClient("client.mjs") as one, NodeClient("client.mjs") as two:
        device = server.sign_in()
        board = device.make_board()
        page = device.get(board)["state"]["pages"][0]["id"]
        for client in (one, two):
            device.connect(client, board)
        mark = _length(trace)
        for number in range(DRAWN):
            key = one.call("add", page=page, list="strokes", element={"id": f"d{number}"})["key"]
            two.call("wait", key=key, field="id", value=f"d{number}")
        drawn = _length(trace)
        for client in (one, two):
            client.call("disconnect")
        reading = device.get(board)
        saved = _length(trace)
        for number in range(SAVES):
            reading["state"]["pages"][0]["strokes"].append({"id": f"s{number}"})
            reading = device.patch(board, reading["state"], **{"X-Rev": str(reading["rev"])})
        end = _length(trace)
    lines = trace.read_text(errors="replace").splitlines()
    return lines[mark:drawn], lines[saved:end]


def _length(trace):
    return len(trace.read_text(errors="replace").splitlines())


def _sent_unsynced(lines, is_sending):
    """How many messages went out, and how many of them before the log's last write was synced."""
    sent = early = 0
    is_dirty = False
    syncing = set()
    for line in lines:
        thread, _, call = line.partition(" ")
        call = call.strip()
        if re.match(r"(pwrite64|write|writev)\(\d+<[^>]*-wal>", call):
            is_dirty = True
        elif re.match(r"f(data)?sync\(\d+<[^>]*-wal>", call):
            if "unfinished" in call:
                syncing.add(thread)
            else:
                is_dirty = False
        elif "sync resumed" in call and thread in syncing:
            syncing.discard(thread)
            is_dirty = False
        elif is_sending(call):
            sent += 1
            early += is_dirty
    return sent, early


def _is_answer(call):
    return re.match(r"(write|writev|sendto|sendmsg)\(\d+<[^>]*socket[^>]*>.*HTTP/1\.1 2\d\d", call)


def _is_update(call):
    # A binary frame (octal 202) with a sync message (0) that is an update (2).
    return re.match(
        r'(write|writev|sendto|sendmsg)\(\d+<[^>]*socket[^>]*>, .*"\\202(~..?[^"]*|.|\\\d+)\\0\\2',
        call,
    )


@needs_strace
@pytest.mark.timeout(180)
def test_the_log_is_synced_before_each_answer_and_broadcast(tmp_path):
    """[STORE1] [WS7]"""
    drawing, saving = _work(tmp_path / "data", tmp_path / "trace", "full")
    answers, early_answers = _sent_unsynced(saving, _is_answer)
    updates, early_updates = _sent_unsynced(drawing, _is_update)
    print(f"{answers} answers, {updates} broadcasts, all after their sync")
    assert answers >= SAVES and updates >= DRAWN
    assert (early_answers, early_updates) == (0, 0)


@needs_strace
@pytest.mark.timeout(180)
def test_the_same_check_finds_that_durability_normal_doesnt_wait(tmp_path):
    drawing, saving = _work(tmp_path / "data", tmp_path / "trace", "normal")
    assert _sent_unsynced(saving, _is_answer)[1] > 0
    assert _sent_unsynced(drawing, _is_update)[1] > 0
