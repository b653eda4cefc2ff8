"""The server is killed at random moments while four kinds of clients write."""

import asyncio
import json
import random
from functools import partial
from itertools import groupby

import pytest

from solosync.board.document import Document
from solosync.domain import history, sessions
from solosync.paths import DATABASE_NAME
from solosync.store import maintenance, updates
from solosync.store.engine import Store
from tests.asserts import digest
from tests.durability.projection import state_of
from tests.durability.writers import PAGE, Autosaver, Board, Differ, Painter, Streamer
from tests.live import LiveServer

BOARDS = 2
SHORTEST_SECONDS, LONGEST_SECONDS = 0.05, 0.9
FIRST = {"pages": [{"id": PAGE, "name": "One", "strokes": []}], "odd": {"huge": 10**40, "p": 0.1}}


@pytest.mark.parametrize(
    "kills",
    [5, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(900)])],
)
def test_what_was_acknowledged_is_there_after_kill_9(tmp_path, kills):
    """[STORE1]"""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with LiveServer(tmp_path / "data") as server:
        reader = server.sign_in()
        boards = [Board(reader.make_board(FIRST)) for _ in range(BOARDS)]
        writers = [
            kind(server.sign_in(), boards, random.Random(rng.random()))
            for kind in (Autosaver, Differ, Streamer, Painter)
        ]
        asyncio.run(survive(server, reader, boards, writers, kills, rng))
        revs = [len(board.answers.digests) for board in boards]
        counts = {writer.name: writer.acknowledged for writer in writers}
        print(f"{kills} kills; acknowledged writes: {counts}; answered revs: {revs}")
        assert all(counts.values())
        server.stop()


async def survive(server, reader, boards, writers, kills, rng):
    for number in range(kills):
        working = [asyncio.ensure_future(writer.work()) for writer in writers]
        seconds = rng.uniform(SHORTEST_SECONDS, LONGEST_SECONDS)
        await asyncio.wait(working, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        while number == kills - 1 and not all(writer.acknowledged for writer in writers):
            await asyncio.wait(working, timeout=0.1)  # a machine with much else to do
        early = [task for task in working if task.done()]
        server.kill()
        await asyncio.gather(*working)
        assert not early, "the server left a writer alone before it was killed"
        server.start()
        with Store.open(server.folder / DATABASE_NAME, migrate=False) as store:
            assert maintenance.integrity_check(store) == [], f"kill {number}"
            for board in boards:
                check(store, reader, board, writers)
    await check_devices_agree(reader, boards, writers)


def agree(one, other):
    return one.content() == other.content()


async def check_devices_agree(reader, boards, writers):
    """Once both are back, with what the one drew while there was no server."""
    painter = next(writer for writer in writers if isinstance(writer, Painter))
    for board in boards:
        own, other = painter.own[board.id], painter.others[board.id]
        address = reader.socket_address(board.id)
        async with own.connected(address), other.connected(address):
            await other.until(partial(agree, own, other))
        drawn = {id_ for id_ in own.content() if id_.startswith(painter.name)}
        page = reader.get(board.id)["state"]["pages"][0]
        assert drawn <= {item["id"] for item in page["strokes"]}


def check(store, reader, board, writers):
    """That a board holds all that its writers were told or have seen."""
    shown = reader.get(board.id)
    session = next(s for s in sessions.list_all_sessions(store) if s.session_id == board.id)
    loaded = history.load(store, session.key)
    document = Document(session.dialect, loaded.updates)
    reading = document.reading()
    assert loaded.rev == session.rev == shown["rev"]
    assert json.loads(reading.state) == shown["state"] == state_of(*loaded.updates)
    assert reading.digest == shown["state_digest"] == digest(shown["state"])
    assert shown["state"]["odd"] == FIRST["odd"]
    check_answers(store, reader, board, session)
    strokes = {item["id"]: item for item in shown["state"]["pages"][0]["strokes"]}
    assert len(strokes) == len(shown["state"]["pages"][0]["strokes"])
    for writer in writers:
        writer.claims[board.id].check(strokes)
        if isinstance(writer, Painter):
            seen = writer.others[board.id].doc.get_update()
            assert document.apply(seen) is None, "another device had seen more than there is"


def check_answers(store, reader, board, session):
    """Each answered rev is in the log, with the state that was answered."""
    versions = reader.http.get(f"{board.path}versions/").json()["results"]
    assert board.answers.digests.keys() <= {version["rev"] for version in versions}
    rows = store.read(lambda tx: updates.since(tx, session.key, 0))
    document = Document(session.dialect)
    for rev, rows_of_rev in groupby(rows, key=lambda row: row.rev):
        for row in rows_of_rev:
            document.apply(row.data)
        if rev in board.answers.digests:
            assert document.reading().digest == board.answers.digests[rev], f"rev {rev}"
    if board.answers.streamed is not None:
        key, rev, streamed_digest = board.answers.streamed
        again = reader.http.post(
            f"{board.path}save-stream/", json={"state": {}, "idempotency_key": key}
        )
        assert (again.status_code, again.json()["rev"]) == (202, rev)
        assert again.json()["digest"] == streamed_digest
