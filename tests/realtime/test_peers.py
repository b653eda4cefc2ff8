"""Yjs clients in a room: what they are sent and when, and how they are closed."""

import asyncio
import random

import pytest
from pycrdt import Doc, Map

from solosync.board import protocol
from solosync.board.protocol import Presence, encode_awareness, encode_sync
from solosync.errors import Forbidden, StorageFailed
from solosync.realtime import peer as peers
from solosync.realtime.door import MAX_GAPS, Malformed
from solosync.realtime.peer import Fallen
from solosync.realtime.presence import MAX_CLIENTS_PER_PEER, MAX_STATE_BYTES
from solosync.records.actors import Actor
from tests.realtime.boards import ids, state_of, stroke, strokes
from tests.sockets import Replica, Socket

pytestmark = pytest.mark.anyio

NOISE = random.Random(1).randbytes(600_000).hex()  # nothing that compression makes small


async def test_a_client_that_connects_gets_the_board(board):
    """[WS1]"""
    await board.save(board.creator, state_of(stroke("a", color="#ff0000")), rev=0)
    socket = await board.connect_synced()
    assert socket.replica.elements["a"]["color"] == "#ff0000"


async def test_what_a_client_made_offline_reaches_the_board_when_it_connects(board):
    socket = await board.connect_synced()
    socket.cut()
    socket.replica.add("offline", page="p1")
    again = Socket(socket.replica, board.room, board.device())
    await again.sync()
    assert ids(await board.room.read()) == ["offline"]


async def test_a_change_of_one_client_reaches_the_other_once_it_is_on_disk(board):
    """[WS7]"""
    one, other = await board.connect_synced(), await board.connect_synced()
    one.replica.add("a", page="p1", color="#ff0000")
    await one.push()
    assert board.stored_rev() == 0 and not other.incoming
    await other.arrival()
    assert board.stored_rev() == 1
    other.pull()
    assert other.replica.elements["a"]["color"] == "#ff0000"


async def test_a_client_isnt_sent_its_own_change(board):
    one, other = await board.connect_synced(), await board.connect_synced()
    one.replica.add("a", page="p1")
    await one.push()
    await other.arrival()
    assert not one.incoming


async def test_a_save_reaches_the_clients_and_a_clients_change_the_next_read(board):
    socket = await board.connect_synced()
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    await socket.sync()
    socket.replica.change("a", color="#ff0000")
    await socket.push()
    assert strokes(await board.room.read())[0]["color"] == "#ff0000"


async def test_updates_that_are_drained_together_are_one_rev_and_one_message(board):
    """[REV2]"""
    sockets = [await board.connect_synced() for _ in range(3)]
    watcher = await board.connect_synced()
    for index, socket in enumerate(sockets):
        for n in range(4):
            socket.replica.add(f"s{index}-{n}", page="p1")
        await socket.push()
    reading = await board.room.read()
    assert (reading.rev, len(ids(reading))) == (1, 12)
    assert len(watcher.incoming) == 1
    assert board.versions()[0].rev == 1
    assert board.versions()[0].size > 0


async def test_a_read_between_two_updates_ends_their_rev(board):
    socket = await board.connect_synced()
    socket.replica.add("a", page="p1")
    await socket.push()
    reading = asyncio.ensure_future(board.room.read())
    await asyncio.wait([reading])
    socket.replica.add("b", page="p1")
    await socket.push()
    assert (reading.result().rev, (await board.room.read()).rev) == (1, 2)
    assert await board.state_at(1) == reading.result().state


async def test_each_author_of_a_rev_is_named_in_its_version(board):
    one = await board.connect_synced(board.device("Phone"))
    other = await board.connect_synced(board.device("Desk"))
    one.replica.add("a", page="p1")
    other.replica.add("b", page="p1")
    await one.push()
    await other.push()
    await board.room.read()
    assert board.versions()[0].device == "Phone, Desk"


async def test_an_update_that_brings_nothing_new_makes_no_rev(board):
    """[WS3]"""
    socket = await board.connect_synced()
    socket.replica.add("a", page="p1")
    message = socket.outgoing[0]
    await socket.push()
    await board.room.read()
    board.room.deliver(socket.peer, message)
    assert (await board.room.read()).rev == 1
    assert board.log_length() == 2


async def test_an_update_with_a_gap_is_held_off_and_its_sender_asked(board):
    """[WS4]"""
    socket, watcher = await board.connect_synced(), await board.connect_synced()
    socket.replica.add("first", page="p1")
    socket.replica.add("second", page="p1")
    socket.outgoing.popleft()  # lost on the way
    await socket.push()
    assert ids(await board.room.read()) == []
    assert board.log_length() == 1
    assert not watcher.incoming
    await socket.sync()
    reading = await board.room.read()
    assert sorted(ids(reading)) == ["first", "second"]
    await watcher.sync()
    assert watcher.replica.content() == socket.replica.content()


async def test_what_follows_a_gap_waits_for_the_answer(board):
    socket = await board.connect_synced()
    for name in ("lost", "second", "third"):
        socket.replica.add(name, page="p1")
    socket.outgoing.popleft()
    await socket.push()
    await socket.sync()
    assert sorted(ids(await board.room.read())) == ["lost", "second", "third"]


async def test_a_gap_of_one_client_harms_no_write_of_another(board):
    bad, good = await board.connect_synced(), await board.connect_synced()
    bad.replica.add("lost", page="p1")
    bad.replica.add("early", page="p1")
    bad.outgoing.popleft()
    good.replica.add("good", page="p1")
    await good.push()
    await bad.push()  # while the good one is on its way to the disk
    saved = await board.save(board.creator, state_of(stroke("saved")), rev=0)
    assert sorted(ids(saved)) == ["good", "saved"]
    await bad.sync()
    assert sorted(ids(await board.room.read())) == ["early", "good", "lost", "saved"]


async def test_a_client_that_never_fills_its_gaps_is_refused(board):
    socket = await board.connect_synced()
    foreign: Doc = Doc()
    updates = []
    elements = foreign.get("elements", type=Map)
    foreign.observe(lambda event: updates.append(event.update))
    for index in range(2 * MAX_GAPS + 4):
        elements[f"k{index}"] = 1
    with pytest.raises(Malformed):
        for update in updates[1:]:
            board.room.deliver(socket.peer, encode_sync(protocol.UPDATE, update))
            board.room.deliver(socket.peer, encode_sync(protocol.STEP2, b"\x00\x00"))
    assert ids(await board.room.read()) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x00\x07\x00",
        b"\x09\x00",
        b"\x00\x02\x05\x01",
        b"\x00\x02\x01\x00trailing",
        encode_sync(protocol.UPDATE, b"\x01\x01\xff\xff\xff"),
        encode_sync(protocol.STEP1, b"\xff\xff\xff"),
        b"\x01\x03\x01\x01\x7f",
        b"\xff" * 40,
    ],
)
async def test_garbage_is_refused_and_the_room_goes_on(board, data):
    """[WS2]"""
    socket, good = await board.connect_synced(), await board.connect_synced()
    with pytest.raises(Malformed):
        board.room.deliver(socket.peer, data)
    good.replica.add("a", page="p1")
    await good.push()
    assert ids(await board.room.read()) == ["a"]


async def test_an_update_cut_anywhere_is_refused_or_harmless(board):
    """[WS5] A truncated update must never be half applied."""
    socket = await board.connect_synced()
    foreign = Replica()
    foreign.apply(socket.replica.doc.get_update())
    before = foreign.doc.get_state()
    foreign.add("cut", page="p1", color="#ff0000", note="a text")
    update = foreign.doc.get_update(before)
    refused = 0
    for length in range(1, len(update)):
        try:
            board.room.deliver(socket.peer, encode_sync(protocol.UPDATE, update[:length]))
        except Malformed:
            refused += 1
        reading = await board.room.read()
        assert (ids(reading), reading.rev) == ([], 0), length
    assert refused > 0


# -- read-only ---------------------------------------------------------------------------------


async def test_a_read_only_client_sees_changes_and_may_send_what_is_known(board):
    """[WS9]"""
    writer = await board.connect_synced()
    viewer = await board.connect_synced(read_only=True)
    writer.replica.add("a", page="p1")
    await writer.push()
    await viewer.arrival()
    viewer.pull()
    known = encode_sync(protocol.STEP2, viewer.replica.doc.get_update())
    board.room.deliver(viewer.peer, known)
    assert viewer.replica.content() == writer.replica.content()
    assert (await board.room.read()).rev == 1


async def test_a_read_only_clients_change_is_refused_and_not_applied(board):
    """[WS9]"""
    viewer = await board.connect_synced(read_only=True)
    viewer.replica.add("a", page="p1")
    with pytest.raises(Forbidden):
        await viewer.push()
    assert ids(await board.room.read()) == []
    assert board.log_length() == 1


async def test_a_read_only_clients_update_with_a_gap_is_refused_too(board):
    viewer = await board.connect_synced(read_only=True)
    viewer.replica.add("a", page="p1")
    viewer.replica.add("b", page="p1")
    viewer.outgoing.popleft()
    with pytest.raises(Forbidden):
        await viewer.push()


# -- awareness ---------------------------------------------------------------------------------


def _presence(client, clock=1, state=b'{"cursor":1}'):
    return encode_awareness([Presence(client, clock, state)])


async def test_presence_is_relayed_and_shown_to_those_who_come_later(board):
    """[WS8]"""
    one, other = await board.connect_synced(), await board.connect_synced()
    board.room.deliver(one.peer, _presence(7))
    await other.arrival()
    other.pull()
    late = board.connect()
    await late.sync()
    assert other.presences == late.presences == {7: b'{"cursor":1}'}
    assert not one.incoming
    assert board.log_length() == 1  # never stored


async def test_presence_ends_with_its_socket(board):
    """[WS8]"""
    one, other = await board.connect_synced(), await board.connect_synced()
    board.room.deliver(one.peer, _presence(7))
    one.cut()
    await other.sync()
    assert other.presences == {7: b"null"}
    late = await board.connect_synced()
    assert late.presences == {}


async def test_a_query_is_answered_with_everyone(board):
    one, other = await board.connect_synced(), await board.connect_synced()
    board.room.deliver(one.peer, _presence(7))
    await other.sync()
    other.presences.clear()
    board.room.deliver(other.peer, bytes((protocol.QUERY_AWARENESS,)))
    await other.arrival()
    other.pull()
    assert other.presences == {7: b'{"cursor":1}'}


async def test_an_older_presence_isnt_relayed(board):
    one, other = await board.connect_synced(), await board.connect_synced()
    board.room.deliver(one.peer, _presence(7, clock=5, state=b'{"new":1}'))
    board.room.deliver(one.peer, _presence(7, clock=4, state=b'{"old":1}'))
    await other.sync()
    assert other.presences == {7: b'{"new":1}'}


async def test_too_much_presence_is_refused(board):
    socket = await board.connect_synced()
    with pytest.raises(Malformed):
        board.room.deliver(socket.peer, _presence(1, state=b'"' + b"x" * MAX_STATE_BYTES))
    crowd = [Presence(client, 1, b"{}") for client in range(MAX_CLIENTS_PER_PEER + 1)]
    with pytest.raises(Malformed):
        board.room.deliver(socket.peer, encode_awareness(crowd))


async def test_presence_that_came_back_by_another_socket_stays_when_the_first_one_ends(board):
    first, second = await board.connect_synced(), await board.connect_synced()
    board.room.deliver(first.peer, _presence(7, clock=1))
    board.room.deliver(second.peer, _presence(7, clock=2))
    first.cut()
    late = await board.connect_synced()
    assert late.presences == {7: b'{"cursor":1}'}


async def test_what_a_closed_peer_still_sends_is_nothing(board):
    socket = await board.connect_synced()
    socket.replica.add("a", page="p1")
    socket.peer.close(None)
    await socket.push()
    assert ids(await board.room.read()) == []


# -- slow readers and failing disks ------------------------------------------------------------


async def test_a_client_that_doesnt_read_is_closed(board, monkeypatch):
    """[WS10]"""
    monkeypatch.setattr(peers, "MAX_WAITING_BYTES", 50_000)
    fast = await board.connect_synced()
    slow = board.room.join(board.device(), lambda _: None)
    slow.pause()
    closing = asyncio.ensure_future(slow.closed())
    sent = 0
    while not closing.done():
        fast.replica.add(f"s{sent}", page="p1", note="x" * 5_000)
        await fast.push()
        await board.room.read()
        sent += 1
        assert sent < 40
    assert isinstance(closing.result(), Fallen)
    board.room.leave(slow)
    fast.replica.add("after", page="p1")
    await fast.push()
    assert "after" in ids(await board.room.read())


async def test_a_failed_commit_is_told_and_nobody_keeps_a_phantom(board, full_disk):
    """[WS11]"""
    watcher, writer = await board.connect_synced(), await board.connect_synced()
    await board.save(board.creator, state_of(stroke("kept")), rev=0)
    await watcher.sync()
    with full_disk():
        with pytest.raises(StorageFailed):
            await board.save(board.creator, state_of(stroke("big", note=NOISE)), rev=1)
        for socket in (watcher, writer):
            assert isinstance(await socket.peer.closed(), StorageFailed)
        assert "big" not in watcher.replica.elements
        with pytest.raises(StorageFailed):
            await board.room.read()
        with pytest.raises(StorageFailed):
            board.connect()
    await board.leave()
    room = await board.enter()  # a fresh one
    assert ids(await room.read()) == ["kept"]
    saved = await board.save(board.creator, state_of(stroke("kept"), stroke("more")), rev=1)
    assert (saved.rev, ids(saved)) == (2, ["kept", "more"])


async def test_a_clients_update_that_cant_be_stored_is_relayed_to_nobody(board, full_disk):
    """[WS11]"""
    watcher, writer = await board.connect_synced(), await board.connect_synced()
    with full_disk():
        writer.replica.add("big", page="p1", note=NOISE)
        await writer.push()
        assert isinstance(await watcher.peer.closed(), StorageFailed)
    assert not watcher.incoming
    await board.leave()
    await board.enter()
    back = Socket(writer.replica, board.room, board.device())
    await back.sync()
    assert ids(await board.room.read()) == ["big"]  # the client still had it


@pytest.mark.parametrize(
    "presence",
    [
        (2**60, 1, b"{}"),
        (7, 2**53, b"{}"),
        (7, 1, b"no JSON"),
        (7, 1, b"5"),
        (7, 1, b'{"x":NaN}'),
        (7, 1, b'{"x":"\xff"}'),
        (7, 1, b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    ],
)
async def test_who_comes_by_a_link_tells_nothing_that_keeps_others_from_being_seen(board, presence):
    guest = Socket(Replica(), board.room, Actor("", "share:1", False, "", share_id="1"))
    late = await board.connect_synced()
    with pytest.raises(Malformed):
        board.room.deliver(guest.peer, _presence(*presence))
    board.room.deliver(guest.peer, _presence(8, 1, b'{"name":"\\ud83d"}'))  # cut in its middle
    late.pull()
    assert list(late.presences) == [8]


async def test_who_comes_by_a_link_does_not_say_what_kind_of_board_it_is(board):
    """[WS15]"""
    stranger = Actor("", "share:1", False, "", share_id="1")
    guest, ann = Socket(Replica(), board.room, stranger), await board.connect_synced()
    await guest.sync()
    described = dict(guest.replica.roots["board"])
    with guest.replica.doc.transaction():
        guest.replica.roots["board"]["dialect"] = "excalidraw"
        del guest.replica.roots["board"]["format"]
    await guest.sync()
    await ann.sync()
    for replica in (guest.replica, ann.replica):
        assert dict(replica.roots["board"]) == described
    assert described["format"] == "board/1"
