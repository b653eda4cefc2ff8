import sqlite3

import pytest

from solosync.store import organizations
from tests.make import make_member, make_organization, make_user


@pytest.fixture
def ann(store):
    return make_user(store, full_name="Ann Example")


@pytest.fixture
def bob(store):
    return make_user(store, full_name="Bob Other")


def listed(store, user):
    found = store.read(lambda tx: organizations.list_for_user(tx, user.user_id))
    return [(organization.name, role) for organization, role in found]


def role(store, organization, user):
    return store.read(
        lambda tx: organizations.find_role(tx, organization.organization_id, user.user_id)
    )


def test_personal_one_is_found_among_others(store, ann, bob):
    make_organization(store, ann)
    personal = store.read(lambda tx: organizations.find_personal(tx, ann.user_id))
    assert (personal.owner_id, personal.is_personal) == (ann.user_id, True)
    assert store.read(lambda tx: organizations.find_personal(tx, "nobody")) is None


def test_organization_is_found_as_it_was_made(store, ann):
    team = make_organization(store, ann)
    assert store.read(lambda tx: organizations.find(tx, team.organization_id)) == team
    assert store.read(lambda tx: organizations.find(tx, "none")) is None


def test_list_has_ones_own_first_then_by_name_with_ones_role(store, ann, bob):
    make_member(store, make_organization(store, bob, name="Zoo"), ann, "billing")
    make_member(store, make_organization(store, bob, name="Art"), ann, "member")
    make_organization(store, bob, name="Not Ann's")
    assert listed(store, ann) == [("Ann Example", "admin"), ("Art", "member"), ("Zoo", "billing")]


def test_member_who_is_put_again_has_the_new_role_only(store, ann, bob):
    team = make_organization(store, ann)
    make_member(store, team, bob, "member")
    make_member(store, team, bob, "billing")
    assert role(store, team, bob) == "billing"
    members = store.read(lambda tx: organizations.list_members(tx, team.organization_id))
    assert {(member.user_id, member.role) for member in members} == {
        (ann.user_id, "admin"),
        (bob.user_id, "billing"),
    }


def test_removed_member_has_no_role(store, ann, bob):
    team, other = make_organization(store, ann), make_organization(store, ann)
    make_member(store, team, bob, "member")
    make_member(store, other, bob, "member")

    def remove(tx):
        return organizations.remove_member(tx, team.organization_id, bob.user_id)

    assert store.write(remove) is True
    assert store.write(remove) is False
    assert role(store, team, bob) is None
    assert role(store, team, ann) == "admin"
    assert role(store, other, bob) == "member"


@pytest.mark.parametrize("wrong", ["owner", "", "ADMIN"])
def test_unknown_role_is_refused_by_the_database(store, ann, wrong):
    team = make_organization(store, ann)
    with pytest.raises(sqlite3.IntegrityError):
        make_member(store, team, ann, wrong)
