import pytest

from solosync.domain import accounts, api_keys
from tests.asserts import assert_problem
from tests.make import make_organization

ME = "/api/v1/me"
MEMBERS = {
    "id", "email", "username", "full_name", "first_name", "last_name", "is_staff", "date_joined",
    "last_login", "organizations", "avatar_url",
}  # fmt: skip


def test_me_is_told_who_they_are(ann, store):
    team = make_organization(store, ann.user, name="Team")
    me = ann.get(ME).json()
    assert me.keys() == MEMBERS
    assert me["id"] == ann.user.user_id
    assert me["email"] == ann.user.email
    assert me["is_staff"] is False
    assert [organization["role"] for organization in me["organizations"]] == ["admin", "admin"]
    assert me["organizations"][1] == {
        "id": team.organization_id,
        "name": "Team",
        "role": "admin",
    }
    assert "password" not in str(me)


def test_slash_at_the_end_makes_no_difference(ann):
    assert ann.get(f"{ME}/").json() == ann.get(ME).json()


def test_own_fields_can_be_changed_and_others_not(ann, store):
    changes = {
        "full_name": "Ann B. Example",
        "username": "ann",
        "avatar_url": "https://example.org/ann.png",
        "is_staff": True,
        "email": "root@example.org",
        "id": "1",
    }
    response = ann.patch(ME, json=changes)
    assert response.status_code == 200
    me = response.json()
    assert (me["full_name"], me["username"]) == ("Ann B. Example", "ann")
    assert me["avatar_url"] == "https://example.org/ann.png"
    assert me["is_staff"] is False
    assert me["email"] == ann.user.email
    assert me["id"] == ann.user.user_id
    assert ann.get(ME).json() == me
    assert not accounts.get_person(store, ann.user.user_id).user.is_staff


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": None},
        {"full_name": 1},
        {"username": "u" * 256},
        {"avatar_url": "javascript:alert(1)"},
        {"avatar_url": "data:text/html,x"},
        [],
    ],
    ids=str,
)
def test_unusable_change_is_refused(ann, changes):
    before = ann.get(ME).json()
    assert_problem(ann.patch(ME, json=changes), 400)
    assert ann.get(ME).json() == before


def test_taken_username_is_refused(ann, bob):
    ann.patch(ME, json={"username": "star"})
    assert_problem(bob.patch(ME, json={"username": "STAR"}), 409, code="taken", field="username")
    assert bob.get(ME).json()["username"] == ""


def test_key_is_told_of_its_organization_alone(ann, store, keys):
    team = make_organization(store, ann.user, name="Team")
    made = api_keys.create(
        store,
        keys,
        ann.actor,
        name="Robot",
        scopes=["me:read"],
        organization_id=team.organization_id,
    )
    bearer = {"Authorization": f"Bearer {made.secret}"}
    me = ann.client.get(ME, headers=bearer).json()
    assert me["id"] == ann.user.user_id
    assert [organization["name"] for organization in me["organizations"]] == ["Team"]
    refused = ann.client.patch(ME, headers=bearer, json={"full_name": "Robot"})
    assert_problem(refused, 403, code="key_not_admitted")


def test_change_is_written_down_without_what_was_written(ann, store):
    ann.patch(ME, json={"full_name": "Ann B.", "username": "annb"})
    row = store.read(
        lambda tx: tx.one(
            "SELECT actor_id, target, parameters FROM audit WHERE action = 'account.profile'"
        )
    )
    assert row == (ann.user.user_id, ann.user.user_id, '{"fields":"username, full_name"}')
