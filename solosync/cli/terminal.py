"""What commands write: lines and tables for a person, JSON for a script, progress on a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

from solosync.errors import SolosyncError

_TURNING = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def write(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")


def write_error(message: str) -> None:
    sys.stderr.write(f"solosync: {message}\n")


def reason(error: SolosyncError | OSError) -> str:
    """Why something failed, without the file that an OSError names."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def write_json(value: Any) -> None:
    write(json.dumps(value, ensure_ascii=False, indent=2))


def write_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell, the last one without trailing blanks."""
    table = [[printable(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    for row in table:
        padded = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        write("  ".join(padded).rstrip())


def printable(text: str) -> str:
    """A board's name comes from anyone: control characters would steer the terminal, and what turns
    the direction of writing would make the rest of the line read as something else."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(character) in ("Cc", "Cs")
        or unicodedata.bidirectional(character) in _TURNING
        else character
        for character in text
    )


def _width(text: str) -> int:
    """Columns that a terminal gives to the text."""
    return sum(
        0 if unicodedata.combining(character)
        else 2 if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )  # fmt: skip


class Progress:
    """`[3/12] name` on a line that is written over; silent unless standard error is a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._shown = sys.stderr.isatty()

    def step(self, name: str) -> None:
        self._done += 1
        self.show(f"[{self._done}/{self._total}] {printable(name)[:60]}")

    def clear(self) -> None:
        """Take the line away, to write others or because all is done."""
        self.show("")

    def show(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()


class PageProgress:
    """How many pages of a board are drawn, shown once it is known how many there are."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._progress: Progress | None = None

    def show(self, done: int, total: int) -> None:
        if self._progress is None:
            self._progress = Progress(total)
        self._progress.step(self._name)

    def clear(self) -> None:
        if self._progress is not None:
            self._progress.clear()


class PercentProgress:
    """`backup: 45 %` on a line that is written over; silent unless standard error is a terminal."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._line = Progress(0)
        self._shown = -1

    def show(self, done: int, total: int) -> None:
        percent = done * 100 // total
        if percent != self._shown:
            self._shown = percent
            self._line.show(f"{self._name}: {percent} %")

    def clear(self) -> None:
        self._line.clear()
