"""What checks the answers of the other tests sees what it should."""

import json

import httpx
import pytest

from tests.contract import Departure, check

ME = "/api/v1/me"
ID = {"X-Request-ID": "x"}
PROBLEM = {
    "type": "urn:solosync:x",
    "title": "Unauthorized",
    "status": 401,
    "detail": "Sign in first.",
    "instance": ME,
    "request_id": "x",
    "code": "unauthenticated",
}
PROBLEM_TYPE = "application/problem+json"


def answered(method, path, status, *, body=None, **headers):
    given = ID | {name.replace("_", "-"): value for name, value in headers.items()}
    content = b"" if body is None else json.dumps(body).encode()
    request = httpx.Request(method, f"http://127.0.0.1{path}")
    return httpx.Response(status, headers=given, content=content, request=request)


def unauthorized(body, **headers):
    headers = {"WWW_Authenticate": "Bearer", "Content_Type": PROBLEM_TYPE} | headers
    return answered("GET", ME, 401, body=body, **headers)


def test_answer_that_is_described_passes():
    check(unauthorized(PROBLEM))
    check(unauthorized(PROBLEM | {"more": 1}, Content_Type="application/problem+json; x=y"))
    check(answered("DELETE", "/api/v1/solo/sessions/x/", 204))
    check(answered("GET", "/not/described", 200, body={}))
    check(answered("GET", "/api/nowhere", 404, body={}))


@pytest.mark.parametrize(
    "response, said",
    [
        (answered("GET", ME, 418), "GET /api/v1/me → 418"),
        (answered("GET", "/api/nowhere", 200), "nowhere"),
        (unauthorized(PROBLEM | {"status": "401"}), r"\$\.status"),
        (unauthorized({}), "required"),
        (unauthorized(PROBLEM, Content_Type="application/json"), "application/json"),
        (answered("GET", ME, 401, body=PROBLEM, Content_Type="text/html"), "WWW-Authenticate"),
        (answered("DELETE", "/api/v1/solo/sessions/x/", 204, body={}), "has a body"),
        (answered("DELETE", "/api/v1/solo/sessions/x/", 204, X_RateLimit_Limit="-1"), "minimum"),
    ],
    ids=range(8),
)
def test_departure_is_named(response, said):
    with pytest.raises(Departure, match=said):
        check(response)
