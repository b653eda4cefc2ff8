"""Every route: who may ask, and what it says of itself."""

import re

import pytest
from litestar.routes import HTTPRoute

from solosync.web.auth import public, signed_in
from tests.make import make_member, make_organization
from tests.web.conftest import *  # noqa: F403 - its fixtures

SESSION = "/api/v1/solo/sessions/{session_id}"
ANYONE = {
    ("POST", "/api/auth/jwt/token"),
    ("POST", "/api/auth/jwt/refresh"),
    ("POST", "/api/auth/jwt/verify"),
    ("GET", "/api/auth/openid/start"),
    ("GET", "/api/auth/openid/callback"),
    ("GET", "/api/schema"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/"),
    ("POST", "/sign-in"),
    ("GET", "/link/{token}"),
    ("POST", "/link/{token}"),
    ("GET", "/static/{name}"),
    # Whoever knows these addresses may: they are signed, sealed or random.
    ("GET", "/exports/{export_id}"),
    ("GET", "/files/{name}"),
    ("GET", "/thumbnails/{name}"),
    ("PUT", "/uploads/{file_id}"),
    ("GET", "/invitation/{token}"),
    ("POST", "/invitation/{token}"),
    ("POST", "/api/v1/devices/claim"),
    ("GET", "/pair"),
    ("POST", "/pair"),
}
ORGANIZATION = "/api/v1/organizations/{organization_id}"
PEOPLE = {
    ("GET", "/api/v1/devices"),
    ("PATCH", "/api/v1/devices/{device_id}"),
    ("DELETE", "/api/v1/devices/{device_id}"),
    ("POST", "/api/v1/devices/pair"),
    ("GET", "/api/v1/api-keys"),
    ("POST", "/api/v1/api-keys"),
    ("GET", "/api/v1/api-keys/{key_id}"),
    ("PATCH", "/api/v1/api-keys/{key_id}"),
    ("POST", "/api/v1/api-keys/{key_id}/rotate"),
    ("DELETE", "/api/v1/api-keys/{key_id}"),
    ("POST", "/sign-out"),
    ("GET", "/api/v1/me"),
    ("PATCH", "/api/v1/me"),
    ("GET", "/api/v1/solo/sessions"),
    ("POST", "/api/v1/solo/sessions"),
    ("POST", "/api/v1/solo/uploads/presign"),
    ("GET", "/api/v1/exports/{export_id}"),
    ("DELETE", "/api/v1/exports/{export_id}"),
    ("GET", "/api/v1/organizations"),
    ("POST", "/api/v1/organizations"),
    ("GET", ORGANIZATION),
    ("PATCH", ORGANIZATION),
    ("DELETE", ORGANIZATION),
    ("GET", f"{ORGANIZATION}/members"),
    ("PATCH", f"{ORGANIZATION}/members/{{user_id}}"),
    ("DELETE", f"{ORGANIZATION}/members/{{user_id}}"),
    ("GET", f"{ORGANIZATION}/invitations"),
    ("POST", f"{ORGANIZATION}/invitations"),
    ("DELETE", f"{ORGANIZATION}/invitations/{{invitation_id}}"),
    ("POST", "/api/v1/invitations/accept"),
    ("GET", "/api/v1/notifications"),
    ("PATCH", "/api/v1/notifications/{notification_id}"),
    ("POST", "/api/v1/notifications/{notification_id}/read"),
    ("POST", "/api/v1/notifications/read-all"),
}
# And what each answers to somebody who may open the board, given an empty body.
BOARDS_OWN = {
    ("GET", SESSION): 200,
    ("PATCH", SESSION): 200,
    ("DELETE", SESSION): 204,
    ("POST", f"{SESSION}/restore"): 200,
    ("POST", f"{SESSION}/duplicate"): 201,
    ("PATCH", f"{SESSION}/diff"): 400,
    ("POST", f"{SESSION}/save-stream"): 400,
    ("POST", f"{SESSION}/beacon"): 204,
    ("GET", f"{SESSION}/versions"): 200,
    ("GET", f"{SESSION}/versions/{{rev}}"): 200,
    ("POST", f"{SESSION}/versions/{{rev}}/restore"): 200,
    ("POST", f"{SESSION}/export"): 201,
    ("GET", f"{SESSION}/exports"): 200,
    ("POST", f"{SESSION}/thumbnail"): 200,
}


@pytest.fixture
def handlers(client):
    """(method, path) to handler."""
    return {
        (method, route.path_format): handler
        for route in client.app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    }


def address(path, id):
    """With one id for whatever it names."""
    return re.sub(r"\{\w+\}", id, path.replace("{rev}", "0")) + "/"


def test_every_route_is_listed_above(handlers):
    assert handlers.keys() == ANYONE | PEOPLE | BOARDS_OWN.keys()


def test_every_route_says_who_may_ask(handlers):
    for route, handler in handlers.items():
        assert handler.resolve_guards() == [public if route in ANYONE else signed_in], route


@pytest.mark.parametrize("method, path", sorted(PEOPLE | BOARDS_OWN.keys()))
def test_nobody_gets_nothing(client, ann, method, path):
    board = ann.make_board({"secret": "s3cret"}, name="s3cret")
    url = address(path, board["id"])
    response = client.request(method, url)
    assert response.status_code == 401
    assert "s3cret" not in response.text
    assert ann.get(f"/api/v1/solo/sessions/{board['id']}/").json() == board


@pytest.mark.parametrize("method, path", sorted(BOARDS_OWN))
@pytest.mark.parametrize("who", ["stranger", "billing", "member"])
def test_board_is_there_only_for_those_who_may_open_it(ann, bob, store, method, path, who):
    team = make_organization(store, ann.user)
    if who != "stranger":
        make_member(store, team, bob.user, who)
    board = ann.make_board({"secret": "s3cret"}, organization_id=team.organization_id)
    response = bob.request(method, address(path, board["id"]))
    if who == "member":
        assert response.status_code == BOARDS_OWN[method, path]
    else:
        assert response.status_code == 404
        assert "s3cret" not in response.text
        assert ann.get(f"/api/v1/solo/sessions/{board['id']}/").json() == board


def test_another_sites_page_can_write_nothing_by_cookie(ann, client):
    board = ann.make_board()
    for method, path in sorted(PEOPLE | BOARDS_OWN.keys()):
        if method == "GET":
            continue
        url = address(path, board["id"])
        headers = ann.cookies | {"Origin": "https://evil.example"}
        response = client.request(method, url, headers=headers)
        assert response.status_code == 403, (method, path)
    assert ann.get(f"/api/v1/solo/sessions/{board['id']}/").json() == board
