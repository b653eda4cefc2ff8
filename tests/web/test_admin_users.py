import pytest

from solosync.domain import audit
from solosync.records.listing import Query, Sort
from tests.asserts import assert_problem
from tests.make import make_user

USERS = "/api/v1/admin/users/"


@pytest.fixture
def sam(sign_in):
    """One of the staff."""
    return sign_in(full_name="Sam Staff", is_staff=True)


@pytest.fixture
def told(store):
    """What the audit log holds, oldest first: action, who, to what."""

    def told(prefix):
        query = Query((Sort("seq"),), {"action": prefix}, 200)
        entries = audit.list_entries(store, query).items
        return [(entry.event.action, entry.event.actor_id, entry.event.target) for entry in entries]

    return told


def emails(response):
    return [user["email"] for user in response.json()["data"]]


def test_staff_see_everybody(sam, ann, store):
    make_user(store, "zoe@example.org", is_active=False, username="zoe")
    response = sam.get(USERS)
    assert response.status_code == 200
    assert response.json()["meta"] == {"next": None, "prev": None, "total": 3}
    found = {user["email"]: user for user in response.json()["data"]}
    zoe = found["zoe@example.org"]
    assert (zoe["username"], zoe["is_active"], zoe["is_staff"]) == ("zoe", False, False)
    assert zoe["is_verified"] is True
    assert zoe["last_login"] is None
    assert found[ann.user.email]["last_login"]
    assert "password" not in response.text


def test_people_are_found_by_what_they_are(sam, store):
    make_user(store, "zoe@example.org", is_active=False)
    make_user(store, "ZOLTAN@example.com")
    assert emails(sam.get(USERS, params={"filter[email]": "Zo"})) == [
        "zoe@example.org",
        "ZOLTAN@example.com",
    ]
    assert emails(sam.get(USERS, params={"filter[is_active]": "false"})) == ["zoe@example.org"]
    assert emails(sam.get(USERS, params={"filter[is_staff]": "true"})) == [sam.user.email]
    newest = sam.get(USERS, params={"sort": "-date_joined,email", "limit": 1})
    assert len(emails(newest)) == 1
    assert emails(sam.get(USERS, params={"filter[email]": "%"})) == []
    assert_problem(sam.get(USERS, params={"filter[password_hash]": "x"}), 400)


def test_deactivated_person_is_out_at_once_and_can_come_back(sam, ann, store, told):
    response = sam.patch(f"{USERS}{ann.user.user_id}/", json={"is_active": False})
    assert response.status_code == 200
    assert response.json()["is_active"] is False
    assert_problem(ann.get("/api/v1/me"), 401)
    refresh = {"refresh": ann.sign_in.tokens.refresh}
    assert_problem(ann.client.post("/api/auth/jwt/refresh/", json=refresh), 401)
    response = sam.patch(f"{USERS}{ann.user.user_id}/", json={"is_active": True})
    assert response.json()["is_active"] is True
    assert_problem(ann.get("/api/v1/me"), 401)  # but has to sign in again
    assert told("account.") == [
        ("account.deactivate", sam.user.user_id, ann.user.user_id),
        ("account.activate", sam.user.user_id, ann.user.user_id),
    ]


def test_who_is_made_staff_may_do_what_staff_may(sam, ann, told):
    assert_problem(ann.get(USERS), 403)
    assert sam.patch(f"{USERS}{ann.user.user_id}/", json={"is_staff": True}).json()["is_staff"]
    assert ann.get(USERS).status_code == 200
    sam.patch(f"{USERS}{ann.user.user_id}/", json={"is_staff": False})
    assert_problem(ann.get(USERS), 403)
    who = [("account.staff", sam.user.user_id, ann.user.user_id)] * 2
    assert told("account.") == who


def test_what_changes_nothing_is_not_told(sam, ann, told):
    body = {"is_active": True, "is_staff": False}
    assert sam.patch(f"{USERS}{ann.user.user_id}/", json=body).status_code == 200
    assert sam.patch(f"{USERS}{ann.user.user_id}/", json={}).status_code == 200
    assert told("account.") == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_nobody_turns_themselves_out(sam, sign_in, change, told):
    sign_in(is_staff=True)  # so that it isn't for being the last
    assert_problem(sam.patch(f"{USERS}{sam.user.user_id}/", json=change), 409)
    assert sam.get(USERS).status_code == 200
    assert told("account.") == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_the_last_of_the_staff_stays(sam, sign_in, store, change):
    """Also when two of them turn each other out at the same moment: the second one, let in by the
    guard as staff, comes too late."""
    from solosync.domain import users
    from solosync.errors import Conflict

    kim = sign_in(is_staff=True)
    users.change(store, kim.actor, sam.user.user_id, **change)
    with pytest.raises(Conflict):
        users.change(store, sam.actor, kim.user.user_id, **change)


def test_what_isnt_there_cant_be_changed(sam):
    for user_id in ("0b9f6c52-1d1f-4c0a-9a54-6a2f4a3f5b11", "x"):
        assert_problem(sam.patch(f"{USERS}{user_id}/", json={"is_staff": True}), 404)


def test_looking_is_told_too(sam, told, store):
    sam.get(USERS, params={"filter[email]": "zoe", "filter[is_staff]": "true"})
    assert told("admin.") == [("admin.users", sam.user.user_id, "")]
    query = Query((Sort("seq"),), {"action": "admin."}, 1)
    (entry,) = audit.list_entries(store, query).items
    assert entry.event.parameters == {"wanted": "email=zoe, is_staff=1"}


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "users/"),
        ("PATCH", "users/{id}/"),
        ("GET", "metrics/summary"),
        ("GET", "metrics/storage"),
        ("GET", "jobs/"),
        ("POST", "jobs/"),
        ("POST", "jobs/{id}/retry/"),
        ("GET", "features/"),
        ("GET", "features/exports/"),
        ("PUT", "features/exports/"),
        ("PATCH", "features/exports/"),
        ("DELETE", "features/exports/"),
        ("GET", "audit/"),
    ],
)
def test_only_staff_are_told_anything(client, ann, method, path, told):
    path = "/api/v1/admin/" + path.format(id=ann.user.user_id)
    assert_problem(client.request(method, path), 401)
    assert_problem(ann.request(method, path, json={}), 403)
    assert told("admin.") == told("account.") == told("feature.") == []
