"""Where addresses of uploaded files stand: in states, in updates, and in all that is stored.

An address ends in `/files/<file id>.<suffix>`, on whatever host; the id is a UUID of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from solosync.store import files
from solosync.store.engine import Store
from solosync.store.transactions import Tx

# JSON may hold the slashes escaped.
_ADDRESS = re.compile(
    rb"files\\?/([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
)
_LONGEST = 64
_WINDOW = 64 * 1024  # searched at a time: others wait for Python's lock meanwhile


def find(content: bytes) -> Iterator[str]:
    """Ids of files whose addresses stand in a state or an update, some more than once."""
    for start in range(0, len(content), _WINDOW):
        stop = min(start + _WINDOW + _LONGEST, len(content))
        for match in _ADDRESS.finditer(content, start, stop):
            yield match[1].decode()


class Search:
    """Goes through all content once, some rows at a time; the last rows in a transaction of the
    caller's, after which nothing new can come in between."""

    def __init__(self, store: Store) -> None:
        self.found: set[str] = set()
        self._store = store
        self._places = dict.fromkeys((*files.TEXTS, *files.CHANGING_TEXTS), 0)

    def run(self) -> None:
        for source in self._places:
            while self._step(source, self._store.read):
                pass

    def finish(self, tx: Tx) -> None:
        for source in self._places:
            if source in files.CHANGING_TEXTS:
                self._places[source] = 0
            while self._step(source, lambda fn: fn(tx)):
                pass

    def _step(self, source: str, run: Callable[[Callable[[Tx], files.Some]], files.Some]) -> bool:
        place, contents = run(lambda tx: files.some_texts(tx, source, self._places[source]))
        for content in contents:
            self.found.update(find(content))
        if place is not None:
            self._places[source] = place
        return place is not None
