"""Contract "Platform", Signing in: codes and links by mail."""

import asyncio
import json
import random
import re
from dataclasses import replace

import pytest
from litestar.testing import TestClient

from solosync.app import build_app
from solosync.domain import accounts
from tests.asserts import assert_problem
from tests.make import make_user
from tests.web.conftest import BASE_URL

REQUEST, VERIFY = (f"/api/auth/magic/{name}/" for name in ("request", "verify"))
OTP_REQUEST, OTP_VERIFY = "/api/request-otp/", "/api/verify-otp/"
ANN = "ann@example.org"
PASSWORD = "correct horse"


@pytest.fixture
def user(store):
    return make_user(store, ANN)


@pytest.fixture
def link(inbox):
    """The next mailed link to somebody."""
    return lambda email=ANN: first(r"https?://\S+\?token=[\w-]+", inbox.text(email))


def first(pattern, text):
    match = re.search(pattern, text)
    assert match
    return match[0]


def ask(client, email=ANN, **settings):
    response = client.post(REQUEST, json={"email": email}, **settings)
    assert response.status_code == 202, response.text
    return response


def test_code_signs_in_with_and_without_the_address(inbox, client, user):
    for fields in ({}, {"email": ANN}):
        ask(client)
        response = client.post(VERIFY, json={"token": inbox.code(ANN), **fields})
        assert response.status_code == 200
        assert response.json().keys() == {"access", "refresh", "user"}
        assert "set-cookie" not in response.headers
        headers = {"Authorization": f"Bearer {response.json()['access']}"}
        assert client.get("/api/v1/me", headers=headers).json() == response.json()["user"]


def test_link_carries_a_token_that_is_good_in_the_same_field(link, client, user):
    ask(client)
    address, token = link().split("?token=")
    assert address == f"{BASE_URL}/magic-verify"
    assert len(token) >= 43
    response = client.post(VERIFY, json={"token": token})
    assert response.json()["user"]["id"] == user.user_id
    assert_problem(client.post(VERIFY, json={"token": token}), 400, error="invalid_or_expired")


def test_link_works_after_too_many_mistyped_codes(link, client, user):
    ask(client)
    _, token = link().split("?token=")
    for _ in range(5):
        assert client.post(VERIFY, json={"token": "00000000"}).status_code == 400
    assert_problem(client.post(VERIFY, json={"token": "00000000"}), 429)
    assert client.post(VERIFY, json={"token": token}).status_code == 200


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({"public_url": "https://boards.example"}, "https://boards.example/magic-verify"),
        ({"magic_link_verify_url": "https://app.example"}, "https://app.example/magic-verify"),
        (
            {"magic_link_verify_url": "https://app.example/x/magic-verify"},
            "https://app.example/x/magic-verify",
        ),
    ],
)
def test_link_leads_where_it_is_configured(link, serving, config, user, settings, expected):
    ask(serving(replace(config, **settings)))
    assert link().startswith(f"{expected}?token=")


def test_answer_is_the_same_for_known_and_unknown(client, user):
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert known.content == unknown.content
    assert "debug_token" not in known.json()


@pytest.mark.parametrize("debug, echo", [(True, False), (False, True), (True, True)])
def test_code_is_echoed_only_if_both_debug_settings_are_on(serving, config, user, debug, echo):
    client = serving(replace(config, debug=debug, magic_link_debug_echo_token=echo))
    answers = [ask(client, email).json() for email in (ANN, "nobody@example.org")]
    assert {"debug_token" in answer for answer in answers} == {debug and echo}
    if debug and echo:
        response = client.post(VERIFY, json={"token": answers[0]["debug_token"]})
        assert response.json()["user"]["email"] == ANN
        token = answers[1]["debug_token"]
        assert_problem(client.post(VERIFY, json={"token": token}), 400)


def test_unknown_address_gets_an_account_where_registration_is_open(inbox, serving, config):
    client = serving(replace(config, registration="open"))
    ask(client)
    response = client.post(VERIFY, json={"token": inbox.code(ANN)})
    assert response.status_code == 200
    assert response.json()["user"]["email"] == ANN


@pytest.mark.parametrize(
    "body",
    [
        {"token": "12345678"},
        {"token": "x" * 1000},
        {"token": ""},
        {"token": "1", "email": ANN},
    ],
)
def test_wrong_code_is_invalid_or_expired(client, user, body):
    problem = assert_problem(client.post(VERIFY, json=body), 400, error="invalid_or_expired")
    assert problem["code"] == "invalid_or_expired"


def test_past_a_hundred_wrong_codes_a_code_needs_its_address(inbox, user, store, config, link):
    with Clients(store, config) as clients:
        ask(clients.client)
        code = inbox.code(ANN)
        for _ in range(100):
            assert clients.post(VERIFY, {"token": other(code)})[0] == 400
        status, body = clients.post(VERIFY, {"token": code})
        assert (status, body["error"]) == (400, "invalid_or_expired")
        assert "address" in body["detail"]
        ask(clients.client)
        _, token = link().split("?token=")
        assert clients.post(VERIFY, {"token": token})[0] == 200
        ask(clients.client)
        assert clients.post(VERIFY, {"token": inbox.code(ANN), "email": ANN})[0] == 200


def other(code):
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


# -- guessing from everywhere ------------------------------------------------------------------


class Clients:
    """Requests to one application, each from a network address of its own."""

    def __init__(self, store, config):
        self.app = build_app(config, store)
        self.client = TestClient(self.app, base_url=BASE_URL)
        self._count = 0

    def __enter__(self):
        self.client.__enter__()
        return self

    def __exit__(self, *error):
        self.client.__exit__(*error)

    def post(self, path, body):
        return self.post_all(path, [body])[0]

    def post_all(self, path, bodies, at_once=50):
        """Statuses and bodies, in that order."""
        return self.client.blocking_portal.call(self._post_all, path, bodies, at_once)

    async def _post_all(self, path, bodies, at_once):
        answers = []
        for start in range(0, len(bodies), at_once):
            some = bodies[start : start + at_once]
            answers += await asyncio.gather(*(self._post(path, body) for body in some))
        return answers

    async def _post(self, path, body):
        self._count += 1
        number = self._count
        sent, messages = json.dumps(body).encode(), []

        async def receive():
            return {"type": "http.request", "body": sent, "more_body": False}

        async def send(message):
            messages.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1:8765")],
            "client": (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1),
            "server": ("127.0.0.1", 8765),
            "extensions": {},
            "litestar_app": self.app,
            "app": self.app,
        }
        await self.app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in messages[1:])
        return messages[0]["status"], json.loads(content)


def guess_everything(inbox, store, config, count):
    """Wrong codes of both kinds, with and without the address, while good ones are out."""
    accounts.set_password(store, email=ANN, password=PASSWORD)
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with Clients(store, config) as clients:
        ask(clients.client)
        magic = inbox.text(ANN)
        digits = first(r"\b\d{8}\b", magic)
        secret = first(r"\?token=[\w-]+", magic).partition("=")[2]
        clients.client.post(OTP_REQUEST, json={"email": ANN})
        otp = inbox.code(ANN)

        def wrong(code):
            return next(
                guess
                for guess in iter(lambda: f"{rng.randrange(10 ** len(code)):0{len(code)}}", None)
                if guess != code
            )

        otps = [{"email": ANN, "otp": wrong(otp)} for _ in range(count)]
        magics = [{"token": wrong(digits), "email": ANN} for _ in range(count // 2)]
        magics += [{"token": wrong(digits)} for _ in range(count // 2)]
        rng.shuffle(magics)
        statuses = {status for status, _ in clients.post_all(OTP_VERIFY, otps)}
        statuses |= {status for status, _ in clients.post_all(VERIFY, magics)}
        assert statuses == {400}
        # The codes that were guessed at are over ...
        assert clients.post(OTP_VERIFY, {"email": ANN, "otp": otp})[0] == 400
        assert clients.post(VERIFY, {"token": digits, "email": ANN})[0] == 400
        # ... and nothing else: the link, the password, and fresh codes.
        assert clients.post(VERIFY, {"token": secret})[0] == 200
        credentials = {"email": ANN, "password": PASSWORD}
        assert clients.post("/api/auth/jwt/token/", credentials)[0] == 200
        clients.client.post(OTP_REQUEST, json={"email": ANN})
        assert clients.post(OTP_VERIFY, {"email": ANN, "otp": inbox.code(ANN)})[0] == 200
        ask(clients.client)
        fresh = {"token": inbox.code(ANN), "email": ANN}
        assert clients.post(VERIFY, fresh)[0] == 200


def test_wrong_codes_from_many_addresses_end_the_attacked_codes_alone(inbox, store, config, user):
    guess_everything(inbox, store, config, 500)


@pytest.mark.soak
def test_ten_thousand_wrong_codes_of_each_kind_do_no_more(inbox, store, config, user):
    guess_everything(inbox, store, config, 10_000)


def test_somebody_elses_codes_are_not_touched(inbox, store, config, user):
    make_user(store, "bob@example.org")
    with Clients(store, config) as clients:
        clients.client.post(OTP_REQUEST, json={"email": "bob@example.org"})
        code = inbox.code("bob@example.org")
        wrong = [{"email": ANN, "otp": code}] * 20
        assert {status for status, _ in clients.post_all(OTP_VERIFY, wrong)} == {400}
        assert clients.post(OTP_VERIFY, {"email": "bob@example.org", "otp": code})[0] == 200
