"""Thinning: what it keeps, and that what it keeps is still what it was."""

import pytest

from solosync import clock as clocks
from solosync.clock import HOUR_MS
from solosync.domain import history, thinning
from solosync.domain.thinning import Keep
from solosync.errors import NotFound
from tests.realtime.boards import ids, state_of, stroke

pytestmark = pytest.mark.anyio

NOTHING_IN_FULL = Keep(full_hours=0, hourly_days=0, daily_days=0)  # one a week


def thin(board, *, later_hours=0.0, keep=Keep()):  # noqa: B008 - a constant
    now = clocks.now_ms() + int(later_hours * HOUR_MS)
    return thinning.thin(board.store, board.session, now, keep)


def kept(board):
    return [version.rev for version in board.versions()][::-1]


async def test_a_days_revs_are_all_kept(board):
    """[HIST1]"""
    for index in range(5):
        await board.save(board.creator, state_of(stroke(f"s{index}")), rev=index)
    assert thin(board, later_hours=23) == 0
    assert kept(board) == [0, 1, 2, 3, 4, 5]


async def test_older_revs_are_kept_one_an_hour_and_are_still_what_they_were(clock, board):
    """[HIST2] Edited by saves and by a client, over three hours."""
    states = {}
    socket = await board.connect_synced()
    for minute in range(0, 180, 20):
        state = state_of(*(stroke(f"s{n}", size=minute) for n in range(minute // 20, 20)))
        await board.save(board.device(f"{minute}"), state, rev=board.room.current_rev)
        await socket.sync()
        socket.replica.change("s15", color=f"#{minute:06x}")
        await socket.push()
        reading = await board.room.read()
        states[reading.rev] = reading.state
        clock.advance(minutes=20)
    await board.leave()
    before = history.load(board.store, board.session.key)
    gone = await _thin_without_bases(board, later_hours=48)
    assert gone > 0 and board.log_length() == 1 + len(before.updates) - 1 - gone
    assert kept(board)[0] == 0 and kept(board)[-1] == before.rev
    assert 4 <= len(kept(board)) <= 6
    room = await board.reopen()
    assert (await room.read()).state == states[before.rev]
    for rev in kept(board):
        if rev in states:
            assert await board.state_at(rev) == states[rev]


async def _thin_without_bases(board, **options):
    await board.store.commit(lambda tx: tx.execute("DELETE FROM bases"))
    return thin(board, **options)


async def test_a_rev_that_a_device_holds_is_kept(board):
    """[BASE6]"""
    tablet = board.device()
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    await board.room.read(tablet)
    for index in range(6):
        await board.save(board.creator, state_of(stroke("a"), stroke(f"s{index}")), rev=index + 1)
    thin(board, keep=NOTHING_IN_FULL)
    assert 1 in kept(board)
    await board.reopen()
    saved = await board.save(tablet, state_of())
    assert ids(saved) == ["s5"]  # the tablet never saw it


async def test_a_stated_rev_that_was_thinned_out_deletes_nothing(board):
    """[BASE5]"""
    for index in range(6):
        await board.save(board.creator, state_of(stroke("a", size=index)), rev=index)
    await _thin_without_bases(board, keep=NOTHING_IN_FULL)
    assert kept(board) == [0, 6]
    saved = await board.save(board.device(), state_of(stroke("b")), rev=3)
    assert sorted(ids(saved)) == ["a", "b"]
    with pytest.raises(NotFound):
        await board.room.restore(board.creator, 3)


async def test_what_was_set_aside_is_kept_when_its_rev_is_thinned_out(board):
    """[HIST3]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    for color in ("#ff0000", "#00ff00", "#0000ff"):
        await board.save(board.device(), state_of(stroke("a", color=color)), rev=1)
    await board.save(board.creator, state_of(stroke("a", color="#ffffff")), rev=4)
    await _thin_without_bases(board, keep=NOTHING_IN_FULL)
    assert kept(board) == [0, 5]
    assert [item["value"] for item in board.set_aside(5)] == ["#ff0000", "#00ff00"]


async def test_the_log_shrinks_to_about_what_is_on_the_board(board):
    socket = await board.connect_synced()
    socket.replica.add("a", page="p1")
    for index in range(300):
        socket.replica.change("a", note="n" * 100 + str(index))
        await socket.push()
        await board.room.read()
    before = history.load(board.store, board.session.key)
    await _thin_without_bases(board, keep=NOTHING_IN_FULL)
    after = history.load(board.store, board.session.key)
    assert sum(map(len, after.updates)) < sum(map(len, before.updates)) / 20
    await board.reopen()
    assert f'"note":"{"n" * 100}299"'.encode() in (await board.room.read()).state


async def test_thinning_while_the_board_is_used_loses_nothing(board):
    socket = await board.connect_synced()
    for index in range(8):
        socket.replica.add(f"s{index}", page="p1")
        await socket.push()
        await board.room.read()
        thin(board, keep=NOTHING_IN_FULL)
    await board.save(board.creator, state_of(stroke("saved")), rev=0)
    state = (await board.room.read()).state
    await board.reopen()
    assert (await board.room.read()).state == state
    assert len(ids(state)) == 9


async def test_a_rev_that_was_raised_is_the_newest_state(board):
    """[REV6] A restored backup raises every rev, so no memory of a device matches it."""
    from solosync.store.maintenance import raise_revs

    await board.save(board.creator, state_of(stroke("a")), rev=0)
    await board.leave()
    await board.store.commit(lambda tx: raise_revs(tx, 1_000_000, 1))
    await board.reopen()
    assert board.room.current_rev == 1_000_001
    saved = await board.save(board.device(), state_of(stroke("b")), rev=2)
    assert sorted(ids(saved)) == ["a", "b"]
    assert saved.rev == 1_000_002
