"""Contract "Platform", Signing in: the token routes."""

from dataclasses import replace

import pytest

from solosync.domain import accounts
from tests.asserts import assert_problem

TOKEN, REFRESH, VERIFY = (f"/api/auth/jwt/{name}/" for name in ("token", "refresh", "verify"))
PASSWORD = "correct horse"


@pytest.fixture
def user(store):
    return accounts.add_user(store, email="ann@example.org", password=PASSWORD)


def ask(client, email="ann@example.org", password=PASSWORD):
    return client.post(TOKEN, json={"email": email, "password": password})


def test_password_gets_a_pair_that_opens_the_api(client, user):
    response = ask(client)
    assert response.status_code == 200
    assert response.json().keys() == {"access", "refresh"}
    assert "set-cookie" not in response.headers
    headers = {"Authorization": f"Bearer {response.json()['access']}"}
    assert client.get("/api/v1/me", headers=headers).json()["id"] == user.user_id


def test_wrong_password_and_unknown_account_get_the_same_answer(client, user):
    answers = []
    for response in (ask(client, password="wrong"), ask(client, email="nobody@example.org")):
        problem = assert_problem(response, 401, code="unauthenticated")
        answers.append({**problem, "request_id": "", "instance": ""})
    assert answers[0] == answers[1]
    assert "ann@example.org" not in str(answers)


def test_sixth_wrong_try_waits_and_does_not_even_look(client, user):
    for _ in range(5):
        assert_problem(ask(client, password="wrong"), 401)
    response = ask(client)
    assert_problem(response, 429, code="rate_limited")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert response.headers["x-ratelimit-limit"] == "5"
    assert response.headers["x-ratelimit-remaining"] == "0"
    assert response.headers["ratelimit"].startswith('"tries";r=0;t=')


def test_tries_are_limited_even_without_rate_limits(serving, config, user):
    client = serving(replace(config, rate_limits=False))
    for _ in range(5):
        ask(client, password="wrong")
    assert_problem(ask(client), 429)


def test_right_passwords_are_not_counted(client, user):
    assert {ask(client).status_code for _ in range(8)} == {200}


def test_refresh_exchanges_the_pair(client, user):
    first = ask(client).json()
    response = client.post(REFRESH, json={"refresh": first["refresh"]})
    assert response.status_code == 200
    assert response.json().keys() == {"access", "refresh"}
    assert response.json()["refresh"] != first["refresh"]


def test_unknown_refresh_token_is_refused(client):
    assert_problem(client.post(REFRESH, json={"refresh": "unknown"}), 401)


def test_verify_takes_both_kinds_and_leaves_them_as_they_are(client, user):
    pair = ask(client).json()
    for token in (pair["access"], pair["refresh"], pair["refresh"]):
        response = client.post(VERIFY, json={"token": token})
        assert response.status_code == 200
        assert response.json() == {}
    assert client.post(REFRESH, json={"refresh": pair["refresh"]}).status_code == 200
    assert_problem(client.post(VERIFY, json={"token": "rubbish"}), 401)


@pytest.mark.parametrize("path", [TOKEN, REFRESH, VERIFY])
@pytest.mark.parametrize("body", ["", "[]", "{}", '{"email": 1, "refresh": 2, "token": 3}', "{"])
def test_unusable_body_is_refused(client, path, body):
    assert_problem(client.post(path, content=body), 400)


def test_body_is_capped(client):
    assert_problem(client.post(TOKEN, content=b" " * 20_000), 413, limit=16 * 1024)
