"""Log lines on standard error: as text for a person, or as JSON for a collector.

A line never holds a token, a code or a password: what looks like one is cut out here, whoever wrote
it, since servers and libraries like to log whole addresses. The one exception are mails that go
nowhere else (level MAIL): the person who reads the log needs the code in them.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

from solosync import origin

MAIL = 60
"""Above all other levels, so that it is always shown."""
logging.addLevelName(MAIL, "MAIL")

_QUERY_SECRET = re.compile(
    r"\b((?:access_|refresh_|device_)?token|share|view|code|password|secret|key)=[^&\s\"']+", re.I
)
_BEARER = re.compile(r"\b(Bearer\s+)[\w.~+/=-]{8,}", re.I)
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+|\b(?:sk_live|dev)_[\w-]{16,}")


def redact(line: str) -> str:
    """The line without what would let its reader in."""
    line = _QUERY_SECRET.sub(r"\1=***", line)
    line = _BEARER.sub(r"\1***", line)
    return _TOKEN.sub("***", line)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.000Z WARNING solosync.store: the line [request id]`."""

    def format(self, record: logging.LogRecord) -> str:
        request_id = origin.current.get().request_id
        request = f" [{request_id}]" if request_id else ""
        line = f"{_time(record)} {record.levelname} {record.name}: {record.getMessage()}{request}"
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line if record.levelno == MAIL else redact(line)


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, message, and request_id and traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message if record.levelno == MAIL else redact(message),
        }
        if request_id := origin.current.get().request_id:
            line["request_id"] = request_id
        if record.exc_info:
            line["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure(level: str, log_format: str, stream: TextIO | None = None) -> None:
    """Send the lines of every logger from `level` up to `stream` (standard error), nowhere else.

    `level` is one of debug, info, warning, error; `log_format` is text or json.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
