"""How often may be asked: what counts against which budget, and what answers tell of it."""

import asyncio
import time
from dataclasses import replace

import httpx
import pytest
from litestar.routes import HTTPRoute

from solosync.web import limits
from solosync.web.documented import RATE
from solosync.web.limits import account_key, address_key
from tests.asserts import assert_problem
from tests.live import LiveServer
from tests.web.conftest import BOARDS

ME = "/api/v1/me"
STATE = {"state": {"zoom": 1}}


@pytest.fixture
def config(config):
    """Small budgets, of different sizes."""
    return replace(
        config,
        rate_limits=True,
        rate_user=6,
        rate_anon=3,
        rate_export=2,
        rate_autosave=8,
        rate_sign_in=4,
    )


def use_up(ask, status=429, most=20):
    """Asks until it's refused; how often it wasn't."""
    for count in range(most):
        if ask().status_code == status:
            return count
    raise AssertionError("it was never refused")


# -- what is told ------------------------------------------------------------------------------


def test_every_answer_tells_what_is_left(ann, clock):
    response = ann.get(ME)
    assert response.headers["ratelimit-policy"] == '"user";q=6;w=60'
    assert response.headers["ratelimit"] == '"user";r=5;t=10'
    assert response.headers["x-ratelimit-limit"] == "6"
    assert response.headers["x-ratelimit-remaining"] == "5"
    full_at = int(clock.now.timestamp()) + 10
    assert response.headers["x-ratelimit-reset"] == str(full_at)
    assert "retry-after" not in response.headers


def test_one_too_many_is_refused_with_the_time_to_wait(ann):
    assert use_up(lambda: ann.get(ME)) == 6
    response = ann.get(ME)
    assert_problem(response, 429, code="rate_limited", retry_after_seconds=10)
    assert response.headers["retry-after"] == "10"
    assert response.headers["ratelimit"].startswith('"user";r=0;t=')
    assert response.headers["x-ratelimit-remaining"] == "0"


def test_pages_of_other_origins_may_read_what_is_left(serving, config, sign_in):
    client = serving(replace(config, cors_origins=("https://board.example",)))
    response = client.get(ME, headers={"Origin": "https://board.example"})
    exposed = response.headers["access-control-expose-headers"].lower()
    for name in ("ratelimit", "ratelimit-policy", "retry-after", "x-ratelimit-reset"):
        assert name in exposed


# -- who is counted for what -------------------------------------------------------------------


def test_people_are_counted_each_for_themselves_wherever_they_are(ann, bob, sign_in):
    assert use_up(lambda: ann.get(ME)) == 6
    assert bob.get(ME).status_code == 200
    assert_problem(sign_in(ann.user).get(ME), 429)


def test_saving_is_not_starved_by_reading_nor_reading_by_saving(ann):
    board = ann.make_board()
    path = f"{BOARDS}{board['id']}/"
    assert use_up(lambda: ann.get(path)) == 5
    assert use_up(lambda: ann.patch(path, json=STATE)) == 8
    assert_problem(ann.get(path), 429)


def test_reading_is_not_starved_by_saving(ann):
    path = f"{BOARDS}{ann.make_board()['id']}/"
    assert use_up(lambda: ann.patch(path, json=STATE)) == 8
    assert use_up(lambda: ann.get(path)) == 5


def test_all_ways_to_save_share_one_budget(ann):
    path = f"{BOARDS}{ann.make_board()['id']}/"
    for way in ("diff/", "save-stream/", "beacon/", ""):
        method = "PATCH" if way in ("diff/", "") else "POST"
        ann.request(method, path + way)
    left = ann.patch(path, json=STATE).headers["x-ratelimit-remaining"]
    assert left == "3"


def test_signing_in_and_renewing_are_not_starved_by_strangers_behind_the_same_address(client):
    assert use_up(lambda: client.get(ME)) == 3
    response = client.post("/api/auth/jwt/refresh/", json={"refresh": "x"})
    assert response.status_code == 401
    assert response.headers["ratelimit-policy"] == '"tokens";q=3;w=60'
    assert use_up(lambda: client.post("/api/auth/jwt/verify/", json={"token": "x"})) == 2


def test_exports_have_their_own_budget_and_looking_at_them_another(ann):
    board = ann.make_board({"zoom": 1})
    url = f"{BOARDS}{board['id']}/export/"
    made = ann.post(url, json={"format": "json"}).json()
    assert use_up(lambda: ann.post(url, json={"format": "json"})) == 1
    assert use_up(lambda: ann.get(f"/api/v1/exports/{made['id']}/")) == 8
    assert ann.get(ME).status_code == 200


def test_nobody_is_counted_by_address(client, ann):
    assert use_up(lambda: client.post("/api/auth/jwt/verify/", json={"token": "x"})) == 3
    assert ann.get(ME).status_code == 200


@pytest.mark.parametrize(
    "method, path, headers",
    [
        ("GET", "/nowhere", {}),
        ("GET", "/api/v1/nowhere/", {}),
        ("DELETE", ME, {}),
        ("GET", ME, {}),
        ("GET", ME, {"Authorization": "Bearer x"}),
        ("PATCH", BOARDS + "x/", {"Authorization": "Bearer x"}),
        ("GET", ME, {"Cookie": "access_token=x; refresh_token=y"}),
        ("GET", ME, {"X-API-Key": "sk_live_x"}),
    ],
)
def test_what_no_route_counts_is_counted_for_the_address(client, method, path, headers):
    first = client.request(method, path, headers=headers)
    assert first.status_code in (401, 404, 405)
    assert first.headers["x-ratelimit-limit"] == "3"
    assert use_up(lambda: client.request(method, path, headers=headers)) == 2
    assert_problem(client.get("/elsewhere"), 429)


def test_codes_are_counted_by_address_and_by_account(client):
    def ask(email):
        return client.post("/api/auth/magic/request/", json={"email": email})

    assert use_up(lambda: ask("ann@example.org")) == 4
    assert_problem(ask("bob@example.org"), 429)


def test_codes_for_one_account_are_counted_wherever_they_are_asked_for(client):
    def ask(number, email):
        client.headers["X-Forwarded-For"] = f"198.51.100.{number}"
        return client.post("/api/auth/magic/request/", json={"email": email})

    services = client.app.state["services"]
    for _ in range(4):
        services.buckets.take(limits.SIGN_IN, account_key("ann@example.org"), 4)
    response = ask(1, " ANN@example.org ")
    assert_problem(response, 429)
    assert response.headers["x-ratelimit-remaining"] == "0"
    assert ask(1, "bob@example.org").status_code == 202


def test_health_is_told_however_often_it_is_asked(client):
    for _ in range(20):
        assert client.get("/health/live").status_code == 200
    assert "ratelimit" not in client.get("/health/ready").headers


def test_preflights_cost_nothing(serving, config):
    client = serving(replace(config, cors_origins=("https://board.example",)))
    asked = {"Origin": "https://board.example", "Access-Control-Request-Method": "PATCH"}
    for _ in range(20):
        assert client.options(ME, headers=asked).status_code == 204
    assert client.get(ME).headers["x-ratelimit-remaining"] == "2"


def test_limits_can_be_lifted_but_for_tries(serving, config, store, sign_in):
    client = serving(replace(config, rate_limits=False))
    ann = sign_in(client=client)
    for _ in range(10):
        assert "ratelimit" not in ann.get(ME).headers
        assert client.get("/nowhere").status_code == 404
    body = {"email": ann.user.email, "password": "wrong"}
    assert use_up(lambda: client.post("/api/auth/jwt/token/", json=body)) == 5


def test_attempt_that_is_refused_does_nothing(ann):
    while ann.post(BOARDS, json={"name": "A"}).status_code == 201:
        pass
    assert ann.client.app.state["services"].store.read(
        lambda tx: tx.one("SELECT count(*) FROM sessions")
    ) == (6,)


# -- which routes count as what ----------------------------------------------------------------

SESSION = BOARDS + "{session_id}"
AUTOSAVE = {
    ("PATCH", SESSION),
    ("PATCH", f"{SESSION}/diff"),
    ("POST", f"{SESSION}/save-stream"),
    ("POST", f"{SESSION}/beacon"),
    ("GET", f"{SESSION}/versions/{{rev}}"),
    ("GET", "/api/v1/exports/{export_id}"),
    ("GET", "/exports/{export_id}"),
    ("GET", "/files/{name}"),
    ("GET", "/thumbnails/{name}"),
    ("PUT", "/uploads/{file_id}"),
    ("GET", "/"),
}


def test_routes_count_as_they_should(client):
    by_name: dict[str | None, set[tuple[str, str]]] = {}
    for route in client.app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                name = handler.opt.get(RATE)
                assert name is None or name in limits.LIMITS
                by_name.setdefault(name, set()).add((method, route.path_format))
    assert by_name[limits.AUTOSAVE] >= AUTOSAVE
    assert by_name[limits.STATIC] == {("GET", "/static/{name}")}
    on_the_page = ("POST", "/boards/{session_id}/export")
    assert by_name[limits.EXPORT] == {("POST", f"{SESSION}/export"), on_the_page}
    assert all(path.startswith("/health/") or path == "/metrics" for _, path in by_name["none"])
    for name in (limits.AUTOSAVE, limits.NONE):
        assert not any("/auth/" in path or "/admin/" in path for _, path in by_name[name])
    admin = {path for _, path in by_name.get(limits.ADMIN, ())}
    assert all(path.startswith(("/api/v1/admin/", "/admin/")) for path in admin)


# -- keys --------------------------------------------------------------------------------------


def test_one_customer_is_one_address():
    assert address_key("2001:db8:1:2::1") == address_key("2001:db8:1:2:ffff::9")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
    assert address_key("::ffff:192.0.2.1") == address_key("192.0.2.1")
    assert address_key("192.0.2.1") != address_key("192.0.2.2")
    assert address_key("testclient") != address_key("")


def test_one_account_is_one_key_however_it_is_written():
    assert account_key(" Ann@Example.ORG") == account_key("ann@example.org")


# -- many at once ------------------------------------------------------------------------------


def test_limits_are_exact_when_many_ask_at_once(tmp_path):
    """[LIMITS1] Two people's requests and saves, all at the same time, over real sockets."""
    rates = ("--rate-limits", "--rate-user=6", "--rate-autosave=5")
    with LiveServer(tmp_path / "data", *rates) as server:
        server.solosync("users", "add", "bob@example.org", "--password-stdin", stdin="b" * 20)
        tokens = [server.sign_in().token, server.sign_in("bob@example.org", "b" * 20).token]
        began = time.monotonic()
        statuses = asyncio.run(ask_at_once(server.url, tokens))
        minutes = (time.monotonic() - began) / 60
    for kind, limit in (("read", 6), ("save", 5)):
        for token in tokens:
            passed = [status != 429 for status in statuses[kind, token]]
            assert limit <= sum(passed) <= limit + int(minutes * limit)


async def ask_at_once(url, tokens):
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        asked = {
            (kind, token): [
                http.request(
                    method, path, headers={"Authorization": f"Bearer {token}"}, content=b"{}"
                )
                for _ in range(100)
            ]
            for token in tokens
            for kind, method, path in (("read", "GET", ME), ("save", "PATCH", BOARDS + "x/"))
        }
        answers = await asyncio.gather(*(request for few in asked.values() for request in few))
    statuses = iter(answer.status_code for answer in answers)
    return {name: [next(statuses) for _ in few] for name, few in asked.items()}
