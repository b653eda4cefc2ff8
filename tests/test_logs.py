import io
import json
import logging

import pytest

from solosync import logs, origin


@pytest.fixture
def stream():
    """What `logs.configure` writes to; the root logger is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield io.StringIO()
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.parametrize(
    "line",
    [
        '127.0.0.1:1 - "WebSocket /ws/boards/1?token=SECRET123" [accepted]',
        "GET /x?a=1&access_token=SECRET123&b=2",
        "opened http://127.0.0.1:8765/welcome?code=SECRET123",
        "Authorization: Bearer SECRET123SECRET123",
        "token eyJhbGciOiJIUzI1NiJ9.SECRET123.c2lnbmF0dXJl",
        "key sk_live_SECRET123SECRET123",
    ],
)
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_line_holds_a_secret(stream, line, log_format):
    logs.configure("info", log_format, stream)
    logging.getLogger("a.library").info("%s", line)
    assert "SECRET123" not in stream.getvalue()
    assert "***" in stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_traceback_is_logged_without_its_secret(stream, log_format):
    logs.configure("info", log_format, stream)
    try:
        raise ValueError("/ws?token=SECRET123")
    except ValueError:
        logging.getLogger("solosync").exception("it broke")
    assert "ValueError" in stream.getvalue()
    assert "SECRET123" not in stream.getvalue()


def test_ordinary_line_is_left_as_it_is():
    line = "room 7: 12 peers, sharecode none, monkey=1 is fine"
    assert logs.redact(line) == line


def test_lines_below_the_level_are_not_written(stream):
    logs.configure("warning", "text", stream)
    logging.getLogger("solosync").info("quiet")
    assert stream.getvalue() == ""


def test_lines_carry_the_request_they_belong_to(stream):
    logs.configure("info", "json", stream)
    token = origin.current.set(origin.Origin("request-1"))
    logging.getLogger("solosync").info("saved")
    origin.current.reset(token)
    logging.getLogger("solosync").info("idle")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["request_id"] == "request-1"
    assert first["message"] == "saved"
    assert first["time"].endswith("Z")
    assert "request_id" not in second
