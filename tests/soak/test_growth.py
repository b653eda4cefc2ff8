"""What 10,000 edits leave of a board on the disk two days later, and how long it takes to open."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from solosync import clock
from solosync.board.document import Document
from solosync.config import Config
from solosync.domain import history, upkeep
from solosync.paths import DATABASE_NAME
from solosync.store.engine import Store
from tests.asserts import digest
from tests.realtime.boards import LISTS, open_board

POINTS = 40
OPENINGS = 15
FULL_COUNT = 10_000
TWO_DAYS_MS = 2 * clock.DAY_MS
MOST_BYTES = 3  # times the board's JSON
LONGEST_OPENING = 5  # times parsing the board's JSON
SOAK = [pytest.mark.soak, pytest.mark.timeout(3600)]


class Drawing:
    """A client's copy of a board with one page: strokes of about 1 KB as JSON texts, so that a
    whole state is put together as fast as a whiteboard does it."""

    def __init__(self, strokes: int, rng: random.Random) -> None:
        self.rng = rng
        self.edits = 0
        self.strokes = {f"s{number}": self._stroke(f"s{number}") for number in range(strokes)}
        self.texts = {id_: json.dumps(stroke) for id_, stroke in self.strokes.items()}

    def _stroke(self, id_):
        point = {"x": 0.0, "y": 0.0}
        return {
            "id": id_,
            "tool": "pen",
            "color": "#112233",
            "size": 2.5,
            "opacity": 1,
            "points": [
                {name: self.rng.randrange(20_000) / 10 for name in point} for _ in range(POINTS)
            ],
        }

    def edit(self):
        """Changes one field of one stroke; the stroke's id, the field and its value."""
        self.edits += 1
        name = self.rng.choice(("color", "size", "opacity"))
        value = f"#{self.edits:06x}" if name == "color" else self.edits + 0.25  # always a new one
        id_ = self.rng.choice([*self.strokes])
        self.strokes[id_][name] = value
        self.texts[id_] = json.dumps(self.strokes[id_])
        return id_, name, value

    def state(self):
        others: dict[str, list[Any]] = {name: [] for name in LISTS if name != "strokes"}
        page = json.dumps({"id": "p1"} | others).removesuffix("}")
        return f'{{"pages": [{page}, "strokes": [{", ".join(self.texts.values())}]}}]}}'.encode()


async def edit_by_yjs(board, drawing, count):
    """Each edit is an update of its own, and as a rule a rev of its own."""
    socket = await board.connect_synced()
    for _ in range(count):
        id_, name, value = drawing.edit()
        socket.replica.change(id_, **{name: value})
        await socket.push()
        await board.room.flushed()
        socket.pull()


async def edit_by_saves(board, drawing, count):
    """As an autosaver does that looks at no answer."""
    device = board.device()
    await board.room.read(device)
    for _ in range(count):
        drawing.edit()
        await board.room.save(device, drawing.state(), stated_rev=None, is_stated=False)


DOORS: dict[str, Callable] = {"yjs": edit_by_yjs, "saves": edit_by_saves}


@pytest.mark.parametrize(
    ("door", "strokes", "edits"),
    [
        ("yjs", 1_000, 300),
        ("saves", 1_000, 100),
        pytest.param("yjs", 1_000, FULL_COUNT, marks=SOAK),
        pytest.param("saves", 1_000, FULL_COUNT, marks=SOAK),
        pytest.param("yjs", 10_000, FULL_COUNT, marks=SOAK),
    ],
)
def test_an_old_board_takes_little_more_than_its_content(data_dir, door, strokes, edits):
    """[HIST2]"""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    drawing = Drawing(strokes, random.Random(seed))

    async def grow(store):
        async with open_board(store, json.loads(drawing.state())) as board:
            await DOORS[door](board, drawing, edits)
            return board.session

    with Store.open(data_dir / DATABASE_NAME) as store:
        session = asyncio.run(grow(store))
        grown = size(data_dir)
        revs = len(history.list_versions(store, session.key))
        upkeep.run(store, Config(data_dir=data_dir), clock.now_ms() + TWO_DAYS_MS)
        left = size(data_dir)
        kept = len(history.list_versions(store, session.key))
        state, rev = read(store, session)
        assert json.loads(state.state) == json.loads(drawing.state())
        assert state.digest == digest(json.loads(state.state))
        assert rev == edits
        opening, parsing = timed_by_turns(
            partial(read, store, session), partial(json.loads, state.state)
        )
    content = len(state.state)
    print(
        f"{door}, {strokes} strokes, {edits} edits: JSON {content / 1e6:.2f} MB; folder "
        f"{grown / 1e6:.2f} MB with {revs} revs, after upkeep {left / 1e6:.2f} MB with {kept} "
        f"({left / content:.2f} times the JSON); opening {opening * 1e3:.1f} ms, parsing "
        f"{parsing * 1e3:.1f} ms ({opening / parsing:.2f} times)"
    )
    assert kept < revs
    assert left < MOST_BYTES * content
    if edits == FULL_COUNT:  # timings are judged where the machine has nothing else to do
        assert opening < LONGEST_OPENING * parsing


def read(store, session):
    """Opens the board as a room does, and shows it."""
    loaded = history.load(store, session.key)
    return Document(session.dialect, loaded.updates).reading(), loaded.rev


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def timed_by_turns(*works):
    """The best of each, in seconds: others use this machine too."""
    times = [[timed(work) for work in works] for _ in range(OPENINGS)]
    return [min(turns) for turns in zip(*times, strict=True)]


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
