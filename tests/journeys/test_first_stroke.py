"""From nothing to a first stroke, as somebody does who reads nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest
from playwright.sync_api import Browser

from tests.journeys.person import Person
from tests.servers import FROM_SOURCE, ROOT, free_port

pytestmark = pytest.mark.browser
PROMISED_SECONDS = 10
# Stands for the browser that the program opens: it keeps the address for the one that is driven.
BROWSER = "#!{python}\nimport sys\nopen({kept!r}, 'w').write(sys.argv[1])\n"


@pytest.fixture
def opened(tmp_path):
    """The program as it starts for the first time, and the file with the address it opened."""
    script, kept, port = tmp_path / "browser", tmp_path / "address", free_port()
    script.write_text(BROWSER.format(python=sys.executable, kept=str(kept)))
    script.chmod(0o700)
    process = subprocess.Popen(
        [*FROM_SOURCE, "serve", "--data-dir", str(tmp_path / "data"), "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"BROWSER": f"{script} %s"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield kept, f"http://127.0.0.1:{port}"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_first_start_to_first_stroke_takes_less_than_10_seconds(
    opened, browser: Browser, record_property
):
    kept, url = opened
    begun = time.monotonic()
    while not (kept.exists() and (address := kept.read_text())):
        assert time.monotonic() - begun < PROMISED_SECONDS
        time.sleep(0.02)  # another process can't be waited for but by asking
    ann = Person(browser, url)
    ann.page.goto(address)
    ann.look("first-start")
    ann.page.get_by_role("button", name="New board").click()
    ann.see_status("saved")
    ann.draw()
    ann.see_count(1)
    ann.see_status("saved")
    seconds = time.monotonic() - begun
    ann.look("first-stroke")
    ann.close()
    print(f"first start to first stroke: {seconds:.1f} s")
    record_property("seconds", seconds)
    assert seconds < PROMISED_SECONDS
