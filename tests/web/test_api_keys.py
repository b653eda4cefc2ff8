"""API keys: made, shown, rotated, ended, and what they act as."""

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from solosync.clock import iso, now_ms
from solosync.domain import accounts, api_keys, audit, credentials, members, tokens
from solosync.errors import Unauthenticated
from solosync.records.listing import Query, Sort
from solosync.records.scopes import FOR_STAFF, SCOPES
from solosync.store import organizations, users
from tests.asserts import assert_problem
from tests.make import make_member, make_organization
from tests.web.conftest import BOARDS

API_KEYS = "/api/v1/api-keys/"
ME = "/api/v1/me"
SHOWN = (
    "id",
    "key_prefix",
    "organization_id",
    "created_at",
    "name",
    "scopes",
    "expires_at",
    "last_used_at",
    "last_used_ip",
    "created_by",
)
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def make_key():
    """A new key of somebody's, as it was answered."""

    def make(person, *scopes, name="Backup", **fields):
        body = {"name": name, "scopes": list(scopes or ("sessions:read",)), **fields}
        response = person.post(API_KEYS, json=body)
        assert response.status_code == 201, response.text
        return response.json()

    return make


class Program:
    """Whatever acts by a key."""

    def __init__(self, client, made):
        self.client = client
        self.key = made["key"]

    def request(self, method, path, **settings):
        headers = {"X-API-Key": self.key}
        return self.client.request(method, path, headers=headers, **settings)


@pytest.fixture
def run(client):
    return lambda made: Program(client, made)


@pytest.fixture
def team(store, ann):
    return make_organization(store, ann.user)


def events(store):
    query = Query((Sort("seq"),), {}, 100)
    return [entry.event for entry in audit.list_entries(store, query).items]


# -- what is shown -----------------------------------------------------------------------------


def test_key_is_shown_once(ann, make_key, store, keys):
    made = make_key(ann, "sessions:write", "sessions:read", name=" Backup ")
    key = made.pop("key")
    assert key.startswith("sk_live_")
    assert len(key) > 40
    assert tuple(made) == SHOWN
    assert key.startswith(made["key_prefix"])
    assert len(key) - len(made["key_prefix"]) > 32
    assert made["name"] == "Backup"
    assert made["scopes"] == ["sessions:read", "sessions:write"]
    assert made["created_by"] == ann.user.user_id
    assert (made["expires_at"], made["last_used_at"], made["last_used_ip"]) == (None, None, None)
    path = f"{API_KEYS}{made['id']}/"
    answers = [ann.get(path), ann.patch(path, json={"name": "B"}), ann.get(API_KEYS)]
    answers.append(ann.get("/api/v1/devices/"))
    for answer in answers:
        assert answer.status_code == 200
        assert key not in answer.text
        assert keys.hash_token(credentials.KEY, key).hex() not in answer.text
    assert answers[0].json() == made
    assert answers[2].json()["data"] == [made | {"name": "B"}]


def test_only_a_hash_of_the_key_is_stored(ann, make_key, store, keys):
    made = make_key(ann)
    (row,) = store.read(lambda tx: tx.all("SELECT token_hash, prefix FROM api_keys"))
    assert row == (keys.hash_token(credentials.KEY, made["key"]), made["key_prefix"])
    told = store.read(lambda tx: tx.all("SELECT * FROM audit, notifications"))
    assert made["key"] not in str(told)


def test_when_and_from_where_a_key_was_used_is_told(ann, make_key, run, clock):
    made = make_key(ann)
    assert run(made).request("GET", BOARDS).status_code == 200
    shown = ann.get(f"{API_KEYS}{made['id']}/").json()
    assert shown["last_used_at"] == iso(now_ms())
    assert shown["last_used_ip"] == "testclient"


def test_keys_are_listed_newest_first_in_pages(clock, ann, sign_in, make_key):
    cid = sign_in()
    for name in "abc":
        make_key(cid, name=name)
        clock.advance(seconds=1)
    page = cid.get(API_KEYS, params={"limit": 2}).json()
    assert [key["name"] for key in page["data"]] == ["c", "b"]
    assert page["meta"]["total"] == 3
    page = cid.get(API_KEYS, params={"limit": 2, "cursor": page["meta"]["next"]}).json()
    assert [key["name"] for key in page["data"]] == ["a"]
    assert cid.get(API_KEYS, params={"sort": "last_used_at,-name"}).status_code == 200
    assert cid.get(API_KEYS, params={"filter[created_by]": ann.user.user_id}).json()["data"] == []
    assert_problem(cid.get(API_KEYS, params={"sort": "token_hash"}), 400)
    assert_problem(cid.get(API_KEYS, params={"filter[prefix]": "sk"}), 400)


SENSELESS: tuple[dict[str, object], ...] = (
    {"name": ""},
    {"name": "  "},
    {"name": "x" * 101},
    {"scopes": []},
    {"scopes": "sessions:read"},
    {"scopes": ["sessions:read", "sessions:delete"]},
    {"scopes": [7]},
    {"expires_at": "2020-01-01T00:00:00Z"},
    {"expires_at": "2999-01-01T00:00:00"},
    {"expires_at": "soon"},
    {"organization_id": 7},
)


def test_key_that_makes_no_sense_is_not_made(ann):
    for fields in SENSELESS:
        body = {"name": "K", "scopes": ["sessions:read"]} | fields
        assert_problem(ann.post(API_KEYS, json=body), 400)
    assert ann.get(API_KEYS).json()["data"] == []


def test_unknown_scope_is_answered_with_those_that_there_are(ann):
    response = ann.post(API_KEYS, json={"name": "K", "scopes": ["boards:read"]})
    for scope in SCOPES:
        assert scope in response.json()["detail"]


# -- what it acts as ---------------------------------------------------------------------------


def test_key_is_taken_in_either_header(ann, client, make_key):
    key = make_key(ann, "me:read")["key"]
    for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
        response = client.get(ME, headers=headers)
        assert response.status_code == 200
        assert response.json()["id"] == ann.user.user_id


def test_two_different_credentials_are_refused(ann, client, make_key):
    key = make_key(ann, "me:read")["key"]
    headers = {"X-API-Key": key, "Authorization": f"Bearer {ann.sign_in.tokens.access}"}
    assert_problem(client.get(ME, headers=headers), 400)
    headers["Authorization"] = f"Bearer {key}"
    assert client.get(ME, headers=headers).status_code == 200


def test_what_is_no_key_is_refused_even_beside_a_good_cookie(ann, client):
    for key in ("", "x", "sk_live_", "sk_live_" + "x" * 43, "dev_x", "sk_test_é"):
        headers = ann.cookies | {"X-API-Key": key.encode()}
        assert_problem(client.get(ME, headers=headers), 401)


def test_key_needs_no_origin_because_no_page_has_it_by_itself(ann, client, make_key):
    key = make_key(ann, "sessions:write")["key"]
    headers = {"X-API-Key": key, "Origin": "https://elsewhere.example"}
    assert client.post(BOARDS, json={}, headers=headers).status_code == 201


def test_board_made_by_a_key_belongs_to_its_organization_and_its_maker(ann, team, make_key, run):
    program = run(make_key(ann, *SCOPES[:5], organization_id=team.organization_id))
    board = program.request("POST", BOARDS, json={}).json()
    assert board["owner_id"] == ann.user.user_id
    copy = program.request("POST", f"{BOARDS}{board['id']}/duplicate/").json()
    listed = program.request("GET", BOARDS).json()
    assert {item["id"] for item in listed["results"]} == {board["id"], copy["id"]}
    named = {"organization_id": team.organization_id}
    assert program.request("POST", BOARDS, json=named).status_code == 201


def test_key_sees_nothing_outside_its_organization(ann, team, make_key, run):
    own = ann.make_board({"secret": "s3cret"})
    export = ann.post(f"{BOARDS}{own['id']}/export/", json={"format": "json"}).json()
    wanted = [scope for scope in SCOPES if scope not in FOR_STAFF]
    program = run(make_key(ann, *wanted, organization_id=team.organization_id))
    assert program.request("GET", BOARDS).json() == {"count": 0, "results": []}
    board = f"{BOARDS}{own['id']}/"
    for method, path in (
        ("GET", board),
        ("PATCH", board),
        ("DELETE", board),
        ("GET", f"{board}versions/"),
        ("GET", f"{board}exports/"),
        ("POST", f"{board}export/"),
        ("POST", f"{board}duplicate/"),
        ("POST", f"{board}thumbnail/"),
        ("GET", f"/api/v1/exports/{export['id']}/"),
        ("DELETE", f"/api/v1/exports/{export['id']}/"),
    ):
        response = program.request(method, path)
        assert response.status_code == 404, (method, path)
        assert "s3cret" not in response.text
    body = {"session_id": own["id"], "content_type": "image/png", "size_bytes": 9}
    assert program.request("POST", "/api/v1/solo/uploads/presign/", json=body).status_code == 404
    personal = ann.get(ME).json()["organizations"][0]["id"]
    body = {"organization_id": personal}
    assert program.request("POST", BOARDS, json=body).status_code == 404
    mine = program.request("GET", ME).json()["organizations"]
    assert [organization["id"] for organization in mine] == [team.organization_id]
    assert ann.get(board).json() == own


def test_key_holds_bases_of_its_own(ann, make_key, run):
    """What the key has read is what its next save is compared with, and not what its maker read."""
    board = ann.make_board({"a": 1, "b": 1})
    program = run(make_key(ann, "sessions:read", "sessions:write"))
    path = f"{BOARDS}{board['id']}/"
    assert program.request("GET", path).json()["state"] == {"a": 1, "b": 1}
    ann.patch(path, json={"state": {"a": 2, "b": 1}})
    merged = program.request("PATCH", path, json={"state": {"a": 1, "b": 2}}).json()
    assert merged["state"] == {"a": 2, "b": 2}


def test_key_makes_no_keys_and_pairs_no_devices(ann, store, make_key, run):
    store.write(lambda tx: users.set_staff(tx, ann.user.user_id, True))
    made = make_key(ann, *SCOPES)
    program = run(made)
    for method, path in (
        ("GET", API_KEYS),
        ("POST", API_KEYS),
        ("GET", f"{API_KEYS}{made['id']}/"),
        ("POST", f"{API_KEYS}{made['id']}/rotate/"),
        ("DELETE", f"{API_KEYS}{made['id']}/"),
        ("GET", "/api/v1/devices/"),
        ("POST", "/api/v1/devices/pair/"),
        ("DELETE", f"/api/v1/devices/{ann.actor.device_id}/"),
        ("PATCH", ME),
    ):
        response = program.request(method, path, json={} if method == "POST" else None)
        assert response.status_code == 403, (method, path)
    assert len(ann.get(API_KEYS).json()["data"]) == 1


# -- who has which -----------------------------------------------------------------------------


def test_admins_see_and_end_all_keys_of_their_organization_and_members_their_own(
    ann, bob, sign_in, store, team, make_key, run
):
    cid = sign_in()
    make_member(store, team, bob.user, "member")
    make_member(store, team, cid.user, "member")
    theirs = make_key(bob, name="bob's", organization_id=team.organization_id)
    make_key(bob, name="private")
    make_key(cid, name="cid's", organization_id=team.organization_id)
    assert {key["name"] for key in ann.get(API_KEYS).json()["data"]} == {"bob's", "cid's"}
    assert {key["name"] for key in bob.get(API_KEYS).json()["data"]} == {"bob's", "private"}
    path = f"{API_KEYS}{theirs['id']}/"
    missing = cid.get(f"{API_KEYS}{NOBODYS}/").json()
    for response in (
        cid.get(path),
        cid.patch(path, json={"name": "x"}),
        cid.post(f"{path}rotate/"),
        cid.delete(path),
    ):
        problem = assert_problem(response, 404, code="key.not_found")
        assert problem["detail"] == missing["detail"]
    assert ann.patch(path, json={"name": "old"}).json()["name"] == "old"
    assert run(theirs).request("GET", BOARDS).status_code == 200
    assert ann.delete(path).status_code == 204
    assert_problem(run(theirs).request("GET", BOARDS), 401)
    assert bob.get(path).status_code == 404


def test_nobody_but_its_maker_gets_another_secret_for_a_key(ann, bob, store, team, make_key, run):
    make_member(store, team, bob.user, "member")
    theirs = make_key(bob, organization_id=team.organization_id)
    response = ann.post(f"{API_KEYS}{theirs['id']}/rotate/")
    assert_problem(response, 403)
    assert "sk_live_" not in response.text
    assert run(theirs).request("GET", BOARDS).status_code == 200
    refused = [event for event in events(store) if event.outcome == "refused"]
    assert [(event.action, event.target) for event in refused] == [("key.rotate", theirs["id"])]


def test_key_can_only_be_for_an_organization_one_belongs_to(bob, team):
    for id in (team.organization_id, NOBODYS):
        body = {"name": "K", "scopes": ["sessions:read"], "organization_id": id}
        assert_problem(bob.post(API_KEYS, json=body), 404, code="organization.not_found")


# -- its end -----------------------------------------------------------------------------------


def test_rotated_key_has_another_secret_and_the_old_one_ends(ann, make_key, run):
    made = make_key(ann, "sessions:read")
    response = ann.post(f"{API_KEYS}{made['id']}/rotate/")
    assert response.status_code == 200
    rotated = response.json()
    assert rotated["key"] != made["key"]
    assert rotated["key"].startswith(rotated["key_prefix"])
    assert {name for name in made if made[name] != rotated[name]} == {"key", "key_prefix"}
    assert_problem(run(made).request("GET", BOARDS), 401)
    assert run(rotated).request("GET", BOARDS).status_code == 200


def test_revoked_key_ends(ann, make_key, run):
    made = make_key(ann)
    path = f"{API_KEYS}{made['id']}/"
    assert ann.delete(path).status_code == 204
    assert_problem(run(made).request("GET", BOARDS), 401)
    for response in (ann.get(path), ann.delete(path), ann.post(f"{path}rotate/")):
        assert_problem(response, 404)
    assert ann.get(API_KEYS).json()["data"] == []


def test_expired_key_ends(clock, ann, make_key, run, sign_in):
    soon = (clock.now + timedelta(hours=1)).isoformat()
    made = make_key(ann, expires_at=soon)
    assert made["expires_at"] == iso(int((clock.now.timestamp() + 3600) * 1000))
    assert run(made).request("GET", BOARDS).status_code == 200
    clock.advance(hours=1)
    assert_problem(run(made).request("GET", BOARDS), 401)
    later = sign_in(ann.user)
    assert later.get(f"{API_KEYS}{made['id']}/").status_code == 200
    assert_problem(later.post(f"{API_KEYS}{made['id']}/rotate/"), 409)


def test_key_of_somebody_who_left_ends_and_stays_so_when_they_come_back(
    ann, bob, store, team, make_key, run
):
    make_member(store, team, bob.user, "member")
    made = make_key(bob, organization_id=team.organization_id)
    elsewhere = make_key(bob)
    assert run(made).request("GET", BOARDS).status_code == 200
    members.remove(store, ann.actor, team.organization_id, bob.user.user_id)
    assert_problem(run(made).request("GET", BOARDS), 401)
    make_member(store, team, bob.user, "member")
    assert_problem(run(made).request("GET", BOARDS), 401)
    assert run(elsewhere).request("GET", BOARDS).status_code == 200


def test_key_whose_makers_membership_is_just_gone_is_refused(bob, store, team, make_key, run):
    """However it went."""
    make_member(store, team, bob.user, "member")
    made = make_key(bob, organization_id=team.organization_id)
    id = team.organization_id
    store.write(lambda tx: organizations.remove_member(tx, id, bob.user.user_id))
    assert_problem(run(made).request("GET", BOARDS), 401)


def test_key_sees_no_boards_while_its_maker_may_see_none(bob, store, team, make_key, run):
    make_member(store, team, bob.user, "member")
    made = make_key(bob, "sessions:read", "sessions:write", organization_id=team.organization_id)
    board = run(made).request("POST", BOARDS, json={}).json()
    make_member(store, team, bob.user, "billing")
    assert run(made).request("GET", f"{BOARDS}{board['id']}/").status_code == 404
    assert run(made).request("POST", BOARDS, json={}).status_code == 403


def test_key_of_somebody_who_was_deactivated_ends(bob, store, make_key, run):
    made = make_key(bob)
    accounts.deactivate(store, email=bob.user.email)
    assert_problem(run(made).request("GET", BOARDS), 401)


# -- staff, audit ------------------------------------------------------------------------------


def test_scopes_of_the_administration_are_for_staff_alone(ann, store, make_key):
    body = {"name": "K", "scopes": ["admin:read"]}
    assert_problem(ann.post(API_KEYS, json=body), 403)
    assert events(store)[-1].outcome == "refused"
    store.write(lambda tx: users.set_staff(tx, ann.user.user_id, True))
    assert make_key(ann, "admin:read")["scopes"] == ["admin:read"]


def test_what_is_done_with_keys_is_audited_without_secrets(ann, store, make_key):
    made = make_key(ann, "sessions:read", "me:read")
    path = f"{API_KEYS}{made['id']}/"
    rotated = ann.post(f"{path}rotate/").json()
    ann.patch(path, json={"name": "B"})
    ann.delete(path)
    told = [event for event in events(store) if event.action.startswith("key.")]
    assert [event.action for event in told] == [
        "key.create",
        "key.rotate",
        "key.rename",
        "key.revoke",
    ]
    for event in told:
        assert (event.actor_id, event.target) == (ann.user.user_id, made["id"])
        assert event.organization_id == made["organization_id"]
        assert event.request_id
    assert told[0].parameters == {"scopes": "sessions:read me:read"}
    assert "sk_live_" not in json.dumps([str(event) for event in told])
    assert rotated["key"] not in str(told)


def test_person_is_told_that_a_key_was_made_for_them(ann, make_key):
    make_key(ann, name="Nightly")
    (told,) = ann.get("/api/v1/notifications/").json()["data"]
    assert told["type"] == "key.created"
    assert "Nightly" in told["message"]


def test_what_a_key_does_is_told_as_its_makers(ann, make_key, run):
    board = ann.make_board({"a": 1})
    program = run(make_key(ann, "sessions:write"))
    path = f"{BOARDS}{board['id']}/"
    assert program.request("PATCH", path, json={"state": {"a": 2}}).status_code == 200
    versions = ann.get(f"{path}versions/").json()
    assert {version["actor"] for version in versions["results"]} == {ann.user.display_name}


def test_actor_of_a_key_is_no_actor_of_its_maker(ann, make_key, keys, store):
    made = make_key(ann, "sessions:read")
    actor = credentials.verify_key(store, keys, made["key"])
    assert actor == replace(
        ann.actor,
        device_id=made["id"],
        organization_id=made["organization_id"],
        scopes=frozenset({"sessions:read"}),
        key_prefix=made["key_prefix"],
    )


def test_who_was_signed_out_a_moment_ago_makes_no_key(ann, store, keys):
    """Their request was let in before, and is only now carried out."""
    tokens.sign_out(store, ann.actor)
    with pytest.raises(Unauthenticated):
        api_keys.create(store, keys, ann.actor, name="Late", scopes=["me:read"])
    assert store.read(lambda tx: tx.one("SELECT count(*) FROM api_keys")) == (0,)
