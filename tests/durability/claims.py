"""What a writer may claim about a board after a crash: what it was told, and what it tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GONE = None  # the value of a stroke that isn't there


@dataclass
class Claims:
    """The strokes of one writer, which nobody else touches: each has one value, `n`."""

    known: dict[str, int | None] = field(default_factory=dict)  # acknowledged
    tried: dict[str, list[int | None]] = field(default_factory=dict)  # since then, in order

    def attempt(self, id_: str, value: int | None) -> None:
        self.tried.setdefault(id_, []).append(value)

    def acknowledge(self, id_: str, value: int | None) -> None:
        """What was tried before it is settled too."""
        attempts = self.tried.get(id_, [])
        while value in attempts:  # the last time it was tried, if several
            del attempts[: attempts.index(value) + 1]
        self.known[id_] = value

    def living(self) -> list[str]:
        """The strokes that may be changed or deleted."""
        return [id_ for id_, value in self.known.items() if value is not GONE]

    def check(self, shown: Mapping[str, Any]) -> None:
        """Whether what is shown after a crash can be; from then on it is known."""
        for id_ in self.known.keys() | self.tried.keys():
            value = shown[id_]["n"] if id_ in shown else GONE
            attempts = self.tried.get(id_, [])
            known = self.known.get(id_, GONE)
            if value in attempts:
                self.acknowledge(id_, value)
            else:
                assert value == known, f"{id_}: {value}, but {known} was acknowledged"


@dataclass
class Answers:
    """What the server has answered about one board: digests by rev."""

    digests: dict[int, str] = field(default_factory=dict)
    streamed: tuple[str, int, str] | None = None  # the last idempotency key, its rev and digest

    def note(self, rev: int, digest: str) -> None:
        assert self.digests.setdefault(rev, digest) == digest, f"two states of rev {rev}"
