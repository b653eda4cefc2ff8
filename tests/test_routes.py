"""Every route: who may ask, and what it says of itself."""

import json
from dataclasses import replace

import pytest
from litestar.routes import HTTPRoute

from solosync import app
from solosync.config import Config
from solosync.web import openapi
from solosync.web.auth import public, signed_in
from solosync.web.routes import routes
from tests.make import make_member, make_organization
from tests.web.conftest import *  # noqa: F403 - its fixtures

SESSION = "/api/v1/solo/sessions/{session_id}"
ANYONE = {
    ("POST", "/api/auth/jwt/token"),
    ("POST", "/api/auth/jwt/refresh"),
    ("POST", "/api/auth/jwt/verify"),
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
}
PEOPLE = {
    ("POST", "/sign-out"),
    ("GET", "/api/v1/me"),
    ("PATCH", "/api/v1/me"),
    ("GET", "/api/v1/solo/sessions"),
    ("POST", "/api/v1/solo/sessions"),
    ("POST", "/api/v1/solo/uploads/presign"),
    ("GET", "/api/v1/exports/{export_id}"),
    ("DELETE", "/api/v1/exports/{export_id}"),
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


def test_every_route_is_listed_above(handlers):
    assert handlers.keys() == ANYONE | PEOPLE | BOARDS_OWN.keys()


def test_every_route_says_who_may_ask(handlers):
    for route, handler in handlers.items():
        assert handler.resolve_guards() == [public if route in ANYONE else signed_in], route


@pytest.mark.parametrize("method, path", sorted(PEOPLE | BOARDS_OWN.keys()))
def test_nobody_gets_nothing(client, ann, method, path):
    board = ann.make_board({"secret": "s3cret"}, name="s3cret")
    url = path.format(session_id=board["id"], rev=0, export_id=board["id"]) + "/"
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
    response = bob.request(
        method, path.format(session_id=board["id"], rev=0, export_id=board["id"]) + "/"
    )
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
        url = path.format(session_id=board["id"], rev=0, export_id=board["id"]) + "/"
        headers = ann.cookies | {"Origin": "https://evil.example"}
        response = client.request(method, url, headers=headers)
        assert response.status_code == 403, (method, path)
    assert ann.get(f"/api/v1/solo/sessions/{board['id']}/").json() == board


# -- the description ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def described():
    return openapi.document(routes())


def operations(described):
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_description_holds_every_route_of_the_api(described):
    found = {(method, path.rstrip("/")) for method, path, _ in operations(described)}
    expected = {route for route in ANYONE | PEOPLE | BOARDS_OWN.keys()}
    assert found == {route for route in expected if route[1].startswith(("/api", "/health"))}


def test_every_operation_is_described_tagged_and_lists_its_errors(described):
    for method, path, operation in operations(described):
        where = f"{method} {path}"
        assert operation["tags"], where
        assert operation["description"], where
        statuses = {int(status) for status in operation["responses"]}
        needs_sign_in = operation["security"] == [{"bearer": []}, {"cookie": []}]
        assert needs_sign_in == (401 in statuses and "jwt" not in path), where
        assert ("{session_id}" in path) <= (404 in statuses), where
        assert ("requestBody" in operation) <= ({400, 413, 415} <= statuses), where
        if needs_sign_in and method != "GET":
            assert {403, 503, 507} <= statuses, where
        for status in statuses:
            if status >= 400:
                assert "application/problem+json" in operation["responses"][str(status)]["content"]


def test_every_raw_body_is_described(described):
    without_body = {"restore", "duplicate", "thumbnail"}
    for method, path, operation in operations(described):
        takes_body = method in ("POST", "PATCH") and path.split("/")[-2] not in without_body
        assert ("requestBody" in operation) == takes_body, (method, path)


def test_every_reference_leads_somewhere(described):
    text = json.dumps(described)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= described["components"]["schemas"].keys()


def test_description_is_served_where_it_is_enabled(client, serving, config):
    response = client.get("/api/schema/")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")
    assert client.get("/api/schema").json() == response.json()
    hidden = serving(replace(config, api_docs_enabled=False))
    assert hidden.get("/api/schema/").status_code == 404


def test_description_is_printed_without_a_data_folder(tmp_path):
    folder = tmp_path / "none"
    text = app.openapi_json(Config(data_dir=folder, public_url="https://boards.example"))
    assert json.loads(text)["servers"] == [{"url": "https://boards.example"}]
    assert not folder.exists()
