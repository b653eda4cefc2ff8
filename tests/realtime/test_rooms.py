"""Rooms: opened when entered, closed when memory is wanted, and watched over."""

import asyncio

import pytest

from solosync import clock
from solosync.domain import history, sessions
from solosync.errors import Damaged, Forbidden, NotFound, Unauthenticated, Unavailable
from solosync.events import DeviceRevoked, MembershipChanged, UserDeactivated
from solosync.realtime import rooms as rooms_module
from solosync.realtime.rooms import Rooms
from solosync.store import devices, organizations, users
from solosync.store.engine import Store
from tests.make import make_actor, make_user
from tests.realtime.boards import MEMORY_BYTES, dump, ids, open_board, state_of, stroke

pytestmark = pytest.mark.anyio


def many(count, name="s"):
    return [stroke(f"{name}{index}", note="x" * 200) for index in range(count)]


async def test_everyone_on_a_board_is_in_the_same_room(board):
    async with board.rooms.enter(board.session) as other:
        assert other is board.room
    assert len(board.rooms) == 1


async def test_boards_are_apart(store, board):
    async with open_board(store) as other:
        one, two = await board.connect_synced(), await other.connect_synced()
        one.replica.add("a", page="p1")
        await one.sync()
        await two.sync()
        assert ids(await other.room.read()) == []
        assert "a" not in two.replica.elements


async def test_a_board_comes_back_as_it_was_after_a_restart(board):
    socket = await board.connect_synced()
    socket.replica.add("a", page="p1")
    await socket.push()
    before = await board.room.read()
    await board.reopen()
    assert await board.room.read() == before


async def test_closing_the_rooms_closes_the_sockets(board):
    socket = await board.connect_synced()
    room = board.room
    socket.replica.add("a", page="p1")
    await socket.push()
    await board.leave()
    await board.rooms.close()
    assert isinstance(await socket.closed(), Unavailable)
    assert room.failure is not None
    assert board.stored_rev() == 1  # what was taken in is on disk
    with pytest.raises(Unavailable):
        async with board.rooms.enter(board.session):
            pass


async def test_rooms_that_nobody_is_in_are_closed_when_memory_is_wanted(store):
    owner = make_user(store)
    actor = make_actor(store, owner)
    made = [
        sessions.create_session(store, actor, state=dump(state_of(*many(300)))).session
        for _ in range(6)
    ]
    async with open_board(store, memory_bytes=600_000) as board:
        rooms = board.rooms
        for session in made:
            async with rooms.enter(session) as room:
                await room.read(actor)
                await room.save(actor, dump(state_of(*many(301))), stated_rev=None, is_stated=False)
        await rooms.trim()
        assert rooms.memory_bytes <= 600_000
        assert len(rooms) < 6
        for session in made:
            async with rooms.enter(session) as room:
                saved = await room.save(
                    actor, dump(state_of(*many(300))), stated_rev=None, is_stated=False
                )
                assert (saved.rev, len(ids(saved))) == (2, 300)


async def test_a_room_in_use_is_never_closed_but_frees_what_it_can(store):
    async with open_board(store, memory_bytes=1) as board:
        await _use_and_trim(board)


async def _use_and_trim(board):
    socket = await board.connect_synced()
    await board.save(board.creator, state_of(*many(300)), rev=0)
    room, before = board.room, board.room.memory_bytes
    await board.rooms.trim()
    assert board.room is room and room.failure is None
    assert room.memory_bytes < before
    await socket.sync()
    socket.replica.change("s7", color="#ff0000")
    await socket.push()
    saved = await board.save(board.creator, state_of(*many(300), stroke("more")))
    assert len(ids(saved)) == 301
    assert b'"color":"#ff0000"' in saved.state


async def test_an_idle_room_is_closed_in_time_and_opens_again(board, monkeypatch):
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    room = board.room
    await board.leave()
    assert len(board.rooms) == 1
    monkeypatch.setattr(rooms_module, "IDLE_SECONDS", -1.0)
    await board.rooms.trim()
    assert len(board.rooms) == 0
    assert await board.enter() is not room
    assert ids(await board.room.read()) == ["a"]


async def test_closing_a_room_leaves_a_snapshot_when_its_log_is_long(board):
    saved = await board.save(board.creator, state_of(*many(600)), rev=0)
    await board.reopen()
    loaded = history.load(board.store, board.session.key)
    assert len(loaded.updates) == 1 and loaded.since_snapshot == 0
    assert (await board.room.read()).state == saved.state


# -- access ------------------------------------------------------------------------------------


def _sign_out(tx, board, actor):
    devices.revoke(tx, actor.device_id, clock.now_ms())
    return DeviceRevoked(actor.device_id)


def _deactivate(tx, board, actor):
    users.set_active(tx, actor.user_id, False)
    return UserDeactivated(actor.user_id)


def _remove_member(tx, board, actor):
    organizations.remove_member(tx, board.session.organization_id, actor.user_id)
    return MembershipChanged(board.session.organization_id, actor.user_id)


LOSSES = [
    (_sign_out, Unauthenticated),
    (_deactivate, Unauthenticated),
    (_remove_member, Forbidden),
]


@pytest.mark.parametrize(("lose", "reason"), LOSSES)
async def test_who_loses_access_here_is_closed_at_once(board, monkeypatch, lose, reason):
    """[WS12]"""
    monkeypatch.setattr(rooms_module, "SWEEP_SECONDS", 60.0)
    actor = board.device()
    socket = await board.connect_synced(actor)

    def write(tx):
        tx.emit(lose(tx, board, actor))

    await board.store.commit(write)
    async with asyncio.timeout(5):
        assert isinstance(await socket.closed(), reason)


@pytest.mark.parametrize(("lose", "reason"), LOSSES)
async def test_who_loses_access_by_another_process_is_closed_by_the_sweep(
    board, monkeypatch, lose, reason
):
    """[WS12]"""
    monkeypatch.setattr(rooms_module, "SWEEP_SECONDS", 0.02)
    actor = board.device()
    socket = await board.connect_synced(actor)
    with Store.open(board.store.path) as another:
        another.write(lambda tx: lose(tx, board, actor))
    board.rooms._wake.set()  # the sweep that waits now still has the usual time
    async with asyncio.timeout(5):
        assert isinstance(await socket.closed(), reason)


async def test_a_deleted_board_closes_its_sockets(board):
    """[WS12]"""
    socket = await board.connect_synced()
    await asyncio.to_thread(
        sessions.trash_session, board.store, board.creator, board.session.session_id
    )
    async with asyncio.timeout(5):
        assert isinstance(await socket.closed(), NotFound)


async def test_signing_out_one_device_leaves_the_other_connected(board, monkeypatch):
    here, there = board.device("here"), board.device("there")
    gone, stays = await board.connect_synced(here), await board.connect_synced(there)

    def write(tx):
        tx.emit(_sign_out(tx, board, here))

    await board.store.commit(write)
    assert isinstance(await gone.closed(), Unauthenticated)
    stays.replica.add("a", page="p1")
    await stays.sync()
    assert ids(await board.room.read()) == ["a"]


# -- damage ------------------------------------------------------------------------------------


async def _damage(board, table):
    await board.leave()
    await board.rooms.close()

    def spoil(tx):
        tx.execute(f"UPDATE {table} SET data = CAST(x'ffffffff' || substr(data, 5) AS BLOB)")

    await board.store.commit(spoil)
    board.rooms = Rooms(board.store, memory_bytes=MEMORY_BYTES)


def _rows(store):
    return store.read(
        lambda tx: [
            tx.all("SELECT * FROM updates ORDER BY seq"),
            tx.all("SELECT session_key, rev, seq, data FROM snapshots"),
            tx.all("SELECT key, rev, updated_at FROM sessions"),
        ]
    )


@pytest.mark.parametrize("table", ["snapshots", "updates"])
async def test_a_damaged_board_refuses_to_open_and_nothing_is_touched(board, table):
    """[HIST5]"""
    # Without a snapshot the log is read; with one, the log behind it isn't needed.
    count = 600 if table == "snapshots" else 3
    await board.save(board.creator, state_of(*many(count)), rev=0)
    await _damage(board, table)
    before = _rows(board.store)
    for _ in range(2):
        with pytest.raises(Damaged):
            await board.enter()
    assert _rows(board.store) == before


async def test_a_damaged_old_rev_isnt_restored_and_the_board_goes_on(board):
    """[HIST5]"""
    await board.save(board.creator, state_of(*many(3)), rev=0)
    await board.save(board.creator, state_of(*many(4)), rev=1)

    def spoil(tx):
        tx.execute(
            "UPDATE updates SET data = CAST(x'ffffffff' || substr(data, 5) AS BLOB) WHERE rev = 1"
        )

    await board.store.commit(spoil)
    before = _rows(board.store)
    for rev in (1, 2):
        with pytest.raises(Damaged):
            await board.room.restore(board.creator, rev)
    assert _rows(board.store) == before
    assert len(ids(await board.room.read())) == 4
