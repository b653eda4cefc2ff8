"""What holds however many do it at once, and what the rest of the program is told."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from solosync import crypto
from solosync.domain import invitations, members, organizations
from solosync.errors import Conflict, Gone, SolosyncError
from solosync.events import MembershipChanged
from solosync.store import organizations as rows
from tests.make import make_actor, make_member, make_user

AT_ONCE = 8


@pytest.fixture
def ann(store):
    return make_actor(store, make_user(store, full_name="Ann"))


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def team(store, ann):
    return organizations.create_organization(store, ann, "Team").organization.organization_id


@pytest.fixture
def heard(store):
    heard = []
    store.bus.subscribe(MembershipChanged, lambda event: heard.append(event.user_id))
    return heard


def join(store, team, role):
    organization = store.read(lambda tx: rows.find(tx, team))
    user = make_user(store)
    make_member(store, organization, user, role)
    return make_actor(store, user)


def outcomes(tries):
    """What each of several tries at once came to: its error's type, or None."""

    def attempt(one):
        try:
            one()
        except SolosyncError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(attempt, tries))


def invite(store, keys, actor, team, email="eve@example.org"):
    return invitations.invite(
        store, keys, actor, team, email=email, role="member", link=lambda token: token
    )


def test_link_is_used_once_however_many_use_it_at_once(store, keys, ann, team):
    token = invite(store, keys, ann, team).token
    people = [make_actor(store) for _ in range(AT_ONCE)]
    found = outcomes(
        [lambda actor=actor: invitations.accept(store, keys, actor, token) for actor in people]
    )
    assert sorted(map(str, found)) == sorted(map(str, [None] + [Gone] * (AT_ONCE - 1)))
    assert len(store.read(lambda tx: rows.list_members(tx, team))) == 2


def test_admins_who_all_leave_at_once_leave_one(store, ann, team):
    admins = [join(store, team, "admin") for _ in range(AT_ONCE)]
    found = outcomes(
        [
            lambda actor=actor: members.remove(store, actor, team, actor.user_id)
            for actor in [*admins, ann]
        ]
    )
    assert found == [None] * AT_ONCE + [Conflict]
    assert [row.user_id for row in store.read(lambda tx: rows.list_members(tx, team))] == [
        ann.user_id
    ]


def test_every_change_of_who_belongs_is_announced(store, keys, ann, team, heard):
    bob = make_actor(store)
    invitations.accept(store, keys, bob, invite(store, keys, ann, team).token)
    members.change_role(store, ann, team, bob.user_id, "billing")
    members.change_role(store, ann, team, bob.user_id, "billing")
    members.remove(store, bob, team, bob.user_id)
    organizations.delete_organization(store, ann, team)
    assert heard == [bob.user_id, bob.user_id, bob.user_id, ann.user_id]


def test_what_is_refused_is_not_announced(store, ann, team, heard):
    bob = join(store, team, "member")
    found = outcomes(
        [
            lambda: members.change_role(store, bob, team, bob.user_id, "admin"),
            lambda: members.remove(store, bob, team, ann.user_id),
            lambda: members.remove(store, ann, team, ann.user_id),
            lambda: members.remove(store, make_actor(store), team, bob.user_id),
        ]
    )
    assert [error.__name__ for error in found] == ["Forbidden", "Forbidden", "Conflict", "NotFound"]
    assert heard == []
