"""Devices at random: a board, those who work on it over all three doors, and what they meant.

Everything that a device does comes from one seed. What it meant is written down, and at the end
the board must show it (`World.check`). Commits run in a thread of their own, so two runs of a seed
can still differ in which updates share a rev.
"""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from solosync import clock
from solosync.board.document import Document
from solosync.domain import history, sessions, thinning
from solosync.domain.thinning import Keep
from solosync.errors import NotFound, Stale
from solosync.realtime.door import Malformed
from solosync.realtime.room import Room
from solosync.realtime.rooms import Rooms
from solosync.records.actors import Actor
from solosync.store.engine import Store
from tests.make import make_actor, make_user
from tests.realtime.boards import LISTS, MEMORY_BYTES, dump, stroke
from tests.sockets import Replica, Socket

PAGES = ("p1", "p2")
FIELDS = ("color", "size", "note")
ALL_IN_ONE_WEEK = Keep(full_hours=0, hourly_days=0, daily_days=0)

State = dict[str, Any]


class Intents:
    """What was meant, whoever meant it."""

    def __init__(self) -> None:
        self.added: set[str] = set()
        self.deleted: set[str] = set()
        self.loose: set[str] = set()  # ids that may be there, be gone, or be there twice
        self.edits: defaultdict[tuple[str, str], list[tuple[str, Any]]] = defaultdict(list)

    def forget(self) -> None:
        """The board was set back to an old rev: all that was meant until now may be undone."""
        self.loose |= self.added | self.deleted

    def edited(self, who: str, id_: str, field: str, value: Any) -> None:
        self.edits[id_, field].append((who, value))

    def lasting_edits(self) -> dict[tuple[str, str], Any]:
        """Fields that only one device ever changed, and what it changed them to last."""
        return {
            place: made[-1][1]
            for place, made in self.edits.items()
            if len({who for who, _ in made}) == 1
        }


class Device:
    """Somebody's whiteboard, at one of the doors."""

    def __init__(self, world: "World", name: str, actor: Actor) -> None:
        self.world = world
        self.name = name
        self.actor = actor

    @property
    def rng(self) -> random.Random:
        return self.world.rng

    @property
    def room(self) -> Room:
        return self.world.room

    async def step(self) -> None:
        """Does one thing."""
        raise NotImplementedError

    async def settle(self) -> None:
        """Everything that it has is on the board."""
        raise NotImplementedError


class Autosaver(Device):
    """Reads once, then saves its own whole state; looks at no answer."""

    is_tab = False  # shares its sign-in with another

    def __init__(self, world: "World", name: str, actor: Actor) -> None:
        super().__init__(world, name, actor)
        self.state: State | None = None
        self.undone: list[tuple[str, dict[str, Any]]] = []

    async def step(self) -> None:
        if self.state is None:
            self.state = json.loads((await self.room.read(self.actor)).state)
            return
        for _ in range(self.rng.randint(1, 3)):
            self.rng.choices(
                (self._add, self._edit, self._delete, self._undo, self._move),
                (6, 6, 2, 1, 2),
            )[0](self.state)
        if self.rng.random() < 0.05:
            self._sign_in_again()
        await self.save()

    async def settle(self) -> None:
        if self.state is not None:
            await self.save()

    async def save(self) -> None:
        await self.room.save(self.actor, dump(self.state), stated_rev=None, is_stated=False)

    def _sign_in_again(self) -> None:
        """A device that nothing is known of: its copy can only be added to what is there."""
        if not self.is_tab:
            self.actor = make_actor(self.world.store, self.world.owner, device=self.name)
            self.world.intents.loose |= self._ids() | {item["id"] for _, item in self.undone}

    def _ids(self) -> set[str]:
        pages = (self.state or {}).get("pages", [])
        return {item["id"] for page in pages for item in page["strokes"]}

    def _add(self, state: State) -> None:
        id_ = self.world.new_id()
        strokes = self.rng.choice(state["pages"])["strokes"]
        strokes.insert(self.rng.randint(0, len(strokes)), stroke(id_))
        self.world.intents.added.add(id_)

    def _any(self, state: State) -> tuple[list[dict[str, Any]], int] | None:
        places = [
            (page["strokes"], index)
            for page in state["pages"]
            for index in range(len(page["strokes"]))
        ]
        return self.rng.choice(places) if places else None

    def _edit(self, state: State) -> None:
        found = self._any(state)
        if found is None:
            return
        item = found[0][found[1]]
        field, value = self.rng.choice(FIELDS), self.world.new_value()
        item[field] = value
        self.world.intents.edited(self.name, item["id"], field, value)

    def _delete(self, state: State) -> None:
        found = self._any(state)
        if found is None:
            return
        item = found[0].pop(found[1])
        page = next(page["id"] for page in state["pages"] if page["strokes"] is found[0])
        self.undone.append((page, item))
        self.world.intents.deleted.add(item["id"])

    def _undo(self, state: State) -> None:
        if not self.undone:
            return
        page_id, item = self.undone.pop()
        if item["id"] in self._ids():
            return
        page = next(page for page in state["pages"] if page["id"] == page_id)
        page["strokes"].append(item)
        self.world.intents.loose.add(item["id"])

    def _move(self, state: State) -> None:
        found = self._any(state)
        if found is None:
            return
        item = found[0].pop(found[1])
        strokes = self.rng.choice(state["pages"])["strokes"]
        strokes.insert(self.rng.randint(0, len(strokes)), item)


class Tab(Autosaver):
    is_tab = True


class Stated(Autosaver):
    """Says which rev it holds, and takes over what it is answered, when the answer comes."""

    rev = 0

    async def step(self) -> None:
        if self.state is None:
            reading = await self.room.read(self.actor)
            self.state, self.rev = json.loads(reading.state), reading.rev
            return
        await super().step()

    def _sign_in_again(self) -> None:
        pass  # a stated rev says it all

    def _delete(self, state: State) -> None:
        before = self._ids()
        super()._delete(state)
        if self.world.was_thinned:  # its rev may be gone, and nothing is deleted then
            self.world.intents.loose |= before - self._ids()

    async def save(self) -> None:
        sent = dump(self.state)
        # Until the answer is here: a save made again brings back what was deleted meanwhile.
        before, self.world.intents.loose = (
            self.world.intents.loose,
            self.world.intents.loose | (self._ids()),
        )
        saved = await self.room.save(self.actor, sent, stated_rev=self.rev, is_stated=True)
        if self.rng.random() < 0.15:
            return  # the answer is lost
        self.world.intents.loose = before | (self.world.intents.loose - self._ids())
        self.state, self.rev = json.loads(saved.state), saved.rev


class Editor(Device):
    """Reads, and sends single operations for what it read."""

    async def step(self) -> None:
        reading = await self.room.read(self.actor)
        items = [item for page in json.loads(reading.state)["pages"] for item in page["strokes"]]
        intents = self.world.intents
        kind = self.rng.choice(("add", "update", "update", "remove")) if items else "add"
        op: dict[str, Any] = {"op": kind, "kind": "stroke"}
        id_ = self.world.new_id() if kind == "add" else self.rng.choice(items)["id"]
        field, value = self.rng.choice(FIELDS), self.world.new_value()
        if kind == "add":
            op |= {"value": stroke(id_), "page_id": self.rng.choice(PAGES)}
        else:
            op |= {"id": id_, "patch": {field: value}}
        try:
            await self.room.edit(self.actor, [op], expected_rev=reading.rev)
        except Stale:
            return
        except asyncio.CancelledError:
            # Nobody knows whether it was made.
            intents.loose.add(id_)
            raise
        if kind == "add":
            intents.added.add(id_)
        elif kind == "remove":
            intents.deleted.add(id_)
        else:
            intents.edited(self.name, id_, field, value)

    async def settle(self) -> None:
        pass


class YjsClient(Device):
    """Holds the document itself; its connection is as bad as can be."""

    def __init__(self, world: "World", name: str, actor: Actor) -> None:
        super().__init__(world, name, actor)
        self.replica = Replica(world.rng.getrandbits(31), seed=world.rng.getrandbits(31))
        self.sent: list[bytes] = []
        self.knows_board = False

    async def step(self) -> None:
        if self.knows_board:
            for _ in range(self.rng.randint(0, 3)):
                self._draw()
        if self.replica.socket is None:
            if self.rng.random() < 0.5:
                Socket(self.replica, self.room, self.actor)
            return
        await self._move_messages(self.replica.socket)

    async def settle(self) -> None:
        if self.replica.socket is not None:
            self.replica.socket.cut()
        socket = Socket(self.replica, self.room, self.actor)
        await socket.sync()

    def _draw(self) -> None:
        keys = [*self.replica.elements.keys()]
        kind = self.rng.choice(("add", "change", "change", "delete")) if keys else "add"
        intents = self.world.intents
        if kind == "add":
            key = self.world.new_id()
            page = self.rng.choice(PAGES)
            self.replica.add(key, page=page, tool="pen", points=b'[{"x":1,"y":2}]')
            intents.added.add(key)
            return
        key = self.rng.choice(keys)
        id_ = self.replica.content()["elements"][key]["id"]
        if kind == "change":
            field, value = self.rng.choice(FIELDS), self.world.new_value()
            self.replica.change(key, **{field: value})
            intents.edited(self.name, id_, field, value)
        else:
            self.replica.delete(key)
            intents.deleted.add(id_)

    async def _move_messages(self, socket: Socket) -> None:
        chance = self.rng.random()
        outgoing = socket.outgoing
        if chance < 0.05:
            socket.cut()
        elif chance < 0.12 and outgoing:
            outgoing.popleft()  # lost, and the connection goes on
        elif chance < 0.20 and len(outgoing) > 1:
            outgoing.rotate(1)
        elif chance < 0.26 and self.sent:
            outgoing.append(self.rng.choice(self.sent))
        elif chance < 0.60:
            count = self.rng.randint(0, len(outgoing))
            self.sent += list(outgoing)[:count]
            try:
                await socket.push(count)
            except Malformed:  # too many gaps: the server closes
                socket.cut()
        elif chance < 0.85:
            socket.pull(self.rng.randint(0, len(socket.incoming)))
        else:
            try:
                await socket.sync()
            except Malformed:
                socket.cut()
        # Pages and their keys are the board's: it draws once it has seen them.
        self.knows_board = self.knows_board or bool([*self.replica.roots["pages"].keys()])


KINDS: tuple[type[Device], ...] = (Autosaver, Stated, Editor, YjsClient)


class World:
    """One board and everyone on it, over several lives of the server."""

    def __init__(self, seed: int, path: Path) -> None:
        self.rng = random.Random(seed)
        self.path = path
        self.intents = Intents()
        self.was_thinned = False
        self._count = 0
        self._room: Room | None = None
        self._tasks: dict[Device, asyncio.Task[None]] = {}
        self.store = Store.open(path, durability="normal")
        self.owner = make_user(self.store)
        self.keeper = make_actor(self.store, self.owner)
        state = {"pages": [{"id": page, **{name: [] for name in LISTS}} for page in PAGES]}
        created = sessions.create_session(self.store, self.keeper, state=dump(state))
        self.session = created.session
        self.devices = self._people()

    @property
    def room(self) -> Room:
        assert self._room is not None
        return self._room

    @property
    def has_tabs(self) -> bool:
        return any(isinstance(device, Tab) for device in self.devices)

    def new_id(self) -> str:
        self._count += 1
        return f"s{self._count}"

    def new_value(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _people(self) -> list[Device]:
        """Two to five, of whom at least one speaks Yjs."""
        kinds: list[type[Device]] = [YjsClient, *self.rng.choices(KINDS, k=self.rng.randint(1, 4))]
        people = [
            kind(self, f"{kind.__name__}{index}", make_actor(self.store, self.owner))
            for index, kind in enumerate(kinds)
        ]
        if len(people) < 4 and self.rng.random() < 0.25:
            actor = make_actor(self.store, self.owner)
            people += [Tab(self, "tab1", actor), Tab(self, "tab2", actor)]
        return people

    # -- lives -------------------------------------------------------------------------------

    def run(self) -> None:
        for _ in range(self.rng.randint(1, 4)):
            asyncio.run(self._life(self._work))
            self._restart()
        asyncio.run(self._life(self._end))

    def close(self) -> None:
        self.store.close()

    def _restart(self) -> None:
        for device in self.devices:
            if isinstance(device, YjsClient) and device.replica.socket is not None:
                device.replica.socket.forget()
        self.store.close()
        self.store = Store.open(self.path, durability="normal")

    async def _life(self, work: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        rooms = Rooms(self.store, memory_bytes=MEMORY_BYTES)
        inside = AsyncExitStack()
        self._room = await inside.enter_async_context(rooms.enter(self.session))
        if await work():
            await inside.aclose()
            await rooms.close()
        # Else the server dies here: what was on its way is cancelled with this event loop.
        self._tasks.clear()

    async def _work(self) -> bool:
        """Returns whether the server ends cleanly."""
        for _ in range(self.rng.randint(8, 40)):
            chance = self.rng.random()
            if chance < 0.03:
                await self._restore()
            elif chance < 0.05:
                await self._thin()
            elif chance < 0.08:
                self.room.shed()
            else:
                await self._let_act(self.rng.choice(self.devices))
        if self.rng.random() < 0.5:
            return False
        await self._wait_for_all()
        return True

    async def _let_act(self, device: Device) -> None:
        """A device is done with one thing before it begins the next; others don't wait for it."""
        busy = self._tasks.pop(device, None)
        if busy is not None:
            await busy
        task = asyncio.ensure_future(device.step())
        if isinstance(device, YjsClient) or self.rng.random() < 0.6:
            await task
        else:
            self._tasks[device] = task
            await asyncio.sleep(0)

    async def _wait_for_all(self) -> None:
        tasks, self._tasks = list(self._tasks.values()), {}
        await asyncio.gather(*tasks)

    async def _restore(self) -> None:
        await self._wait_for_all()
        rev = self.rng.randint(0, self.room.current_rev)
        self.intents.forget()
        try:
            await self.room.restore(self.keeper, rev)
        except NotFound:
            assert self.was_thinned

    async def _thin(self) -> None:
        await self._wait_for_all()
        await self.room.flushed()  # only what is long on disk is ever thinned
        self.was_thinned = True
        for device in self.devices:
            if isinstance(device, Stated):
                self.intents.loose |= device._ids()
        thinning.thin(self.store, self.session, clock.now_ms(), ALL_IN_ONE_WEEK)

    # -- the end -----------------------------------------------------------------------------

    async def _end(self) -> bool:
        for device in self.devices:
            await device.settle()
        replicas = [device.replica for device in self.devices if isinstance(device, YjsClient)]
        for replica in replicas:
            assert replica.socket is not None
            await replica.socket.sync()
        reading = await self.room.read()
        for replica in replicas:
            assert replica.content() == replicas[0].content()
            shown = Document("solo", [replica.doc.get_update()]).reading()
            assert shown.state == reading.state
        loaded = history.load(self.store, self.session.key)
        assert Document("solo", loaded.updates).reading().state == reading.state
        assert loaded.rev == reading.rev
        self.check(json.loads(reading.state))
        return True

    def check(self, state: State) -> None:
        """The board shows what everyone meant."""
        items = [item for page in state["pages"] for item in page["strokes"]]
        shown = defaultdict(list)
        for item in items:
            shown[item["id"]].append(item)
        intents = self.intents
        if not self.has_tabs:  # a tab's save may be taken for the other's
            doubled = {id_ for id_, found in shown.items() if len(found) > 1} - intents.loose
            assert not doubled, f"doubled: {doubled}"
        missing = intents.added - intents.deleted - intents.loose - shown.keys()
        if self.has_tabs:
            missing -= self._marked()
        assert not missing, f"lost: {missing}"
        if self.has_tabs:
            return
        back = (intents.deleted - intents.loose) & shown.keys()
        assert not back, f"deleted, and there again: {back}"
        for (id_, field), value in intents.lasting_edits().items():
            if id_ in shown and id_ not in intents.loose:
                assert shown[id_][0].get(field) == value, f"reverted: {id_}.{field}"

    def _marked(self) -> set[str]:
        """Ids of elements that a version lists as deleted by a save that didn't state its base."""
        found = set()
        for version in history.list_versions(self.store, self.session.key):
            for part in history.list_set_aside(self.store, self.session.key, version.rev):
                found |= {item["id"] for item in json.loads(part) if "field" not in item}
        return found
