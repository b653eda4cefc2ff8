import pytest

from solosync.domain import api_keys
from solosync.store import organizations, users
from tests.asserts import assert_problem
from tests.make import make_member, make_organization
from tests.web.conftest import BOARDS

ORGANIZATIONS = "/api/v1/organizations/"
ITEM = {"id", "name", "owner", "is_personal", "role", "created_at"}


@pytest.fixture
def team(ann, bob, store):
    """Ann's, with Bob as a member."""
    team = make_organization(store, ann.user)
    make_member(store, team, bob.user, "member")
    return f"{ORGANIZATIONS}{team.organization_id}/"


def names(response):
    assert response.status_code == 200, response.text
    return [organization["name"] for organization in response.json()["data"]]


def member(path, person):
    return f"{path}members/{person.user.user_id}/"


def roles(person, path):
    return {item["email"]: item["role"] for item in person.get(f"{path}members/").json()["data"]}


# -- making and listing ------------------------------------------------------------------------


def test_whoever_makes_one_owns_it_and_administers_it(ann):
    response = ann.post(ORGANIZATIONS, json={"name": " Studio "})
    assert response.status_code == 201
    made = response.json()
    assert made.keys() == ITEM
    assert (made["name"], made["role"], made["is_personal"]) == ("Studio", "admin", False)
    assert made["owner"] == ann.user.user_id
    assert ann.get(f"{ORGANIZATIONS}{made['id']}/").json() == made
    assert roles(ann, f"{ORGANIZATIONS}{made['id']}/") == {ann.user.email: "admin"}


def test_one_sees_those_one_belongs_to_and_no_others(ann, bob, team):
    ann.post(ORGANIZATIONS, json={"name": "Ann's alone"})
    assert names(bob.get(ORGANIZATIONS)) == ["Bob Example", "Team"]
    assert names(ann.get(ORGANIZATIONS)) == ["Ann Example", "Ann's alone", "Team"]


def test_list_is_sorted_filtered_and_paged(ann, bob, team):
    for name in "abc":
        ann.post(ORGANIZATIONS, json={"name": name})
    assert names(ann.get(f"{ORGANIZATIONS}?sort=-name"))[:3] == ["Team", "c", "b"]
    assert names(ann.get(f"{ORGANIZATIONS}?filter[personal]=true")) == ["Ann Example"]
    assert names(bob.get(f"{ORGANIZATIONS}?filter[role]=member")) == ["Team"]
    first = ann.get(f"{ORGANIZATIONS}?limit=2").json()
    assert first["meta"]["total"] == 5
    second = ann.get(f"{ORGANIZATIONS}?limit=2&cursor={first['meta']['next']}")
    assert names(second) == ["b", "c"]
    refused = assert_problem(ann.get(f"{ORGANIZATIONS}?sort=owner"), 400)
    assert "created_at" in refused["detail"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\u2028b", "a\0b", "n" * 256, 1, None])
def test_unusable_name_is_refused(ann, team, name):
    before = names(ann.get(ORGANIZATIONS))
    assert_problem(ann.post(ORGANIZATIONS, json={"name": name}), 400)
    assert_problem(ann.patch(team, json={"name": name}), 400)
    assert names(ann.get(ORGANIZATIONS)) == before


# -- changing ----------------------------------------------------------------------------------


def test_admins_rename_it_and_members_do_not(ann, bob, team):
    assert_problem(bob.patch(team, json={"name": "Bob's"}), 403)
    assert ann.patch(team, json={"name": "Atelier"}).json()["name"] == "Atelier"
    assert bob.get(team).json()["name"] == "Atelier"


def test_owner_hands_it_over_to_another_admin_only(ann, bob, sign_in, team):
    eve = sign_in()
    for nobody in (eve.user.user_id, "nobody"):
        assert_problem(ann.patch(team, json={"owner": nobody}), 404)
    assert_problem(ann.patch(team, json={"owner": bob.user.user_id}), 409)
    ann.patch(member(team, bob), json={"role": "admin"})
    assert_problem(bob.patch(team, json={"owner": bob.user.user_id}), 403)
    assert ann.patch(team, json={"owner": bob.user.user_id}).json()["owner"] == bob.user.user_id
    assert "owner" in bob.get("/api/v1/notifications/").json()["data"][0]["message"]
    assert ann.delete(member(team, ann)).status_code == 204


def test_any_admin_takes_over_from_an_owner_who_was_deactivated(ann, bob, store, team):
    ann.patch(member(team, bob), json={"role": "admin"})
    store.write(lambda tx: users.set_active(tx, ann.user.user_id, False))
    assert bob.patch(team, json={"owner": bob.user.user_id}).json()["owner"] == bob.user.user_id
    assert bob.delete(member(team, ann)).status_code == 204


def test_personal_one_stays_its_persons(ann, bob, store):
    own = store.read(lambda tx: organizations.find_personal(tx, ann.user.user_id))
    make_member(store, own, bob.user, "admin")
    path = f"{ORGANIZATIONS}{own.organization_id}/"
    assert_problem(ann.patch(path, json={"owner": bob.user.user_id}), 409)
    assert_problem(ann.delete(path), 409)
    assert_problem(ann.delete(member(path, ann)), 409)
    assert_problem(bob.delete(member(path, ann)), 409)
    assert_problem(bob.patch(member(path, ann), json={"role": "member"}), 409)
    assert roles(ann, path)[ann.user.email] == "admin"


# -- deleting ----------------------------------------------------------------------------------


def test_only_its_owner_deletes_it(ann, bob, team):
    assert_problem(bob.delete(team), 403)
    ann.patch(member(team, bob), json={"role": "admin"})
    assert_problem(bob.delete(team), 403)
    assert ann.delete(team).status_code == 204
    for person in (ann, bob):
        assert_problem(person.get(team), 404)
        assert names(person.get(ORGANIZATIONS)) == [person.user.full_name]


def test_one_with_boards_is_not_deleted_and_says_what_to_do(ann, team):
    organization_id = ann.get(team).json()["id"]
    board = ann.make_board(organization_id=organization_id)
    assert "Delete them first" in assert_problem(ann.delete(team), 409, boards=1)["detail"]
    ann.delete(f"{BOARDS}{board['id']}/")
    refused = assert_problem(ann.delete(team), 409, boards_in_trash=1)
    assert "trash" in refused["detail"]
    assert ann.get(team).status_code == 200


def test_its_keys_end_with_it(ann, store, keys, team):
    organization_id = ann.get(team).json()["id"]
    made = api_keys.create(
        store,
        keys,
        ann.actor,
        name="Robot",
        scopes=["organizations:read"],
        organization_id=organization_id,
    )
    bearer = {"Authorization": f"Bearer {made.secret}"}
    assert ann.client.get(team, headers=bearer).status_code == 200
    ann.delete(team)
    assert_problem(ann.client.get(team, headers=bearer), 401)


# -- members -----------------------------------------------------------------------------------


def test_members_see_each_other(ann, bob, team):
    listed = bob.get(f"{team}members/").json()["data"]
    assert {
        "user_id": ann.user.user_id,
        "display_name": "Ann Example",
        "email": ann.user.email,
        "role": "admin",
    } in listed
    assert len(listed) == 2
    assert bob.get(f"{team}members/?filter[role]=admin").json()["meta"]["total"] == 1
    by_email = bob.get(f"{team}members/?filter[email]={ann.user.email.upper()}").json()
    assert [item["email"] for item in by_email["data"]] == [ann.user.email]


def test_admin_changes_a_role_and_the_person_is_told(ann, bob, team):
    changed = ann.patch(member(team, bob), json={"role": "billing"})
    assert changed.json()["role"] == "billing"
    told = bob.get("/api/v1/notifications/").json()["data"]
    assert [(item["type"], item["message"]) for item in told] == [
        ("member.changed", "Your role in Team is now billing.")
    ]
    ann.patch(member(team, bob), json={"role": "billing"})
    assert bob.get("/api/v1/notifications/").json()["meta"]["total"] == 1


@pytest.mark.parametrize("role", ["owner", "", None, 1])
def test_unknown_role_is_refused(ann, bob, team, role):
    assert_problem(ann.patch(member(team, bob), json={"role": role}), 400)
    assert roles(ann, team)[bob.user.email] == "member"


@pytest.mark.parametrize("role", ["member", "billing"])
def test_others_change_and_remove_nobody(ann, bob, store, sign_in, team, role):
    organization_id = ann.get(team).json()["id"]
    eve = sign_in(full_name="Eve")
    make_member(
        store,
        store.read(lambda tx: organizations.find(tx, organization_id)),
        eve.user,
        role,
    )
    before = roles(ann, team)
    for person in (ann, bob, eve):
        assert_problem(eve.patch(member(team, person), json={"role": "admin"}), 403)
    for person in (ann, bob):
        assert_problem(eve.delete(member(team, person)), 403)
    assert roles(ann, team) == before


def test_who_is_removed_sees_nothing_of_it_at_once(ann, bob, team):
    organization_id = ann.get(team).json()["id"]
    board = ann.make_board(organization_id=organization_id)
    assert bob.get(f"{BOARDS}{board['id']}/").status_code == 200
    assert ann.delete(member(team, bob)).status_code == 204
    assert_problem(bob.get(team), 404)
    assert_problem(bob.get(f"{BOARDS}{board['id']}/"), 404)
    assert bob.get(BOARDS).json()["count"] == 0
    assert bob.get("/api/v1/notifications/").json()["data"][0]["type"] == "member.removed"
    assert_problem(ann.delete(member(team, bob)), 404)


def test_everybody_may_leave(bob, ann, team):
    assert bob.delete(member(team, bob)).status_code == 204
    assert_problem(bob.get(team), 404)
    assert roles(ann, team) == {ann.user.email: "admin"}


def test_last_admin_and_owner_stay(ann, bob, team):
    assert_problem(ann.delete(member(team, ann)), 409)
    assert_problem(ann.patch(member(team, ann), json={"role": "member"}), 409)
    ann.patch(member(team, bob), json={"role": "admin"})
    assert_problem(bob.delete(member(team, ann)), 409)
    assert_problem(ann.delete(member(team, ann)), 409)
    assert ann.patch(member(team, bob), json={"role": "member"}).status_code == 200


def test_last_admin_who_can_sign_in_stays(ann, bob, store, team):
    ann.patch(member(team, bob), json={"role": "admin"})
    store.write(lambda tx: users.set_active(tx, ann.user.user_id, False))
    assert_problem(bob.delete(member(team, bob)), 409)


def test_a_plain_member_may_always_leave(ann, bob, store, team):
    store.write(lambda tx: users.set_active(tx, ann.user.user_id, False))
    assert bob.delete(member(team, bob)).status_code == 204


def test_keys_of_who_left_stay_dead_when_they_come_back(ann, bob, store, keys, team):
    organization_id = ann.get(team).json()["id"]
    made = api_keys.create(
        store,
        keys,
        bob.actor,
        name="Robot",
        scopes=["organizations:read"],
        organization_id=organization_id,
    )
    bearer = {"Authorization": f"Bearer {made.secret}"}
    assert bob.client.get(team, headers=bearer).status_code == 200
    bob.delete(member(team, bob))
    organization = store.read(lambda tx: organizations.find(tx, organization_id))
    make_member(store, organization, bob.user, "member")
    assert_problem(bob.client.get(team, headers=bearer), 401)


# -- keys and the log --------------------------------------------------------------------------


def test_key_sees_its_own_organization_alone(ann, store, keys, team):
    organization_id = ann.get(team).json()["id"]
    made = api_keys.create(
        store,
        keys,
        ann.actor,
        name="Robot",
        scopes=["organizations:read", "organizations:write"],
        organization_id=organization_id,
    )
    other = ann.post(ORGANIZATIONS, json={"name": "Other"}).json()["id"]
    bearer = {"Authorization": f"Bearer {made.secret}"}
    assert names(ann.client.get(ORGANIZATIONS, headers=bearer)) == ["Team"]
    assert ann.client.patch(team, headers=bearer, json={"name": "T"}).status_code == 200
    for path in (f"{other}/", f"{other}/members/", f"{other}/invitations/"):
        assert_problem(ann.client.get(f"{ORGANIZATIONS}{path}", headers=bearer), 404)
    for method, path in (("POST", ORGANIZATIONS), ("DELETE", team)):
        refused = ann.client.request(method, path, headers=bearer, json={"name": "No"})
        assert_problem(refused, 403, code="key_not_admitted")


def test_changes_are_written_down_and_refused_ones_too(ann, bob, store, team):
    ann.patch(team, json={"name": "Atelier"})
    bob.patch(team, json={"name": "Mine"})
    ann.patch(member(team, bob), json={"role": "billing"})
    bob.delete(member(team, ann))
    bob.delete(member(team, bob))
    rows = store.read(
        lambda tx: tx.all("SELECT action, outcome, actor_id, target FROM audit ORDER BY seq")
    )
    team_id = team.split("/")[-2]
    ann_id, bob_id = ann.user.user_id, bob.user.user_id
    assert [row for row in rows if not row[0].startswith("sign_in")] == [
        ("organization.change", "done", ann_id, team_id),
        ("organization.change", "refused", bob_id, team_id),
        ("member.change", "done", ann_id, bob_id),
        ("member.remove", "refused", bob_id, ann_id),
        ("member.leave", "done", bob_id, bob_id),
    ]
