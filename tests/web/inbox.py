"""Mail as it goes out, for tests that wait for a code."""

import logging
import queue
import re

from solosync import logs
from tests.servers import PATIENCE_SECONDS


class Inbox(logging.Handler):
    """What the provider `console` writes: `code(address)` waits for the next mail to somebody."""

    def __init__(self):
        super().__init__(logs.MAIL)
        self._letters: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()

    def emit(self, record):
        if record.levelno == logs.MAIL:
            self._letters.put((record.args[0], record.getMessage()))

    def text(self, address):
        while True:
            recipient, text = self._letters.get(timeout=PATIENCE_SECONDS)
            if recipient == address:
                return text

    def code(self, address):
        match = re.search(r"\b\d{6,8}\b", self.text(address))
        assert match
        return match[0]

    @property
    def is_empty(self):
        return self._letters.empty()
