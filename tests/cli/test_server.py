"""What `solosync serve` says at the start."""

import pytest

from solosync.cli import server
from solosync.config import Config
from tests.servers import free_port, running, stop

OTHER_SITE = ("https://app.example",)


def test_nothing_is_said_of_what_works(data_dir):
    config = Config(data_dir=data_dir, cors_origins=("http://127.0.0.1:3000",))
    assert list(server.notices(config)) == []


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"cors_origins": OTHER_SITE}, "only bearer tokens work"),
        ({"cors_origins": OTHER_SITE, "public_url": "https://boards.example"}, "SameSite=None"),
        ({"debug": True, "magic_link_debug_echo_token": True}, "sign in as anybody"),
        ({"registration": "open"}, "Mail won't work"),
    ],
    ids=str,
)
def test_what_does_not_work_or_is_risky_is_said(data_dir, settings, words):
    notices = list(server.notices(Config(data_dir=data_dir, **settings)))
    assert words in notices[-1]


def test_it_is_said_in_the_log(data_dir):
    options = ("--data-dir", str(data_dir), "--cors-origins", *OTHER_SITE)
    with running(free_port(), *options) as process:
        code, _, err = stop(process)
    assert code == 0
    assert "WARNING solosync.cli.server: cors_origins names another site" in err
