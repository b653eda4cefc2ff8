"""What several tests expect of an answer."""

import hashlib
import json

PROBLEM_MEMBERS = {"type", "title", "status", "detail", "instance", "request_id", "code"}


def assert_problem(response, status, **members):
    """A problem document of that status which holds these members too."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem.keys() >= PROBLEM_MEMBERS
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["instance"] == response.request.url.path
    for name, value in members.items():
        assert problem[name] == value, (name, problem)
    return problem


def digest(state):
    """The SHA-256 of a state as the contract defines it."""
    text = json.dumps(state, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
