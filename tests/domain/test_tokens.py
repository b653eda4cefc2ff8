import pytest

from solosync import crypto
from solosync.domain import accounts, tokens
from solosync.errors import Unauthenticated
from solosync.events import DeviceRevoked
from solosync.store import devices
from tests.make import make_user


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def user(store, clock):
    return make_user(store, "ann@example.org")


@pytest.fixture
def sign_in(store, keys, user):
    return lambda: tokens.issue(
        store, keys, user, name="Laptop", kind="api", address="10.0.0.1", way="password"
    )


@pytest.fixture
def exchange(store, keys):
    return lambda refresh: tokens.refresh(store, keys, refresh, address="10.0.0.2")


@pytest.fixture
def revoked(store):
    events: list[object] = []
    store.bus.subscribe(DeviceRevoked, events.append)
    return events


def test_every_sign_in_is_a_device(store, user, sign_in):
    first, second = sign_in(), sign_in()
    assert first.actor.device_id != second.actor.device_id
    assert len(store.read(lambda tx: devices.list_for_user(tx, user.user_id))) == 2


def reset(store, user):
    accounts.set_password(store, email=user.email, password="another one")


def throw_out(store, user):
    accounts.deactivate(store, email=user.email)


@pytest.mark.parametrize("change", [reset, throw_out])
def test_who_was_thrown_out_while_signing_in_stays_out(store, user, sign_in, change):
    """The password they came with was right when they came."""
    change(store, user)
    with pytest.raises(Unauthenticated):
        sign_in()
    assert store.read(lambda tx: devices.list_for_user(tx, user.user_id)) == []
    actions = store.read(lambda tx: tx.all("SELECT action FROM audit"))
    assert ("sign_in.password",) not in actions


def test_access_token_tells_who_it_is(store, keys, user, sign_in):
    actor = tokens.verify(store, keys, sign_in().tokens.access)
    assert actor.user_id == user.user_id
    assert actor.display_name == user.display_name
    assert not actor.is_staff


def test_access_token_lives_fifteen_minutes(store, keys, clock, sign_in):
    access = sign_in().tokens.access
    clock.advance(minutes=14, seconds=59)
    assert tokens.verify(store, keys, access)
    clock.advance(seconds=2)
    with pytest.raises(Unauthenticated):
        tokens.verify(store, keys, access)


def test_refresh_token_is_exchanged_for_a_new_pair_of_the_same_device(
    store, keys, sign_in, exchange
):
    first = sign_in()
    second = exchange(first.tokens.refresh)
    assert second.actor == first.actor
    assert second.tokens.refresh != first.tokens.refresh
    assert tokens.verify(store, keys, second.tokens.access) == first.actor
    device = store.read(lambda tx: devices.find(tx, first.actor.device_id))
    assert device.address == "10.0.0.2"


def test_refresh_token_lives_thirty_days(clock, sign_in, exchange):
    first, second = sign_in(), sign_in()
    clock.advance(days=29, hours=23)
    assert exchange(first.tokens.refresh)
    clock.advance(hours=2)
    with pytest.raises(Unauthenticated):
        exchange(second.tokens.refresh)


def test_racing_tabs_both_get_a_token_of_the_family(clock, sign_in, exchange, revoked):
    first = sign_in()
    second = exchange(first.tokens.refresh)
    clock.advance(seconds=30)
    third = exchange(first.tokens.refresh)
    assert third.actor == second.actor
    assert exchange(second.tokens.refresh)
    assert exchange(third.tokens.refresh)
    assert revoked == []


def test_used_token_that_comes_back_later_ends_the_whole_family(
    store, keys, clock, sign_in, exchange, revoked
):
    first, bystander = sign_in(), sign_in()
    second = exchange(first.tokens.refresh)
    clock.advance(seconds=31)
    with pytest.raises(Unauthenticated):
        exchange(first.tokens.refresh)
    assert revoked == [DeviceRevoked(first.actor.device_id)]
    with pytest.raises(Unauthenticated):
        exchange(second.tokens.refresh)
    with pytest.raises(Unauthenticated):
        tokens.verify(store, keys, second.tokens.access)
    assert tokens.verify(store, keys, bystander.tokens.access)


def test_check_leaves_the_refresh_token_as_it_is(store, keys, sign_in, exchange):
    first = sign_in()
    assert tokens.check_refresh(store, keys, first.tokens.refresh) == first.actor
    assert exchange(first.tokens.refresh)


def test_check_of_a_used_token_ends_the_whole_family_too(
    store, keys, clock, sign_in, exchange, revoked
):
    first = sign_in()
    second = exchange(first.tokens.refresh)
    clock.advance(seconds=30)
    assert tokens.check_refresh(store, keys, first.tokens.refresh)
    clock.advance(seconds=1)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            tokens.check_refresh(store, keys, first.tokens.refresh)
    assert revoked == [DeviceRevoked(first.actor.device_id)]
    with pytest.raises(Unauthenticated):
        exchange(second.tokens.refresh)
    told = store.read(lambda tx: tx.all("SELECT action FROM audit WHERE outcome = 'refused'"))
    assert told == [("sign_in.refresh_reused",)]


def test_check_refuses_what_it_does_not_know(store, keys, sign_in, revoked):
    sign_in()
    with pytest.raises(Unauthenticated):
        tokens.check_refresh(store, keys, "unknown")
    assert revoked == []


def test_signed_out_device_is_out_at_once(store, keys, sign_in, exchange, revoked):
    signed_in = sign_in()
    tokens.sign_out(store, signed_in.actor)
    tokens.sign_out(store, signed_in.actor)
    assert revoked == [DeviceRevoked(signed_in.actor.device_id)]
    with pytest.raises(Unauthenticated):
        tokens.verify(store, keys, signed_in.tokens.access)
    with pytest.raises(Unauthenticated):
        exchange(signed_in.tokens.refresh)


def test_deactivated_person_is_out_at_once(store, keys, sign_in, exchange):
    signed_in = sign_in()
    accounts.deactivate(store, email="ann@example.org")
    with pytest.raises(Unauthenticated):
        tokens.verify(store, keys, signed_in.tokens.access)
    with pytest.raises(Unauthenticated):
        exchange(signed_in.tokens.refresh)


def test_refresh_token_is_no_access_token_nor_the_other_way(store, keys, sign_in, exchange):
    pair = sign_in().tokens
    with pytest.raises(Unauthenticated):
        tokens.verify(store, keys, pair.refresh)
    with pytest.raises(Unauthenticated):
        exchange(pair.access)


def test_tokens_outlive_a_restart(store, data_dir, sign_in):
    access = sign_in().tokens.access
    assert tokens.verify(store, crypto.load_keys(data_dir), access)


def test_no_secret_is_stored(store, data_dir, sign_in, exchange):
    pair = exchange(sign_in().tokens.refresh).tokens
    store.close()
    stored = b"".join(file.read_bytes() for file in data_dir.iterdir())
    assert pair.refresh.encode() not in stored
    assert pair.access.encode() not in stored
