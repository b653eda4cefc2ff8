"""What `solosync serve` says at the start."""

import pytest

from tests.servers import free_port, running, stop


def test_codes_that_anybody_is_told_are_warned_of(data_dir):
    options = ("--debug", "--magic-link-debug-echo-token", "--data-dir", str(data_dir))
    with running(free_port(), *options) as process:
        _, _, err = stop(process)
    assert "sign in as anybody" in err


@pytest.mark.parametrize(
    "options, words",
    [
        (("--cors-origins", "http://127.0.0.1:3000"), ""),
        (("--cors-origins", "https://app.example"), "only bearer tokens work"),
        (
            ("--cors-origins", "https://app.example", "--public-url", "https://boards.example"),
            "SameSite=None",
        ),
    ],
    ids=["same site", "another site", "another site over TLS"],
)
def test_cookies_for_another_site_are_said_at_the_start(data_dir, options, words):
    with running(free_port(), "--data-dir", str(data_dir), *options) as process:
        code, _, err = stop(process)
    assert code == 0
    assert words in err
    assert ("names another site" in err) is bool(words)
