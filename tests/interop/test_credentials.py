"""Devices and keys that are taken away while their holder is connected: the next request and the
open sockets of a real server."""

import contextlib
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pycrdt import Doc, Map, create_update_message
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.live import EMAIL, PREFIX, LiveServer
from tests.servers import PATIENCE_SECONDS

pytestmark = pytest.mark.interop

DEVICES = "/api/v1/devices/"
API_KEYS = "/api/v1/api-keys/"
ORGANIZATIONS = "/api/v1/organizations/"
BOB = "bob@example.org"
# Generous: what is taken here takes effect at once, what another process takes within seconds.


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with LiveServer(tmp_path_factory.mktemp("live") / "data") as server:
        server.solosync("users", "add", BOB, "--password-stdin", stdin="x" * 20)
        yield server


@pytest.fixture
def ann(server):
    return server.sign_in()


def done(response, status=200):
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def pair(person):
    code = done(person.http.post(f"{DEVICES}pair/"), 201)["code"]
    claimed = {"code": code, "name": "Frame"}
    return done(person.http.post(f"{DEVICES}claim/", json=claimed))["device_token"]


def device_id(person, token):
    headers = {"Authorization": f"Bearer {token}"}
    shown = done(person.http.get(DEVICES, headers=headers))["data"]
    return next(device["id"] for device in shown if device["is_current"])


def make_key(person, *scopes, **fields):
    body = {"name": "K", "scopes": scopes, **fields}
    return done(person.http.post(API_KEYS, json=body), 201)


@contextlib.contextmanager
def opened(server, board, token):
    """A socket that the server has greeted."""
    with connect(f"{server.socket_url}/{board}?token={token}", compression=None) as socket:
        socket.recv(PATIENCE_SECONDS)
        yield socket


def close_code(socket):
    """Reads until the server closes it."""
    try:
        while True:
            socket.recv(PATIENCE_SECONDS)
    except ConnectionClosed as closed:
        assert closed.rcvd is not None, "cut without a code"
        return closed.rcvd.code


def status_of(server, ann, token):
    headers = {"Authorization": f"Bearer {token}"}
    return ann.http.get(PREFIX, headers=headers).status_code


def stroke():
    """An update that adds one."""
    doc: Doc[Any] = Doc()
    elements = doc.get("elements", type=Map)
    places = {"$page": "p1", "$list": "strokes", "$order": "a0V"}
    elements["s1"] = Map({"id": "s1", **places})
    return create_update_message(doc.get_update())


@pytest.fixture
def board(ann):
    return ann.make_board({"pages": [{"id": "p1", "strokes": []}]})


def test_revoked_device_is_out_at_once(server, ann, board):
    token = pair(ann)
    with opened(server, board, token) as socket:
        device = device_id(ann, token)
        assert ann.http.delete(f"{DEVICES}{device}/").status_code == 204
        assert status_of(server, ann, token) == 401
        assert close_code(socket) == 4401


def test_revoked_key_is_out_at_once(server, ann, board):
    key = make_key(ann, "sessions:read", "sessions:write")
    with opened(server, board, key["key"]) as socket:
        assert ann.http.delete(f"{API_KEYS}{key['id']}/").status_code == 204
        assert status_of(server, ann, key["key"]) == 401
        assert close_code(socket) == 4401


def test_sockets_of_a_keys_old_secret_end_when_it_is_rotated(server, ann, board):
    key = make_key(ann, "sessions:read", "sessions:write")
    with opened(server, board, key["key"]) as socket:
        rotated = done(ann.http.post(f"{API_KEYS}{key['id']}/rotate/"))
        with opened(server, board, rotated["key"]) as newer:
            assert close_code(socket) == 4401
            assert status_of(server, ann, key["key"]) == 401
            assert status_of(server, ann, rotated["key"]) == 200
            newer.send(stroke())
            newer.close()
    assert len(ann.get(board)["state"]["pages"][0]["strokes"]) == 1


def test_socket_of_a_key_ends_when_the_key_runs_out(server, ann, board):
    soon = datetime.now(UTC) + timedelta(seconds=2)
    key = make_key(ann, "sessions:read", expires_at=soon.isoformat())
    with opened(server, board, key["key"]) as socket:
        assert close_code(socket) == 4401
    assert status_of(server, ann, key["key"]) == 401


def test_member_who_is_removed_is_out_at_once_and_so_are_their_keys(server, ann):
    bob = server.sign_in(BOB, "x" * 20)
    team = done(ann.http.post(ORGANIZATIONS, json={"name": "Team"}), 201)["id"]
    invited = {"email": BOB, "role": "member"}
    link = done(ann.http.post(f"{ORGANIZATIONS}{team}/invitations/", json=invited), 201)["link"]
    accepted = {"token": link.rpartition("/")[2]}
    bob.http.post("/api/v1/invitations/accept/", json=accepted).raise_for_status()
    board = done(ann.http.post(PREFIX, json={"organization_id": team}), 201)["id"]
    key = make_key(bob, "sessions:read", "sessions:write", organization_id=team)["key"]
    with opened(server, board, bob.token) as theirs, opened(server, board, key) as keys:
        bob_id = done(bob.http.get("/api/v1/me"))["id"]
        removed = ann.http.delete(f"{ORGANIZATIONS}{team}/members/{bob_id}/")
        assert removed.status_code == 204
        assert bob.http.get(f"{PREFIX}{board}/").status_code == 404
        assert status_of(server, bob, key) == 401
        assert close_code(theirs) == 4403
        assert close_code(keys) == 4401


def test_key_that_may_only_read_sees_changes_and_makes_none(server, ann, board):
    key = make_key(ann, "sessions:read")["key"]
    with opened(server, board, key) as reader, opened(server, board, ann.token) as writer:
        writer.send(stroke())
        messages = itertools.takewhile(
            lambda message: b"s1" not in message, iter(lambda: reader.recv(PATIENCE_SECONDS), None)
        )
        assert len(list(messages)) < 10
    before = ann.get(board)
    with opened(server, board, key) as reader:
        doc: Doc[Any] = Doc()
        doc.get("state", type=Map)["mine"] = True
        reader.send(create_update_message(doc.get_update()))
        assert close_code(reader) == 4403
    assert ann.get(board) == before


@pytest.mark.parametrize("scope", ["exports:read", "me:read"])
def test_key_that_may_not_read_boards_gets_no_socket(server, ann, board, scope):
    key = make_key(ann, scope)["key"]
    with connect(f"{server.socket_url}/{board}?token={key}") as socket:
        assert close_code(socket) == 4403


def test_all_kinds_of_tokens_open_sockets_however_they_come(server, ann, board):
    address = f"{server.socket_url}/{board}"
    key = make_key(ann, "sessions:read")["key"]
    for token in (ann.token, pair(ann), key):
        header = {"Authorization": f"Bearer {token}"}
        for url, settings in (
            (f"{address}?token={token}", {}),
            (address, {"additional_headers": header}),
            (address, {"subprotocols": ["solosync", f"bearer.{token}"]}),
        ):
            with connect(url, **settings) as socket:
                assert socket.recv(PATIENCE_SECONDS)
    with connect(address, additional_headers={"X-API-Key": key}) as socket:
        assert socket.recv(PATIENCE_SECONDS)
    both = {"X-API-Key": key, "Authorization": f"Bearer {ann.token}"}
    with connect(address, additional_headers=both) as socket:
        assert close_code(socket) == 4400


def test_page_of_somebody_else_who_was_signed_in_before_gets_no_socket(server, ann, board):
    """[WS13]"""
    person = done(ann.http.get("/api/v1/me/"))["id"]
    with connect(f"{ann.socket_address(board)}&user={person}") as socket:
        assert socket.recv(PATIENCE_SECONDS)
    with connect(f"{ann.socket_address(board)}&user=bob") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(PATIENCE_SECONDS)
        received = closed.value.rcvd
        assert received is not None and received.code == 4401


def test_device_revoked_at_the_terminal_is_out_soon(server, ann, board):
    token = pair(ann)
    device = device_id(ann, token)
    with opened(server, board, token) as socket:
        listed = server.solosync("devices", EMAIL)
        assert device in listed
        server.solosync("devices", "revoke", device)
        assert close_code(socket) == 4401
    assert status_of(server, ann, token) == 401
    assert device not in server.solosync("devices", EMAIL)
