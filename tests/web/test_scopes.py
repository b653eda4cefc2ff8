"""Every route against API keys: with the scope it names, with all others, and sockets too."""

import re

import pytest
from litestar.routes import HTTPRoute

from solosync.domain import api_keys
from solosync.records import scopes
from solosync.records.actors import Actor
from solosync.store import users
from solosync.web.auth import admit, public
from solosync.web.documented import SCOPE
from solosync.web.errors import KeyNotAdmitted, ScopeMissing
from tests.asserts import assert_problem
from tests.make import make_user

NOBODYS = "00000000-0000-4000-8000-000000000000"
# What tells a key from its maker's own sign-in; none of it is for programs.
PEOPLE_ONLY = ("/api/v1/api-keys", "/api/v1/devices")


@pytest.fixture
def guarded(client):
    """(method, path) to the scope that it names, for all routes that aren't public."""
    return {
        (method, route.path_format): handler.opt.get(SCOPE)
        for route in client.app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and public not in handler.resolve_guards()
    }


@pytest.fixture
def ask(client, store, keys, sign_in):
    """Asks for a route by a new key of somebody of the staff, made with these scopes."""
    staff = sign_in(make_user(store, is_staff=True))
    made = {}

    def ask(method, path, wanted):
        if wanted not in made:
            key = api_keys.create(store, keys, staff.actor, name="K", scopes=wanted)
            made[wanted] = key.secret
        # Nothing is there: what matters is how far it comes.
        path = re.sub(r"\{\w+\}", NOBODYS, path)
        return client.request(method, path, headers={"X-API-Key": made[wanted]})

    return ask


def test_every_named_scope_is_one_that_there_is(guarded):
    assert set(guarded.values()) <= {*scopes.SCOPES, None}


def test_every_scope_is_asked_for_somewhere(guarded):
    assert set(guarded.values()) >= set(scopes.SCOPES)


def test_writing_takes_a_scope_to_write_and_reading_one_to_read(guarded):
    for (method, path), scope in guarded.items():
        if scope is not None:
            expected = ":read" if method == "GET" else ":write"
            assert scope.endswith(expected), (method, path)
            assert path.startswith("/api/v1/admin") == scope.startswith("admin:"), path


def test_key_without_the_scope_is_refused_and_told_which_it_is(guarded, ask):
    for (method, path), scope in guarded.items():
        if scope is None:
            continue
        others = tuple(set(scopes.SCOPES) - scopes.admitting(scope))
        response = ask(method, path, others)
        problem = assert_problem(response, 403, code="scope_missing", scope=scope)
        assert scope in problem["detail"]


def test_key_with_that_scope_alone_is_admitted(guarded, ask):
    for (method, path), scope in guarded.items():
        if scope is not None:
            response = ask(method, path, (scope,))
            assert response.status_code < 500, (method, path, response.text)
            assert response.status_code not in (401, 403), (method, path, response.text)


def test_key_that_asks_for_a_file_sees_what_became_of_it(client, ann, store, keys):
    made = api_keys.create(store, keys, ann.actor, name="K", scopes=["exports:write"])
    headers = {"X-API-Key": made.secret}
    board = f"/api/v1/solo/sessions/{ann.make_board()['id']}/"
    asked = client.post(f"{board}export/", json={"format": "json"}, headers=headers).json()
    found = client.get(f"/api/v1/exports/{asked['id']}/", headers=headers)
    assert found.json()["status"] == "completed"
    assert client.get(f"{board}exports/", headers=headers).json()["count"] == 1
    assert_problem(client.get(board, headers=headers), 403, code="scope_missing")


def test_route_without_a_scope_admits_no_key(guarded, ask):
    closed = [route for route, scope in guarded.items() if scope is None]
    assert closed
    for method, path in closed:
        assert_problem(ask(method, path, scopes.SCOPES), 403, code="key_not_admitted")


def test_no_key_makes_keys_or_looks_after_devices(guarded):
    for (_, path), scope in guarded.items():
        assert not path.startswith(PEOPLE_ONLY) or scope is None


def test_keys_of_staff_lose_the_administration_with_their_maker(client, store, keys, sign_in):
    staff = sign_in(make_user(store, is_staff=True))
    made = api_keys.create(store, keys, staff.actor, name="K", scopes=["admin:read"])
    headers = {"X-API-Key": made.secret}
    assert client.get("/api/v1/admin/users/", headers=headers).status_code == 200
    store.write(lambda tx: users.set_staff(tx, staff.user.user_id, False))
    assert client.get("/api/v1/admin/users/", headers=headers).status_code == 403


def test_key_gets_no_page(client, ann, store, keys):
    made = api_keys.create(store, keys, ann.actor, name="K", scopes=["sessions:read"])
    ann.make_board(name="s3cret")
    page = client.get("/", headers={"X-API-Key": made.secret})
    assert page.status_code == 200
    assert "s3cret" not in page.text
    assert ann.user.email not in page.text


def test_people_need_no_scope():
    person = Actor("u", "d", False, "Ann")
    admit(person, None)
    admit(person, scopes.ADMIN_READ)
    key = Actor("u", "d", False, "Ann", "o", frozenset({scopes.ME_READ}), "sk_live_x")
    admit(key, scopes.ME_READ)
    with pytest.raises(ScopeMissing):
        admit(key, scopes.SESSIONS_READ)
    with pytest.raises(KeyNotAdmitted):
        admit(key, None)
