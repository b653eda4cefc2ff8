import pytest

from solosync.store import bases
from solosync.store.bases import KEPT_PER_DEVICE
from solosync.store.packing import pack
from tests.make import make_session, make_user


@pytest.fixture
def session(store):
    return make_session(store, make_user(store))


def put(store, session, *, device="d", rev=None, state=None, at=1):
    packed = None if state is None else pack(state)
    store.write(
        lambda tx: bases.put(tx, session.key, device, rev=rev, packed=packed, created_at=at)
    )


def held(store, session, device="d"):
    found = store.read(lambda tx: bases.list_for(tx, session.key, device))
    return [base.state if base.rev is None else base.rev for base in found]


def test_newest_comes_first_and_states_come_back_plain(store, session):
    put(store, session, rev=1)
    put(store, session, state=b'{"pages": []}')
    put(store, session, rev=2)
    assert held(store, session) == [2, b'{"pages": []}', 1]


def test_devices_and_boards_have_bases_of_their_own(store, session):
    other = make_session(store, make_user(store))
    put(store, session, rev=1)
    put(store, session, device="e", rev=2)
    put(store, other, rev=3)
    assert held(store, session) == [1]
    assert held(store, session, "e") == [2]
    assert held(store, other) == [3]
    assert held(store, other, "e") == []


@pytest.mark.parametrize("what", [{"rev": 1}, {"state": b"{}"}])
def test_same_again_is_one_but_its_time_is_renewed(store, session, what):
    put(store, session, at=1, **what)
    put(store, session, at=9, **what)
    (base,) = store.read(lambda tx: bases.list_for(tx, session.key, "d"))
    assert base.created_at == 9


def test_same_after_another_is_new(store, session):
    for rev in (1, 2, 1):
        put(store, session, rev=rev)
    assert held(store, session) == [1, 2, 1]


def test_oldest_goes_when_there_are_too_many(store, session):
    put(store, session, device="e", rev=99)
    for rev in range(KEPT_PER_DEVICE + 3):
        put(store, session, rev=rev)
    assert held(store, session) == list(range(KEPT_PER_DEVICE + 2, 2, -1))
    assert held(store, session, "e") == [99]


def test_revs_that_any_device_holds_are_listed(store, session):
    other = make_session(store, make_user(store))
    put(store, session, rev=1)
    put(store, session, state=b"{}")
    put(store, session, device="e", rev=1)
    put(store, session, device="e", rev=7)
    put(store, other, rev=3)
    assert store.read(lambda tx: bases.list_revs(tx, session.key)) == {1, 7}


def test_those_not_confirmed_for_long_are_dropped(store, session):
    put(store, session, rev=1, at=10)
    put(store, session, rev=2, at=30)
    assert store.write(lambda tx: bases.drop_older(tx, 20)) == 1
    assert held(store, session) == [2]


def test_put_tells_by_which_id_it_can_be_removed(store, session):
    def put_three(tx):
        return [
            bases.put(tx, session.key, "d", rev=rev, packed=None, created_at=1) for rev in (1, 2, 2)
        ]

    first, second, again = store.write(put_three)
    assert second == again
    store.write(lambda tx: bases.remove(tx, [first]))
    assert held(store, session) == [2]
    store.write(lambda tx: bases.remove(tx, []))
    assert held(store, session) == [2]
