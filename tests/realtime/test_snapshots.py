"""Which board makes a snapshot, and when."""

import random

import pytest

from solosync.domain import history
from solosync.domain.history import Recorded
from solosync.realtime.snapshots import AFTER_BYTES, AT_REST_BYTES, Snapshots, Turn
from solosync.store import snapshots

pytestmark = pytest.mark.anyio


def snapshots_of(board, turn):
    loaded = history.load(board.store, board.session.key)
    return Snapshots(board.store, board.session, loaded, turn)


def grown(found, size):
    found.log_grew(Recorded(1, b"", size))
    return found


async def test_boards_that_grow_together_make_their_snapshots_one_after_another(board):
    turn = Turn()
    one, other = (grown(snapshots_of(board, turn), AFTER_BYTES + 1) for _ in range(2))
    assert one.is_due
    assert other.is_due
    keeping = one.take(0, b"whole")
    # At once, before anything of it ran: both may have been due in one turn of the event loop.
    assert not other.is_due
    await keeping
    assert other.is_due
    assert not one.is_due


async def test_turn_is_given_back_when_the_snapshot_could_not_be_kept(board, full_disk):
    turn = Turn()
    one, other = (grown(snapshots_of(board, turn), AFTER_BYTES + 1) for _ in range(2))
    with full_disk():
        await one.take(0, random.Random(1).randbytes(1024 * 1024))
    assert board.store.read(lambda tx: snapshots.latest(tx, board.session.key)) is None
    assert other.is_due


async def test_small_log_waits_until_the_board_rests(board):
    one = grown(snapshots_of(board, Turn()), AT_REST_BYTES + 1)
    assert not one.is_due
    assert one.is_due_at_rest
