"""Boards as the existing whiteboard sends them: whole, unchanged strokes byte for byte the same."""

import json
import random
import uuid

POINTS = 40
PAGE = "p1"


def stroke(source: random.Random) -> bytes:
    """One stroke of 40 points: about 1 KB."""
    point = {"x": 0.0, "y": 0.0}
    points = [{name: source.randrange(20_000) / 10 for name in point} for _ in range(POINTS)]
    element = {
        "id": str(uuid.UUID(int=source.getrandbits(128), version=4)),
        "tool": "pen",
        "color": "#112233",
        "size": 2.5,
        "opacity": 1,
        "points": points,
    }
    return json.dumps(element, separators=(",", ":")).encode()


class Board:
    """A client's own copy of a board with one page, and the request bodies that save it."""

    def __init__(self, strokes: int, seed: int) -> None:
        self._source = random.Random(seed)
        self.strokes = [stroke(self._source) for _ in range(strokes)]

    def add(self) -> None:
        self.strokes.append(stroke(self._source))

    def state(self) -> bytes:
        return b'{"pages":[{"id":"%s","name":"Page 1","strokes":[%s]}],"activePageId":"%s"}' % (
            PAGE.encode(),
            b",".join(self.strokes),
            PAGE.encode(),
        )

    def body(self) -> bytes:
        return b'{"state":%s}' % self.state()
