"""Contract "Solo", Fine-grained saves: operations, the stream of states, and the beacon."""

import gzip
import json
import re

import pytest

from solosync.domain import sessions
from tests.asserts import assert_problem, digest
from tests.web.conftest import BOARDS

A, B = {"id": "a", "tool": "pen"}, {"id": "b", "tool": "pen"}
ADD_B = {"op": "add", "kind": "stroke", "value": B}
DIGEST = re.compile(r"[0-9a-f]{64}")


@pytest.fixture
def board(ann):
    return ann.make_board({"pages": [{"id": "p", "strokes": [A]}]})


@pytest.fixture
def url(board):
    return f"{BOARDS}{board['id']}/"


def strokes(person, url):
    return person.get(url).json()["state"]["pages"][0]["strokes"]


def diff(person, url, ops, headers=None, **fields):
    headers = {"X-Rev": "0"} if headers is None else headers
    return person.patch(f"{url}diff/", json={"rev": 0, "ops": ops} | fields, headers=headers)


def stream(person, url, body, headers=None):
    headers = {"X-Rev": "0"} if headers is None else headers
    return person.post(f"{url}save-stream/", json=body, headers=headers)


# -- diff --------------------------------------------------------------------------------------


def test_operations_are_answered_with_the_next_rev(ann, url):
    response = diff(ann, url, [ADD_B], client_ts="2026-01-01T00:00:00Z")
    answer = response.json()
    assert response.status_code == 200
    assert response.headers["etag"] == 'W/"rev:1"'
    assert answer.keys() == {"server_ts", "next_rev", "digest"}
    assert answer["next_rev"] == 1
    assert answer["digest"] == ann.get(url).json()["state_digest"]
    assert answer["server_ts"].endswith("Z")
    assert strokes(ann, url) == [A, B]


def test_operations_are_all_or_none(ann, url):
    response = diff(ann, url, [ADD_B, {"op": "remove", "kind": "stroke", "id": "nowhere"}])
    problem = assert_problem(response, 422, detail="invalid_ops", index=1)
    assert problem["message"]
    assert strokes(ann, url) == [A]
    assert ann.get(url).json()["rev"] == 0


@pytest.mark.parametrize("kind", ["stroke", "page", "meta"])
def test_operations_are_not_for_excalidraw_boards(ann, kind):
    elements = [{"id": "e", "type": "ellipse"}]
    board = ann.make_board({"type": "excalidraw", "elements": elements, "files": {}})
    url = f"{BOARDS}{board['id']}/"
    response = diff(ann, url, [{"op": "add", "kind": kind, "value": {"id": "n"}}])
    assert_problem(response, 422, detail="invalid_ops", index=0)
    assert ann.get(url).json() == board


@pytest.mark.parametrize(
    "op",
    [
        {"op": "add", "kind": "stroke", "value": A},
        {"op": "add", "kind": "stroke", "value": {"tool": "pen"}},
        {"op": "add", "kind": "stroke"},
        {"op": "add", "kind": "stroke", "value": B, "page_id": "nowhere"},
        {"op": "update", "kind": "stroke", "id": "a"},
        {"op": "update", "kind": "stroke", "patch": {"size": 1}},
        {"op": "remove", "kind": "asset", "id": "a"},
        {"op": "paint", "kind": "stroke", "id": "a"},
        {"op": "remove", "kind": "layer", "id": "a"},
        {"op": "remove"},
        "text",
        None,
    ],
    ids=str,
)
def test_operation_that_does_not_fit_is_refused(ann, url, op):
    assert_problem(diff(ann, url, [op]), 422, detail="invalid_ops", index=0)
    assert ann.get(url).json()["rev"] == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"ops": []}, {"ops": "text"}, {"ops": None}, {"ops": [ADD_B] * 101}, []],
    ids=["none", "empty", "text", "null", "101", "list"],
)
def test_body_without_proper_operations_is_refused(ann, url, body):
    assert_problem(ann.patch(f"{url}diff/", json=body, headers={"X-Rev": "0"}), 400)


def test_hundred_operations_are_taken(ann, url):
    ops = [{"op": "add", "kind": "stroke", "value": {"id": f"n{i}"}} for i in range(100)]
    assert diff(ann, url, ops).status_code == 200
    assert len(strokes(ann, url)) == 101


# -- preconditions -----------------------------------------------------------------------------

STALE = [
    ({"If-Match": 'W/"rev:1"'}, 412),
    ({"If-Match": "1"}, 412),
    ({"If-Match": "rubbish"}, 412),
    ({"If-Match": ""}, 412),
    ({"If-Match": "*"}, 412),
    ({"If-Match": 'W/"rev:-0"'}, 412),
    ({"If-Match": "99999999999999999999"}, 412),
    ({"If-Match": "1", "X-Rev": "0"}, 412),
    ({}, 409),
    ({"X-Rev": "1"}, 409),
    ({"X-Rev": "rubbish"}, 409),
    ({"X-Rev": "\N{ARABIC-INDIC DIGIT ZERO}"}, 409),
    ({"X-Revision": "1"}, 409),
    ({"X-Rev": "1", "X-Revision": "0"}, 409),
]
CURRENT = [
    {"If-Match": 'W/"rev:0"'},
    {"If-Match": '"rev:0"'},
    {"If-Match": '"0"'},
    {"If-Match": "0"},
    {"If-Match": "0", "X-Rev": "7"},
    {"X-Rev": "0"},
    {"X-Rev": 'W/"rev:0"'},
    {"X-Revision": "0"},
]
SAVES = {
    "diff": lambda person, url, headers: diff(person, url, [ADD_B], headers),
    "save-stream": lambda person, url, headers: stream(
        person, url, {"state": {"pages": [{"id": "p", "strokes": [A, B]}]}}, headers
    ),
}


def as_sent(headers):
    return {name: value.encode() for name, value in headers.items()}


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
@pytest.mark.parametrize("headers, status", STALE, ids=str)
def test_save_from_another_rev_is_refused(ann, url, save, headers, status):
    error = {412: "precondition_failed", 409: "rev_mismatch"}[status]
    assert_problem(save(ann, url, as_sent(headers)), status, error=error, server_rev=0)
    assert strokes(ann, url) == [A]


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
@pytest.mark.parametrize("headers", CURRENT, ids=str)
def test_save_from_the_current_rev_is_taken(ann, url, save, headers):
    assert save(ann, url, headers).status_code < 300
    assert strokes(ann, url) == [A, B]


# -- save-stream -------------------------------------------------------------------------------


def test_streamed_state_is_accepted(ann, url):
    state = {"pages": [{"id": "p", "strokes": [A, B], "own": {"deep": [1]}}]}
    response = stream(ann, url, {"state": state, "client_ts": 1})
    assert response.status_code == 202
    assert response.headers["etag"] == 'W/"rev:1"'
    assert response.json() == {"detail": "accepted", "rev": 1, "digest": digest(state)}
    assert ann.get(url).json()["state"] == state


def test_bare_state_is_accepted_as_it_is(ann, url):
    state = {"pages": [{"id": "p", "strokes": [B]}], "zoom": 2}
    assert stream(ann, url, state).status_code == 202
    assert ann.get(url).json()["state"] == state


def test_bare_state_may_be_a_hundred_levels_deep(ann, url):
    def save(levels):
        text = '{"deep": ' + "[" * (levels - 1) + "]" * (levels - 1) + "}"
        return ann.post(f"{url}save-stream/", content=text, headers={"X-Rev": "0"})

    assert_problem(save(101), 400)
    assert save(100).status_code == 202


def test_same_state_again_changes_nothing(ann, board, url):
    response = stream(ann, url, {"state": board["state"]})
    assert response.status_code == 204
    assert response.content == b""
    assert ann.get(url).json()["rev"] == 0


@pytest.mark.parametrize(
    "body", [{}, {"client_ts": 1}, {"client_ts": 1, "idempotency_key": "k"}, b""], ids=str
)
def test_nothing_to_save_is_refused(ann, url, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = ann.post(f"{url}save-stream/", content=content, headers={"X-Rev": "0"})
    assert_problem(response, 400, detail="state_required")


@pytest.mark.parametrize(
    "body", [{"state": None}, {"state": []}, {"state": {}, "idempotency_key": 7}]
)
def test_unusable_stream_is_refused(ann, url, body):
    assert_problem(stream(ann, url, body), 400)


def test_same_key_is_answered_as_the_first_time(ann, url):
    first = stream(ann, url, {"state": {"zoom": 1}, "idempotency_key": "k"})
    again = stream(ann, url, {"state": {"zoom": 2}, "idempotency_key": "k"}, {"X-Rev": "99"})
    assert first.status_code == again.status_code == 202
    assert again.json() == first.json()
    assert ann.get(url).json()["state"] == {"zoom": 1}
    assert ann.get(url).json()["rev"] == 1


def test_an_empty_key_is_none(ann, url):
    for rev in range(2):
        body = {"state": {"zoom": rev}, "idempotency_key": ""}
        assert stream(ann, url, body, {"X-Rev": str(rev)}).json()["rev"] == rev + 1
    assert ann.get(url).json()["state"] == {"zoom": 1}


def test_same_key_after_an_unchanged_save_is_unchanged_again(ann, board, url):
    body = {"state": board["state"], "idempotency_key": "k"}
    assert stream(ann, url, body).status_code == 204
    assert stream(ann, url, {"state": {"zoom": 2}, "idempotency_key": "k"}).status_code == 204
    assert ann.get(url).json()["rev"] == 0


def test_keys_are_per_board_and_person(ann, sign_in, store, url):
    stream(ann, url, {"state": {"zoom": 1}, "idempotency_key": "k"})
    other = ann.make_board()
    other_url = f"{BOARDS}{other['id']}/"
    assert stream(ann, other_url, {"state": {"zoom": 2}, "idempotency_key": "k"}).json()["rev"] == 1
    assert ann.get(other_url).json()["state"] == {"zoom": 2}


def test_key_is_forgotten_after_a_day(ann, url, clock, sign_in):
    stream(ann, url, {"state": {"zoom": 1}, "idempotency_key": "k"})
    clock.advance(days=1, seconds=1)
    later = sign_in(ann.user)
    body = {"state": {"zoom": 2}, "idempotency_key": "k"}
    assert stream(later, url, body, {"X-Rev": "1"}).json()["rev"] == 2


def test_refused_save_is_not_remembered(ann, url):
    body = {"state": {"zoom": 1}, "idempotency_key": "k"}
    assert stream(ann, url, body, {"X-Rev": "5"}).status_code == 409
    assert stream(ann, url, body).status_code == 202


def test_broken_body_is_refused_before_the_key_is_looked_up(ann, url):
    stream(ann, url, {"state": {"zoom": 1}, "idempotency_key": "k"})
    content = '{"idempotency_key": "k", "state": {"zoom": 1e999}}'
    assert_problem(ann.post(f"{url}save-stream/", content=content, headers={"X-Rev": "0"}), 400)


# -- beacon ------------------------------------------------------------------------------------


def beacon(person, url, content=b"", **headers):
    return person.client.post(
        f"{url}beacon/",
        content=content,
        headers=person.cookies | {"Content-Type": "text/plain;charset=UTF-8"} | headers,
    )


def test_beacon_with_a_state_saves_it(ann, url):
    response = beacon(ann, url, json.dumps({"state": {"pages": [{"id": "p", "strokes": [A, B]}]}}))
    assert response.status_code == 204
    assert response.content == b""
    assert strokes(ann, url) == [A, B]


@pytest.mark.parametrize("content", ["", "{}", '{"heartbeat": true}', '{"client_ts": 5}', " "])
def test_beacon_without_a_state_only_tells_of_life(ann, url, content, store):
    before = ann.get(url).json()
    assert beacon(ann, url, content).status_code == 204
    assert ann.get(url).json() == before


def test_heartbeat_moves_the_time_last_seen(ann, url, board, clock, sign_in, store):
    ann = sign_in(ann.user)
    beacon(ann, url)
    first = sessions.get_session(store, ann.actor, board["id"]).last_seen_at
    clock.advance(seconds=5)
    beacon(ann, url)
    assert sessions.get_session(store, ann.actor, board["id"]).last_seen_at == first + 5_000


@pytest.mark.parametrize("content", ["x", "[]", '{"state": 1}', '{"state": {"a": NaN}}'])
def test_broken_beacon_is_refused(ann, url, content):
    assert_problem(beacon(ann, url, content), 400)


def test_beacon_from_another_sites_page_is_refused(ann, url):
    body = json.dumps({"state": {}})
    response = beacon(ann, url, body, Origin="https://evil.example")
    assert_problem(response, 403)
    assert strokes(ann, url) == [A]


# -- limits ------------------------------------------------------------------------------------

LIMITS = [
    ("diff", "PATCH", 512 * 1024),
    ("save-stream", "POST", 2 * 1024 * 1024),
    ("beacon", "POST", 64 * 1024),
]


def padded(length):
    return b'{"client_ts":"' + b"x" * (length - 16) + b'"}'


@pytest.mark.parametrize("endpoint, method, limit", LIMITS)
@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_body_over_the_limit_is_refused(ann, url, endpoint, method, limit, encoding):
    def send(content):
        headers = {"Content-Encoding": "gzip"} if encoding == "gzip" else {}
        content = gzip.compress(content, 1) if encoding == "gzip" else content
        return ann.request(method, f"{url}{endpoint}/", content=content, headers=headers)

    problem = assert_problem(
        send(padded(limit + 1)),
        413,
        error="payload_too_large",
        limit=limit,
        encoding=encoding,
        endpoint=endpoint,
    )
    assert problem["request_id"]
    assert send(padded(limit)).status_code != 413


# -- order -------------------------------------------------------------------------------------


def test_checks_come_in_the_contracts_order(ann, bob, client, url):
    """401, 404, 415, 413, 400, remembered answer, 409/412, 422: each request breaks all that come
    later as well."""
    wrong_encoding = {"Content-Encoding": "br"}
    huge, broken = b"{" * (512 * 1024 + 1), b"{"
    misfit = {"ops": [{"op": "remove", "kind": "stroke", "id": "nowhere"}]}
    target = f"{url}diff/"
    assert_problem(client.patch(target, content=huge, headers=wrong_encoding), 401)
    assert_problem(bob.patch(target, content=huge, headers=wrong_encoding), 404)
    assert_problem(ann.patch(target, content=huge, headers=wrong_encoding), 415)
    assert_problem(ann.patch(target, content=huge), 413)
    assert_problem(ann.patch(target, content=broken), 400)
    assert_problem(ann.patch(target, json=misfit), 409)
    assert_problem(ann.patch(target, json=misfit, headers={"If-Match": "5"}), 412)
    assert_problem(ann.patch(target, json=misfit, headers={"X-Rev": "0"}), 422)
