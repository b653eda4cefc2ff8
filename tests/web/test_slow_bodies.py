"""A body takes as long as its sender likes: whoever lost their rights meanwhile does nothing."""

import json

import pytest

from solosync.domain import members, sessions, tokens, users
from tests.make import make_member, make_organization, make_user
from tests.web.conftest import BOARDS


def send(person, method, path, body, *, meanwhile):
    """Status and body of the answer to a request whose last byte comes after `meanwhile`."""
    content = json.dumps(body).encode()
    pieces, answer = [content[:-1], content[-1:]], []

    async def receive():
        if len(pieces) == 1:
            meanwhile()
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def answered(message):
        answer.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1:8765"),
            (b"x-rev", b"0"),
            (b"authorization", f"Bearer {person.sign_in.tokens.access}".encode()),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8765),
        "state": {},
    }
    person.client.blocking_portal.call(person.client.app, scope, receive, answered)
    assert not pieces
    return answer[0]["status"], b"".join(part.get("body", b"") for part in answer[1:])


@pytest.fixture
def team(ann, bob, store):
    team = make_organization(store, ann.user)
    make_member(store, team, bob.user, "member")
    return team


@pytest.fixture
def board(ann, store, team):
    return sessions.create_session(
        store, ann.actor, name="Ours", organization_id=team.organization_id
    ).session


STATE = {"pages": [{"id": "p", "strokes": [{"id": "late"}]}]}
SAVES = [
    ("PATCH", "", {"state": STATE}),
    ("PATCH", "diff/", {"ops": [{"op": "add", "kind": "page", "value": {"id": "late"}}]}),
    ("POST", "save-stream/", {"state": STATE}),
    ("POST", "beacon/", {"state": STATE}),
]


@pytest.mark.parametrize(("method", "path", "body"), SAVES)
def test_who_was_removed_meanwhile_saves_nothing(ann, bob, store, team, board, method, path, body):
    address = f"{BOARDS}{board.session_id}/"

    def remove():
        members.remove(store, ann.actor, team.organization_id, bob.user.user_id)

    assert bob.get(address).status_code == 200
    before = ann.get(address).json()["rev"]
    assert send(bob, method, address + path, body, meanwhile=remove)[0] == 404
    assert ann.get(address).json()["rev"] == before


@pytest.mark.parametrize(("method", "path", "body"), SAVES)
def test_who_stays_saves(bob, board, method, path, body):
    path = f"{BOARDS}{board.session_id}/{path}"
    assert send(bob, method, path, body, meanwhile=lambda: None)[0] < 300


def test_who_was_signed_out_meanwhile_makes_no_key(ann, store):
    key = {"name": "Late", "scopes": ["me:read"]}

    def sign_out():
        tokens.sign_out(store, ann.actor)

    status, content = send(ann, "POST", "/api/v1/api-keys/", key, meanwhile=sign_out)
    assert (status, b"sk_live_" in content) == (401, False)


def test_who_is_no_longer_staff_does_nothing_for_staff(sign_in, store):
    eve, chief = sign_in(is_staff=True), sign_in(is_staff=True)
    friend = make_user(store)

    def dismiss():
        users.change(store, chief.actor, eve.user.user_id, is_staff=False)

    path = f"/api/v1/admin/users/{friend.user_id}/"
    status, _ = send(eve, "PATCH", path, {"is_staff": True}, meanwhile=dismiss)
    assert status == 401
    found = chief.get("/api/v1/admin/users/?filter[is_staff]=true").json()["data"]
    assert friend.user_id not in [user["id"] for user in found]
