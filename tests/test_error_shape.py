"""Whatever goes wrong, the answer is a problem document (RFC 9457) with the same members:
`type, title, status, detail, instance, request_id, code`, and those that a contract adds."""

from typing import Any

import pytest

from solosync import errors
from solosync.errors import SolosyncError
from solosync.web.errors import OUTCOMES, outcome
from tests.asserts import PROBLEM_MEMBERS, assert_problem
from tests.web.conftest import *  # noqa: F403 - its fixtures
from tests.web.conftest import BOARDS

SECRET = "s3cret"


def subclasses(kind):
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_error_has_an_outcome_of_its_own_or_its_bases():
    for kind in subclasses(SolosyncError):
        assert any(ancestor in OUTCOMES for ancestor in kind.__mro__[:-3]), kind


@pytest.mark.parametrize(
    "error, status, close_code",
    [
        (errors.Invalid(), 400, 4400),
        (errors.InvalidOps("x", 0), 422, 4400),
        (errors.Unauthenticated(), 401, 4401),
        (errors.Forbidden(), 403, 4403),
        (errors.NotFound("session", "x"), 404, 4404),
        (errors.Gone(), 410, 4404),
        (errors.Conflict(), 409, 4409),
        (errors.Stale(3), 409, 4409),
        (errors.Taken("email"), 409, 4409),
        (errors.TooLarge(5), 413, 4413),
        (errors.UnsupportedMedia(), 415, 4400),
        (errors.RateLimited(5), 429, 4429),
        (errors.Unavailable(), 503, 1013),
        (errors.StorageFailed(), 507, 1011),
        (errors.Damaged(), 503, 1011),
        (RuntimeError(), 500, 1011),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_error_ends_requests_and_sockets_as_the_table_says(error, status, close_code):
    assert outcome(error) == (status, close_code)


# One of each kind that a request can bring about: (method, path, settings, status, code).
MISTAKES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/api/nowhere", {}, 404, "not_found"),
    ("PUT", BOARDS, {}, 405, "method_not_allowed"),
    ("GET", f"{BOARDS}?trash=x", {}, 400, "bad_request"),
    ("GET", f"{BOARDS}?limit=x", {}, 400, "invalid"),
    ("GET", f"{BOARDS}x/", {}, 404, "session.not_found"),
    ("POST", BOARDS, {"content": "{"}, 400, "invalid"),
    ("POST", BOARDS, {"json": {"name": 1}}, 400, "invalid"),
    ("POST", BOARDS, {"json": {"organization_id": "x"}}, 404, "organization.not_found"),
    ("POST", BOARDS, {"headers": {"Content-Encoding": "br"}}, 415, "unsupported_media_type"),
    ("GET", "/api/v1/me", {"headers": {"Authorization": "Bearer x"}}, 401, "unauthenticated"),
    ("GET", "/", {"headers": {"Host": "evil.example"}}, 421, "wrong_host"),
    ("POST", "/link/x", {}, 410, "gone"),
    ("GET", "/static/x", {}, 404, "file.not_found"),
]


@pytest.mark.parametrize("method, path, settings, status, code", MISTAKES, ids=str)
def test_mistake_is_answered_by_a_problem_document(ann, method, path, settings, status, code):
    problem = assert_problem(ann.request(method, path, **settings), status, code=code)
    assert problem["type"] == f"urn:solosync:{code}"
    assert problem["title"]
    assert problem["detail"]


def test_wrong_method_names_the_right_ones(ann):
    allowed = ann.request("PUT", BOARDS).headers["allow"]
    assert {"GET", "POST"} <= {name.strip() for name in allowed.split(",")}


def test_unusable_parameter_is_named(ann):
    problem = ann.get(f"{BOARDS}?trash=x").json()
    assert problem["fields"].keys() == {"trash"}
    assert "trash" in problem["detail"]


def test_everything_that_does_not_fit_a_body_is_named(ann):
    problem = ann.post("/api/auth/jwt/token/", json={"password": 5}).json()
    assert problem["fields"] == {"email": "missing", "password": "Expected `str`, got `int`"}
    assert "email: missing; password: Expected" in problem["detail"]


@pytest.fixture
def failing(client, monkeypatch):
    """Makes reading one's person fail with the given error."""

    def fail(error):
        def raise_it(*_, **__):
            raise error

        monkeypatch.setattr("solosync.domain.accounts.get_person", raise_it)

    return fail


def test_surprise_is_logged_and_told_without_details(ann, failing, caplog):
    failing(RuntimeError(SECRET))
    response = ann.get("/api/v1/me")
    problem = assert_problem(response, 500, code="internal")
    assert SECRET not in response.text
    assert problem.keys() == PROBLEM_MEMBERS
    (record,) = caplog.records
    assert SECRET in caplog.text
    assert record.exc_info


def test_log_of_a_surprise_holds_no_token(client, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("solosync.domain.links.redeem", fail)
    assert_problem(client.post(f"/link/{SECRET}"), 500)
    assert SECRET not in caplog.text
    assert "/link/{token}" in caplog.text


@pytest.mark.parametrize(
    "kind, status",
    [(errors.StorageFailed, 507), (errors.Damaged, 503), (errors.Unavailable, 503)],
)
def test_trouble_of_ours_is_logged_with_its_cause_and_told_without(
    ann, failing, caplog, kind, status
):
    error = kind()
    error.__cause__ = OSError(SECRET)
    failing(error)
    response = ann.get("/api/v1/me")
    assert_problem(response, status, code=kind.code, detail=kind.default_message)
    assert SECRET not in response.text
    assert SECRET in caplog.text
    assert ("retry-after" in response.headers) == (status == 503)


def test_clients_mistakes_are_no_errors_in_the_log(ann, caplog):
    for method, path, settings, _, _ in MISTAKES:
        ann.request(method, path, **settings)
    assert [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []


def test_details_stand_beside_the_standard_members(ann, failing):
    failing(errors.Unavailable("No.", reason="because"))
    assert_problem(ann.get("/api/v1/me"), 503, detail="No.", reason="because")
