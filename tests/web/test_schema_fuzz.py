"""Schemathesis reads the API's description, and asks for all it can think of."""

import os
import random
import subprocess
import sys

import pytest

from solosync.domain import accounts
from solosync.store.engine import Store
from tests.servers import free_port, running
from tests.test_app import EMAIL, PASSWORD, signed_in

RUN = "from schemathesis.cli import schemathesis; schemathesis()"
EXAMPLES = 15  # of each operation in each phase
# What fits the description may still be refused: an old rev, a cursor that we didn't make, the
# sixth wrong password. And what doesn't fit may have an old rev too, which is looked at first.
LEFT_OUT = "positive_data_acceptance"
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 415, 422, 429]
"""


@pytest.mark.timeout(300)
def test_nothing_fits_the_description_and_breaks_the_server(data_dir, tmp_path):
    with Store.open(data_dir / "solosync.db") as store:
        accounts.add_user(store, email=EMAIL, password=PASSWORD)
    seed = int(os.environ.get("SCHEMA_FUZZ_SEED", random.randrange(2**32)))
    port = free_port()
    with running(port, "--data-dir", str(data_dir)) as process, signed_in(port) as client:
        authorization = client.headers["Authorization"]
        client.post("/api/v1/solo/sessions/", json={"state": {"pages": [{"strokes": []}]}})
        (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
        words = ["run", f"http://127.0.0.1:{port}/api/schema/", "--checks", "all", "--no-color"]
        words += ["--exclude-checks", LEFT_OUT]
        words += ["-n", str(EXAMPLES), "--seed", str(seed), "-H", f"Authorization: {authorization}"]
        ended = subprocess.run(
            [sys.executable, "-c", RUN, *words],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert process.poll() is None
        assert client.get("/health/ready").status_code == 200
    print(f"seed {seed}", ended.stdout, ended.stderr)
    assert ended.returncode == 0
