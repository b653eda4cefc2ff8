import pytest
from msgspec.structs import replace

from solosync import clock
from solosync.records.api_keys import ApiKey
from solosync.store import access, api_keys, devices, sessions, users
from solosync.store.access import Standing
from tests.make import (
    as_actor,
    make_device,
    make_member,
    make_organization,
    make_session,
    make_user,
)


@pytest.fixture
def ann(store):
    return make_user(store)


@pytest.fixture
def bob(store):
    return make_user(store)


@pytest.fixture
def laptop(store, bob):
    return make_device(store, bob)


@pytest.fixture
def team(store, ann):
    return make_organization(store, ann)


@pytest.fixture
def session(store, ann, team):
    return make_session(store, ann, organization_id=team.organization_id)


def standing(store, user, device, session):
    actor = replace(as_actor(user), device_id=device.device_id)
    return store.read(lambda tx: access.find(tx, actor, session.key, clock.now_ms()))


@pytest.mark.parametrize("role", ["admin", "member", "billing"])
def test_member_stands_as_their_role_in_the_boards_organization(
    store, bob, laptop, team, session, role
):
    make_member(store, team, bob, role)
    assert standing(store, bob, laptop, session) == Standing(True, role, False)


def test_stranger_has_no_role_whatever_they_are_elsewhere(store, bob, laptop, session):
    assert standing(store, bob, laptop, session) == Standing(True, None, False)


def test_trashed_board_is_told_from_a_purged_one(store, bob, laptop, session):
    store.write(lambda tx: sessions.trash(tx, session.key, 1))
    assert standing(store, bob, laptop, session).is_trashed
    store.write(lambda tx: sessions.purge_trashed(tx, 2))
    assert standing(store, bob, laptop, session) is None


def test_revoked_device_is_signed_out(store, bob, laptop, session):
    phone = make_device(store, bob)
    store.write(lambda tx: devices.revoke(tx, laptop.device_id, 1))
    assert not standing(store, bob, laptop, session).is_signed_in
    assert standing(store, bob, phone, session).is_signed_in


def test_deactivated_person_is_signed_out(store, bob, laptop, session):
    store.write(lambda tx: users.set_active(tx, bob.user_id, False))
    assert not standing(store, bob, laptop, session).is_signed_in


def test_device_of_another_person_is_no_sign_in(store, ann, laptop, session):
    assert not standing(store, ann, laptop, session).is_signed_in


# API keys


def key_standing(store, actor, session, now=0):
    return store.read(lambda tx: access.find(tx, actor, session.key, now)).is_signed_in


@pytest.fixture
def key(store, bob, team):
    """Of Bob's, for the team, good until 100; and how it acts."""
    make_member(store, team, bob, "member")
    device = replace(make_device(store, bob), device_id="key", kind="key")
    made = ApiKey(
        key_id="key",
        organization_id=team.organization_id,
        created_by=bob.user_id,
        name="",
        prefix="sk_live_a",
        scopes=(),
        created_at=0,
        expires_at=100,
        last_used_at=None,
        last_used_address=None,
        revoked_at=None,
    )

    def insert(tx):
        devices.insert(tx, device)
        api_keys.insert(tx, made, b"hash")

    store.write(insert)
    return replace(as_actor(bob, team), device_id="key", key_prefix="sk_live_a")


def test_key_is_signed_in_until_it_runs_out_or_is_revoked(store, key, session):
    assert key_standing(store, key, session, 99)
    assert not key_standing(store, key, session, 100)
    store.write(lambda tx: devices.revoke(tx, "key", 1))
    assert not key_standing(store, key, session, 99)


def test_key_that_another_took_the_place_of_is_signed_out(store, key, session):
    store.write(lambda tx: api_keys.replace_secret(tx, "key", "sk_live_b", b"other"))
    assert not key_standing(store, key, session)
    assert key_standing(store, replace(key, key_prefix="sk_live_b"), session)


def test_key_is_signed_in_for_boards_of_its_organization_only(store, bob, key):
    own = make_session(store, bob)
    assert not key_standing(store, key, own)
