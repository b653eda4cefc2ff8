"""Bearer tokens and cookies, and whose pages may use a cookie."""

from dataclasses import replace
from http.cookies import SimpleCookie
from typing import Any

import pytest
from litestar import WebSocket

from solosync.domain import accounts, tokens
from solosync.errors import Forbidden, Unauthenticated
from solosync.store import devices
from solosync.web import auth, credentials
from tests.asserts import assert_problem
from tests.web.conftest import BASE_URL, BOARDS

ME = "/api/v1/me"
COOKIES = {"access_token", "refresh_token", "id_token"}


def cookies_of(response):
    found = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        found.load(header)
    return found


def header(**cookies):
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def test_cookie_is_as_good_as_a_bearer_token(ann):
    response = ann.client.get(ME, headers=ann.cookies)
    assert response.json() == ann.get(ME).json()
    assert "set-cookie" not in response.headers


def test_request_for_somebody_else_than_who_is_signed_in_is_refused(ann, bob):
    meant = {"X-Signed-In-As": ann.actor.user_id}
    assert ann.client.get(ME, headers=ann.cookies | meant).status_code == 200
    answer = ann.client.post(BOARDS, headers=bob.cookies | meant, json={"name": "Whose?"})
    assert_problem(answer, 401)
    assert answer.json()["code"] == "somebody_else"
    assert bob.get(BOARDS).json()["count"] == 0


def test_nobody_gets_in_without_either(client):
    response = client.get(ME)
    assert_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("authorization", ["Bearer x", "Bearer ", "bearer a.b.c", "Bearer é"])
def test_wrong_bearer_token_is_refused_even_beside_a_good_cookie(ann, authorization):
    headers = ann.cookies | {"Authorization": authorization.encode()}
    assert_problem(ann.client.get(ME, headers=headers), 401)


def test_another_scheme_is_not_ours(ann):
    headers = ann.cookies | {"Authorization": "Basic eDp5"}
    assert ann.client.get(ME, headers=headers).status_code == 200


def test_expired_access_cookie_with_a_good_refresh_cookie_is_served(ann, client, clock, sign_in):
    person = sign_in(ann.user)
    clock.advance(minutes=16)
    response = client.get(ME, headers=person.cookies)
    assert response.status_code == 200
    cookies = cookies_of(response)
    assert cookies.keys() == COOKIES
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"].lower() == "lax"
        assert cookie["path"] == "/"
        assert not cookie["secure"]
    assert cookies["refresh_token"]["max-age"] == str(30 * 24 * 3600)
    again = header(**{name: cookie.value for name, cookie in cookies.items()})
    response = client.get(ME, headers=again)
    assert response.status_code == 200
    assert "set-cookie" not in response.headers


def test_refresh_cookie_alone_is_enough(ann, client):
    response = client.get(ME, headers=header(refresh_token=ann.sign_in.tokens.refresh))
    assert response.status_code == 200
    assert cookies_of(response).keys() == COOKIES


def test_new_cookies_come_with_errors_too(ann, client):
    cookies = header(refresh_token=ann.sign_in.tokens.refresh)
    response = client.get(f"{BOARDS}nowhere/", headers=cookies)
    assert_problem(response, 404)
    assert cookies_of(response).keys() == COOKIES


@pytest.mark.parametrize("refresh", ["", "unknown"])
def test_two_bad_cookies_let_nobody_in(client, refresh):
    response = client.get(ME, headers=header(access_token="x", refresh_token=refresh))
    assert_problem(response, 401)
    assert "set-cookie" not in response.headers


def test_beacon_does_not_use_up_the_refresh_cookie(ann, client, store, keys):
    """Its page may be gone before the answer comes."""
    board = ann.make_board()
    refresh = ann.sign_in.tokens.refresh
    response = client.post(f"{BOARDS}{board['id']}/beacon/", headers=header(refresh_token=refresh))
    assert response.status_code == 204
    cookies = cookies_of(response)
    assert cookies["refresh_token"].value == refresh
    assert tokens.verify(store, keys, cookies["access_token"].value) == ann.actor
    assert tokens.refresh(store, keys, refresh, address="")


def test_cookies_are_secure_where_the_browser_comes_by_tls(serving, config, ann):
    client = serving(replace(config, public_url="https://boards.example"))
    refresh = header(refresh_token=ann.sign_in.tokens.refresh)
    response = client.get(ME, headers=refresh | {"Host": "boards.example"})
    assert all(cookie["secure"] for cookie in cookies_of(response).values())
    response = client.get(ME, headers=refresh)
    assert not any(cookie["secure"] for cookie in cookies_of(response).values())


OWN = {"Origin": BASE_URL}
FOREIGN = {"Origin": "https://evil.example"}


@pytest.mark.parametrize(
    "headers, is_allowed",
    [
        ({}, True),
        (OWN, True),
        (OWN | {"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        (FOREIGN, False),
        (FOREIGN | {"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://127.0.0.1:9999"}, False),
        ({"Origin": "http://127.0.0.1:9999", "Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://app.example"}, True),
        ({"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": "https://app.example.evil.example"}, False),
    ],
    ids=str,
)
def test_cookie_writes_for_our_own_and_listed_pages_only(
    serving, config, sign_in, headers, is_allowed
):
    client = serving(replace(config, cors_origins=("https://app.example",)))
    person = sign_in(client=client)
    response = client.post(BOARDS, headers=person.cookies | headers)
    assert (response.status_code == 201) is is_allowed
    if not is_allowed:
        assert_problem(response, 403)
    assert person.get(BOARDS).json()["count"] == int(is_allowed)


def test_foreign_page_does_not_use_up_the_refresh_cookie(ann, client, store, keys):
    refresh = ann.sign_in.tokens.refresh
    assert_problem(client.post(BOARDS, headers=header(refresh_token=refresh) | FOREIGN), 403)
    assert tokens.check_refresh(store, keys, refresh) == ann.actor


def test_bearer_token_needs_no_origin(ann):
    assert ann.post(BOARDS, headers=FOREIGN).status_code == 201


def test_reading_needs_no_origin(ann):
    assert ann.client.get(ME, headers=ann.cookies | FOREIGN).status_code == 200


def test_listed_page_may_read_the_answer_and_another_may_not(serving, config, sign_in):
    client = serving(replace(config, cors_origins=("https://app.example",)))
    for status, cookies in ((200, sign_in(client=client).cookies), (401, {})):
        response = client.get(ME, headers=cookies | {"Origin": "https://app.example"})
        assert response.status_code == status
        assert response.headers["access-control-allow-origin"] == "https://app.example"
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "etag" in response.headers["access-control-expose-headers"].lower()
    response = client.get(ME, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers


def test_preflight_answers_listed_pages(serving, config):
    client = serving(replace(config, cors_origins=("https://app.example",)))
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, content-type, if-match, x-rev, prefer",
    }
    response = client.options(f"{BOARDS}x/", headers=asked)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "https://app.example"


def test_signed_out_and_deactivated_people_are_out_at_once(ann, bob, store):
    tokens.sign_out(store, ann.actor)
    accounts.deactivate(store, email=bob.user.email)
    for person in (ann, bob):
        assert_problem(person.get(ME), 401)
        assert_problem(person.client.get(ME, headers=person.cookies), 401)


@pytest.mark.parametrize(
    "agent, name",
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        ("curl/8.5.0", "curl"),
        ("", "unknown"),
    ],
)
def test_device_is_called_by_its_program(client, store, agent, name):
    user = accounts.add_user(store, email="ann@example.org", password="correct horse")
    client.post(
        "/api/auth/jwt/token/",
        json={"email": "ann@example.org", "password": "correct horse"},
        headers={"User-Agent": agent},
    )
    (device,) = store.read(lambda tx: devices.list_for_user(tx, user.user_id))
    assert device.name == name
    assert device.kind == "api"


# -- sockets -----------------------------------------------------------------------------------


def make_socket(client, path="/ws", **headers):
    """As much of a socket as tells who opens it."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    path, _, query = path.partition("?")
    scope: Any = {
        "type": "websocket",
        "scheme": "ws",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1:8765"), *raw],
        "app": client.app,
        "litestar_app": client.app,
        "state": {},
    }
    return WebSocket[Any, Any, Any](scope)


def actor_of(client, path="/ws", **headers):
    socket = make_socket(client, path, **headers)
    return client.blocking_portal.call(auth.socket_actor, socket)


def test_socket_knows_tokens_in_the_query_the_subprotocol_the_header_and_cookies(ann, client):
    pair = ann.sign_in.tokens
    cookie = f"access_token=x; refresh_token={pair.refresh}"
    for actor in (
        actor_of(client, f"/ws?token={pair.access}"),
        actor_of(client, sec_websocket_protocol=f"solosync, bearer.{pair.access}"),
        actor_of(client, sec_websocket_protocol=pair.access),
        actor_of(client, sec_websocket_protocol=f"access_token, {pair.access}"),
        actor_of(client, authorization=f"Bearer {pair.access}"),
        actor_of(client, cookie=ann.cookies["Cookie"]),
        actor_of(client, cookie=ann.cookies["Cookie"], origin=BASE_URL),
        actor_of(client, cookie=cookie),
        actor_of(client, cookie=cookie),
    ):
        assert actor == ann.actor


def test_socket_of_a_foreign_page_cannot_use_the_cookie(ann, client):
    with pytest.raises(Forbidden):
        actor_of(client, cookie=ann.cookies["Cookie"], origin="https://evil.example")


def test_socket_of_nobody_is_refused(client, ann):
    for headers in ({}, {"cookie": "access_token=x"}, {"sec_websocket_protocol": "solosync"}):
        with pytest.raises(Unauthenticated):
            actor_of(client, **headers)
    with pytest.raises(Unauthenticated):
        actor_of(client, "/ws?token=x", cookie=ann.cookies["Cookie"])


@pytest.mark.parametrize(
    "offered, accepted",
    [
        ("bearer.t, solosync", "solosync"),
        ("bearer.t", "bearer.t"),
        ("bearer.t, yjs", "yjs"),
        ("eyJh.eyJz.c2ln, yjs", "yjs"),
        ("eyJh.eyJz.c2ln", "eyJh.eyJz.c2ln"),
        ("yjs, other", "yjs"),
    ],
)
def test_one_of_the_offered_subprotocols_is_accepted(client, offered, accepted):
    socket = make_socket(client, sec_websocket_protocol=offered)
    assert credentials.socket_subprotocol(socket) == accepted


def test_no_subprotocol_is_accepted_where_none_is_offered(client):
    assert credentials.socket_subprotocol(make_socket(client)) is None
