import pytest
from msgspec.structs import replace

from solosync import clock
from solosync.store import access, devices, sessions, users
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
