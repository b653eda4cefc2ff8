import pytest

from solosync.errors import Damaged
from solosync.records.snapshots import Snapshot
from solosync.store import snapshots
from solosync.store.packing import pack, unpack
from tests.make import make_session, make_user


@pytest.fixture
def session(store):
    return make_session(store, make_user(store))


def put(store, session, rev, data, *, seq=1):
    packed = pack(data)
    store.write(
        lambda tx: snapshots.put(tx, session.key, rev=rev, seq=seq, packed=packed, created_at=1)
    )


def latest(store, session, rev=None):
    return store.read(lambda tx: snapshots.latest(tx, session.key, rev))


def test_latest_at_or_before_a_rev_is_found(store, session):
    for rev in (0, 10, 20):
        put(store, session, rev, f"at {rev}".encode(), seq=rev + 5)
    assert latest(store, session) == Snapshot(20, 25, b"at 20")
    assert latest(store, session, 20) == Snapshot(20, 25, b"at 20")
    assert latest(store, session, 19) == Snapshot(10, 15, b"at 10")
    assert latest(store, session, 0) == Snapshot(0, 5, b"at 0")


def test_board_without_one_has_none(store, session):
    other = make_session(store, make_user(store))
    put(store, other, 5, b"theirs")
    assert latest(store, session) is None
    put(store, session, 5, b"mine")
    assert latest(store, session, 4) is None


def test_same_rev_again_replaces_it(store, session):
    put(store, session, 1, b"one", seq=1)
    put(store, session, 1, b"two", seq=2)
    assert latest(store, session) == Snapshot(1, 2, b"two")


def test_range_is_deleted_with_both_its_ends(store, session):
    for rev in range(6):
        put(store, session, rev, b"x")
    assert store.write(lambda tx: snapshots.delete_between(tx, session.key, 1, 4)) == 4
    assert store.read(lambda tx: snapshots.list_revs(tx, session.key)) == [0, 5]


def test_packing_is_smaller_and_exact():
    data = b'{"x": 1.25, "y": 2.5}' * 1000
    assert len(pack(data)) < len(data) / 20
    assert unpack(pack(data)) == data
    assert unpack(pack(b"")) == b""


@pytest.mark.parametrize("place", [0, 2, 9, -5, -1])
def test_any_flipped_bit_is_damage_and_never_other_data(place):
    packed = bytearray(pack(bytes(range(256)) * 8))
    packed[place] ^= 0x10
    with pytest.raises(Damaged):
        unpack(bytes(packed))


def test_cut_or_lengthened_frames_are_damage():
    packed = pack(b"some data" * 100)
    for broken in (packed[:-1], packed[:10], b"", packed + b"\x00"):
        with pytest.raises(Damaged):
            unpack(broken)


def test_damaged_snapshot_is_told_and_left_as_it_is(store, session):
    put(store, session, 1, b"some data" * 100)
    store.write(lambda tx: tx.execute("UPDATE snapshots SET data = substr(data, 1, 20)").rowcount)
    with pytest.raises(Damaged):
        latest(store, session)
    assert store.read(lambda tx: tx.one("SELECT length(data) FROM snapshots")) == (20,)
