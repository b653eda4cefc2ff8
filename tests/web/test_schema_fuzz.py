"""Schemathesis reads the API's description, and asks for all it can think of: as staff, by an API
key that may do everything, and as nobody."""

import os
import random
import subprocess
import sys

import httpx
import pytest

from solosync.domain import accounts
from solosync.records.scopes import SCOPES
from solosync.store.engine import Store
from tests.servers import free_port, running
from tests.test_app import EMAIL, PASSWORD, signed_in

RUN = "from schemathesis.cli import schemathesis; schemathesis()"
# What fits the description may still be refused: an old rev, a cursor that we didn't make, the
# sixth wrong password. And what doesn't fit may have an old rev too, which is looked at first.
LEFT_OUT = "positive_data_acceptance"
# It puts nonsense into Authorization, and leaves the key where it is, which is enough.
LEFT_OUT_FOR_KEYS = f"{LEFT_OUT},ignored_auth"
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 410, 412, 415, 422, 429]
"""
# Would end the sign-in that asks.
FAREWELLS = ("revoke_device", "log_out")
# Codes that are asked for are mailed to the terminal, which nobody reads here.
OPTIONS = ("--rate-limits", "false", "--api-docs-enabled", "true", "--log-level", "warning")
# The quick run asks the same each time; the long one finds what is new.
QUICK = {"phases": "examples,fuzzing", "examples": 3, "seed": 1}
LONG = {"phases": "examples,coverage,fuzzing,stateful", "examples": 60}


@pytest.fixture
def folder(data_dir):
    with Store.open(data_dir / "solosync.db") as store:
        accounts.add_user(store, email=EMAIL, password=PASSWORD, is_staff=True)
    return data_dir


def fuzz(who, folder, tmp_path, *, phases, examples, seed=None):
    seed = int(os.environ.get("SCHEMA_FUZZ_SEED", seed or random.randrange(2**32)))
    port = free_port()
    with running(port, "--data-dir", str(folder), *OPTIONS) as process, signed_in(port) as client:
        header = credential(who, client)
        (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
        words = ["run", f"http://127.0.0.1:{port}/api/schema/", "--checks", "all", "--no-color"]
        left_out = LEFT_OUT_FOR_KEYS if who == "key" else LEFT_OUT
        words += ["--exclude-checks", left_out, "--phases", phases]
        words += [f"--exclude-operation-id={name}" for name in FAREWELLS]
        words += ["-n", str(examples), "--seed", str(seed), *(["-H", header] if header else [])]
        ended = subprocess.run(
            [sys.executable, "-c", RUN, *words],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert process.poll() is None
        assert client.get("/health/ready").status_code == 200
        assert client.get("/api/v1/me").status_code == 200  # or most of it was asked by nobody
    print(f"seed {seed}", ended.stdout, ended.stderr)
    assert ended.returncode == 0


def credential(who: str, client: httpx.Client) -> str:
    """The header that says who asks; what they ask about is there."""
    client.post("/api/v1/solo/sessions/", json={"state": {"pages": [{"strokes": []}]}})
    if who == "staff":
        return f"Authorization: {client.headers['Authorization']}"
    if who == "key":
        made = client.post("/api/v1/api-keys/", json={"name": "All", "scopes": list(SCOPES)})
        assert made.status_code == 201, made.text
        return f"X-API-Key: {made.json()['key']}"
    return ""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("who", ["staff", "key", "nobody"])
def test_nothing_that_is_asked_breaks_the_server_or_its_word(folder, tmp_path, who):
    fuzz(who, folder, tmp_path, **QUICK)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("who", ["staff", "key", "nobody"])
def test_nothing_breaks_it_in_the_long_run(folder, tmp_path, who):
    fuzz(who, folder, tmp_path, **LONG)
