"""What a board's last save was made of, so that the next one is read only where it differs.

A client sends its whole board each time, and nearly all of it is what it was. Elements that come
in the very bytes they came in last time, one after the other, are cut out of the text, and a mark
takes their place: a string that nobody outside knows. What is left is small, and read like any
other JSON.

That is exact, however the elements were found: where a mark is read as an item of a list, any
values with commas between them may stand. A mark that turns up elsewhere, or not at all, tells that
the text has to be read whole.
"""

import re
import secrets
from collections.abc import Iterator
from typing import NamedTuple

from solosync.board.states import Item

# Shorter ones cost more than they spare, and stand in too many other places.
SHORTEST_BYTES = 64
# So far ahead the next known element is looked for; when so many in a row aren't there, most of the
# list is new.
REACH_BYTES = 64 * 1024
MOST_MISSED = 16
# Of one list: where there is space behind the commas, each element would be a run of its own.
MOST_RUNS = 64
# In all, so that whoever made up thousands of lists doesn't have a text looked through for each.
LOOKED_THROUGH_BYTES = 1024 * 1024
LOOKED_THROUGH_TIMES = 4
_MARKS_BEGIN = f'"{secrets.token_hex(16)} '.encode()
_MARKS = re.compile(_MARKS_BEGIN + rb'\d+"')


class Run(NamedTuple):
    """Elements one after the other: the bytes that each was sent as, and what they mean."""

    raws: list[bytes]
    items: list[Item]


class Text(NamedTuple):
    """A JSON text, or what is left of one that had ``size`` bytes: ``runs`` is what each mark in it
    stands for."""

    left: bytes
    runs: dict[bytes, Run]
    size: int

    def whole(self) -> bytes:
        return _MARKS.sub(lambda mark: b",".join(self.runs[mark[0]].raws), self.left)

    def has_all_in(self, part: bytes) -> bool:
        """Whether nothing was cut out of anything but this part of it."""
        return part.count(_MARKS_BEGIN) == len(self.runs)


class Seen:
    """The elements of one board, by the very bytes they were sent as. ``bytes`` is about its size:
    at most twice that of the last save."""

    def __init__(self) -> None:
        self._lists: list[Run] = []
        self._items: dict[bytes, Item] = {}
        self.bytes = 0

    def find(self, raw: bytes) -> Item | None:
        return self._items.get(raw)

    def note(self, lists: list[Run], new: dict[bytes, Item], size: int) -> None:
        """The lists of a save in their order, the elements that weren't known, and how many bytes
        it had."""
        self._lists = lists
        if self._items:
            self._items.update(new)
            self.bytes += sum(map(len, new))
        if not self._items or self.bytes > 2 * size:
            self._items = {raw: it for run in lists for raw, it in zip(*run, strict=True)}
            self.bytes = sum(map(len, self._items))

    def cut(self, text: bytes) -> Text:
        """The text without what is known of it."""
        pieces: list[bytes] = []
        runs: dict[bytes, Run] = {}
        search = _Search(text)
        at = 0
        for known in self._lists:
            for run, start in search.runs(known):
                mark = b'%b%d"' % (_MARKS_BEGIN, len(runs))
                runs[mark] = run
                pieces += (text[at:start], mark)
                at = search.at
        return Text(b"".join((*pieces, text[at:])), runs, len(text))


class _Search:
    """Goes through a text once: ``at`` is the end of what was found last."""

    def __init__(self, text: bytes) -> None:
        self.at = 0
        self._text = text
        self._left = LOOKED_THROUGH_BYTES + LOOKED_THROUGH_TIMES * len(text)

    def runs(self, known: Run) -> Iterator[tuple[Run, int]]:
        """What stands in the text of one list's elements, and from where."""
        raws, items = known
        text = self._text
        index = found = missed = 0
        while index < len(raws) and found < MOST_RUNS and missed < MOST_MISSED and self._left > 0:
            start = self._find(raws[index])
            if start < 0:
                index += 1
                missed += 1
                continue
            first, end = index, start - 1
            while index < len(raws) and text.startswith(raws[index], end + 1):
                end += 1 + len(raws[index])
                index += 1
                if text[end : end + 1] != b",":
                    break
            if end - start < SHORTEST_BYTES:
                missed += 1
                continue
            self.at = end
            yield Run(raws[first:index], items[first:index]), start
            found += 1
            missed = 0

    def _find(self, raw: bytes) -> int:
        until = min(self.at + len(raw) + REACH_BYTES, len(self._text))
        start = self._text.find(raw, self.at, until)
        self._left -= (until if start < 0 else start) - self.at
        return start
