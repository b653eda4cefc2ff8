"""Idempotency-Key: the same key within a day gets the same answer, and nothing is done twice."""

import asyncio
import gzip
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from solosync.domain import upkeep
from solosync.web import repeats
from tests.asserts import assert_problem
from tests.live import LiveServer
from tests.servers import PATIENCE_SECONDS
from tests.web.conftest import BASE_URL, BOARDS

KEY = {"Idempotency-Key": "one"}


def names(person):
    return sorted(board["name"] for board in person.get(BOARDS).json()["results"])


def forget_answer(store, key="one"):
    """As a process leaves it that died after the deed and before the answer."""
    store.write(
        lambda tx: tx.execute(
            "UPDATE remembered_answers SET status = 0, sealed = x'' WHERE key = ?", (key,)
        )
    )


def test_same_key_gets_the_same_answer_and_does_nothing(ann):
    first = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    again = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert names(ann) == ["A"]


def test_pages_of_other_origins_may_ask_again(serving, config, sign_in):
    origins = ("https://one.example", "https://two.example")
    ann = sign_in(client=serving(replace(config, cors_origins=origins)))
    for origin in (None, *origins, *origins):
        headers = KEY | ({"Origin": origin} if origin else {})
        response = ann.post(BOARDS, json={"name": "A"}, headers=headers)
        assert response.status_code == 201
        assert response.headers.get("access-control-allow-origin") == origin
        if origin:
            assert "idempotent-replayed" in response.headers["access-control-expose-headers"]
    assert names(ann) == ["A"]


def test_without_a_key_everything_is_done_each_time(ann):
    for _ in range(2):
        ann.post(BOARDS, json={"name": "A"})
    assert names(ann) == ["A", "A"]


def test_another_key_is_another_request(ann):
    ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    ann.post(BOARDS, json={"name": "A"}, headers={"Idempotency-Key": "two"})
    assert names(ann) == ["A", "A"]


def test_same_key_for_something_else_is_refused(ann):
    board = ann.post(BOARDS, json={"name": "A"}, headers=KEY).json()
    path = f"{BOARDS}{board['id']}/"
    for method, other, body in [
        ("POST", BOARDS, {"name": "B"}),
        ("POST", BOARDS + "?x=1", {"name": "A"}),
        ("PATCH", path, {"name": "A"}),
        ("POST", path + "duplicate/", None),
    ]:
        response = ann.request(method, other, json=body, headers=KEY)
        assert_problem(response, 422, code="idempotency_key_reused")
    assert names(ann) == ["A"]
    again = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    assert (again.status_code, again.json()) == (201, board)


def test_slash_at_the_end_makes_no_difference(ann):
    ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    again = ann.post(BOARDS.rstrip("/"), json={"name": "A"}, headers=KEY)
    assert again.headers["idempotent-replayed"] == "true"


def test_body_counts_as_it_was_sent(ann):
    text = json.dumps({"name": "A"}).encode()
    packed = {
        "content": gzip.compress(text, mtime=0),
        "headers": KEY | {"Content-Encoding": "gzip"},
    }
    first = ann.post(BOARDS, **packed)
    assert ann.post(BOARDS, **packed).content == first.content
    assert_problem(ann.post(BOARDS, content=text, headers=KEY), 422)


def test_keys_are_each_persons_own(ann, bob):
    ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    response = bob.post(BOARDS, json={"name": "A"}, headers=KEY)
    assert response.status_code == 201
    assert "idempotent-replayed" not in response.headers
    assert names(ann) == names(bob) == ["A"]


def test_keys_hold_on_all_of_a_persons_devices(ann, sign_in):
    first = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    again = sign_in(ann.user).post(BOARDS, json={"name": "A"}, headers=KEY)
    assert again.content == first.content


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_key_that_is_empty_or_too_long_is_refused(ann, key):
    assert_problem(ann.post(BOARDS, json={}, headers={"Idempotency-Key": key}), 400)
    assert names(ann) == []


def test_route_without_a_body_is_done_once(ann):
    board = ann.make_board(name="A")
    path = f"{BOARDS}{board['id']}/duplicate/"
    copies = {ann.post(path, headers=KEY).json()["id"] for _ in range(3)}
    assert len(copies) == 1
    assert names(ann) == ["A", "A (Copy)"]


def test_refusal_is_remembered_too(ann):
    first = ann.patch("/api/v1/me", json={"username": 1}, headers=KEY)
    again = ann.patch("/api/v1/me", json={"username": 1}, headers=KEY)
    assert_problem(first, 400)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"


def test_what_is_refused_before_the_body_is_read_comes_first(ann, bob, client):
    board = ann.make_board()
    path = f"{BOARDS}{board['id']}/"
    assert ann.patch(path, json={"name": "B"}, headers=KEY).status_code == 200
    assert_problem(client.patch(path, json={"name": "B"}, headers=KEY), 401)
    assert_problem(bob.patch(path, json={"name": "B"}, headers=KEY), 404)
    other = ann.patch(path, content=b"x", headers=KEY | {"Content-Encoding": "br"})
    assert_problem(other, 415)
    too_large = ann.patch("/api/v1/me", content=b" " * 70_000, headers=KEY)
    assert_problem(too_large, 413, endpoint="me")
    ann.delete(path)
    assert_problem(ann.patch(path, json={"name": "B"}, headers=KEY), 404)


def test_answer_is_forgotten_after_a_day(ann, store, config, clock):
    first = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    clock.advance(hours=23, minutes=59)
    renewed = ann.sign_in.tokens.refresh
    pair = ann.client.post("/api/auth/jwt/refresh/", json={"refresh": renewed}).json()
    later = {"Authorization": f"Bearer {pair['access']}"} | KEY
    again = ann.client.post(BOARDS, json={"name": "A"}, headers=later)
    assert again.content == first.content
    clock.advance(minutes=2)
    other = ann.client.post(BOARDS, json={"name": "B"}, headers=later)
    assert other.status_code == 201
    clock.advance(hours=25)
    upkeep.drop_expired(store, int(clock.now.timestamp() * 1000))
    assert store.read(lambda tx: tx.all("SELECT * FROM remembered_answers")) == []


def test_reading_and_deleting_know_no_keys(ann):
    board = ann.make_board()
    path = f"{BOARDS}{board['id']}/"
    for _ in range(2):
        assert "idempotent-replayed" not in ann.get(path, headers=KEY).headers
    assert ann.delete(path, headers=KEY).status_code == 204
    assert ann.delete(path, headers=KEY).status_code == 404


def test_streams_of_saves_keep_their_own_rule(ann):
    board = ann.make_board()
    path = f"{BOARDS}{board['id']}/save-stream/"
    for rev, state in enumerate(({"a": 1}, {"a": 2})):
        headers = KEY | {"If-Match": str(rev)}
        assert ann.post(path, json={"state": state}, headers=headers).status_code == 202


def test_stale_save_is_stale_again_under_its_key(ann):
    board = ann.make_board()
    path = f"{BOARDS}{board['id']}/diff/"
    body = {"ops": [{"op": "add", "kind": "stroke", "value": {"id": "s"}}]}
    assert ann.patch(path, json=body, headers=KEY | {"X-Rev": "0"}).status_code == 200
    again = ann.patch(path, json=body, headers=KEY | {"X-Rev": "0"})
    assert (again.status_code, again.json()["next_rev"]) == (200, 1)
    stale = ann.patch(path, json=body, headers={"Idempotency-Key": "two", "X-Rev": "0"})
    assert_problem(stale, 409, error="rev_mismatch")


def test_answers_are_kept_sealed(ann, store):
    ann.post(BOARDS, json={"name": "a secret name"}, headers=KEY)
    rows = store.read(lambda tx: tx.all("SELECT * FROM remembered_answers"))
    assert len(rows) == 1
    assert b"secret" not in repr(rows).encode()


def test_what_was_done_is_not_done_again_when_its_answer_is_lost(ann, store):
    ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    forget_answer(store)
    again = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    assert_problem(again, 409, code="idempotency_answer_lost")
    assert_problem(ann.post(BOARDS, json={"name": "B"}, headers=KEY), 422)
    assert_problem(ann.post(BOARDS, json={"name": "A"}, headers=KEY), 409)
    assert names(ann) == ["A"]


def limit_disk(store, count):
    """To so many pages, or as many as there are already."""
    store.write_alone(lambda tx: tx.execute(f"PRAGMA max_page_count = {count}"))


def test_what_could_not_be_stored_may_be_tried_again(ann, store):
    big = {"name": "A", "state": {"a": random.Random(1).randbytes(100_000).hex()}}
    limit_disk(store, 1)
    assert_problem(ann.post(BOARDS, json=big, headers=KEY), 507)
    limit_disk(store, 2**30)
    again = ann.post(BOARDS, json=big, headers=KEY)
    assert again.status_code == 201
    assert "idempotent-replayed" not in again.headers


def test_very_large_answer_is_lost_but_known_to_be_done(ann, monkeypatch):
    monkeypatch.setattr("solosync.domain.answers.MOST_BYTES", 100)
    assert ann.post(BOARDS, json={"name": "A"}, headers=KEY).status_code == 201
    again = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    assert_problem(again, 409, code="idempotency_answer_lost")


def test_every_answer_of_a_replay_counts_against_the_budget_of_now(serving, config, sign_in):
    client = serving(replace(config, rate_limits=True, rate_user=5))
    ann = sign_in(client=client)
    for remaining in (4, 3):
        response = ann.post(BOARDS, json={}, headers=KEY)
        assert response.headers["x-ratelimit-remaining"] == str(remaining)


def test_doubled_slashes_make_no_difference(ann):
    first = ann.post(f"{BASE_URL}/{BOARDS}", json={"name": "A"}, headers=KEY)
    again = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    assert again.content == first.content
    assert names(ann) == ["A"]


# -- at the same time --------------------------------------------------------------------------


@pytest.fixture
def hold(store):
    """Holds everything that is to be stored until it's called."""
    go_on, holding = threading.Event(), threading.Event()

    def wait(tx):
        holding.set()
        assert go_on.wait(60)

    with ThreadPoolExecutor(1) as writer:
        writer.submit(store.write_alone, wait)
        assert holding.wait(10)
        try:
            yield go_on.set
        finally:
            go_on.set()


def is_running(client):
    return bool(client.app.state["services"].attempts)


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def test_what_still_runs_is_waited_for_and_then_told(ann, hold, monkeypatch):
    monkeypatch.setattr(repeats, "PATIENCE_SECONDS", 0.1)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(ann.post, BOARDS, json={"name": "A"}, headers=KEY)
        wait_until(lambda: is_running(ann.client))
        again = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
        assert_problem(again, 409, code="idempotency_in_progress")
        assert int(again.headers["retry-after"]) > 0
        assert_problem(ann.post(BOARDS, json={"name": "B"}, headers=KEY), 422)
        hold()
        assert first.result().status_code == 201
    again = ann.post(BOARDS, json={"name": "A"}, headers=KEY)
    assert again.content == first.result().content
    assert names(ann) == ["A"]
    assert not is_running(ann.client)


def test_whoever_waits_gets_the_answer_too(ann, hold):
    with ThreadPoolExecutor(8) as others:
        posts = [others.submit(ann.post, BOARDS, json={"name": "A"}, headers=KEY) for _ in range(8)]
        wait_until(lambda: is_running(ann.client))
        hold()
        answers = [post.result() for post in posts]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer for answer in answers if "idempotent-replayed" in answer.headers]
    assert len(replayed) == 7
    assert names(ann) == ["A"]


def test_many_equal_requests_at_once_have_one_effect(tmp_path):
    """[REPEATS1] Fifty on sockets of their own, for each of three kinds of requests."""
    with LiveServer(tmp_path / "data") as server:
        ann = server.sign_in()
        board = ann.make_board({"zoom": 1})
        asked = {
            "post": ("POST", BOARDS, {"name": "A"}),
            "copy": ("POST", f"{BOARDS}{board}/duplicate/", None),
            "patch": ("PATCH", f"{BOARDS}{board}/", {"state": {"zoom": 2}}),
        }
        answers = asyncio.run(ask_at_once(server.url, ann.token, asked))
        for key, answered in answers.items():
            assert {answer.status_code for answer in answered} <= {200, 201}, key
            assert len({answer.content for answer in answered}) == 1, key
            first = [answer for answer in answered if "idempotent-replayed" not in answer.headers]
            assert len(first) == 1, key
        boards = ann.http.get(BOARDS).json()["results"]
        assert sorted(board["name"] for board in boards) == ["A", "Untitled", "Untitled (Copy)"]
        assert ann.get(board)["rev"] == 1


async def ask_at_once(url, token, asked, times=50):
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:
        headers = {"Authorization": f"Bearer {token}"}
        groups = [
            asyncio.gather(
                *(
                    http.request(
                        method, path, json=body, headers=headers | {"Idempotency-Key": key}
                    )
                    for _ in range(times)
                )
            )
            for key, (method, path, body) in asked.items()
        ]
        return dict(zip(asked, await asyncio.gather(*groups), strict=True))
