"""Random states, saves and Yjs edits. A failure names its seed.

SOLOSYNC_FUZZ_SEEDS says how many seeds each test takes (50).
"""

import json
import os
import random

import pycrdt
import pytest

from solosync.board.document import combine
from tests.board.boards import Client, aside, canon, edit, make, page, reloaded, save, shown

SEEDS = range(int(os.environ.get("SOLOSYNC_FUZZ_SEEDS", "50")))
LISTS = ("strokes", "shapes", "texts", "assets")
SCALARS = [
    None, True, False, 0, 1, -0.0, 1.5, 1e22, 10**22, 2**53, 2**53 - 1, 2**60, 1e-5, 5e-324, 1e308,
    123456789012345678, 10**99, 0.1 + 0.2, -3, 1e16, 4.0, "", "a", "é", "😀", "$x", '"\\', "\x7f\n",
]  # fmt: skip
NAMES = ["color", "size", "points", "order", "$page", "$order", "$value", "$list", "", "__proto__"]


class Maker:
    """Random states and edits of them; element ids come from `ids`."""

    def __init__(self, seed, ids="abcdefghij"):
        self.rng = random.Random(seed)
        self.ids = ids
        self.fresh = 0

    def value(self, depth=0):
        choice = self.rng.random()
        if choice < 0.6 or depth > 2:
            return self.rng.choice(SCALARS)
        if choice < 0.8:
            return [self.value(depth + 1) for _ in range(self.rng.randint(0, 3))]
        keys = self.rng.sample(NAMES, self.rng.randint(0, 3))
        return {key: self.value(depth + 1) for key in keys}

    def element(self):
        if self.rng.random() < 0.08:
            return self.value()
        element = {name: self.value() for name in self.rng.sample(NAMES, self.rng.randint(0, 3))}
        if self.rng.random() < 0.9:
            element["id"] = self.rng.choice(self.ids)
        return element

    def lists(self):
        names = self.rng.sample(LISTS, self.rng.randint(0, 3))
        return {name: [self.element() for _ in range(self.rng.randint(0, 5))] for name in names}

    def page(self):
        if self.rng.random() < 0.05:
            return self.value()
        made = self.lists()
        if self.rng.random() < 0.85:
            made["id"] = self.rng.choice(["p1", "p2", "p3", "p4"])
        for name in self.rng.sample(["name", "custom", "$has:strokes", "strokes"], 2):
            if self.rng.random() < 0.3:
                made[name] = self.value()
        return made

    def state(self):
        state = {
            key: self.value() for key in self.rng.sample(["zoom", "pan", "foo", "$bar", ""], 2)
        }
        choice = self.rng.random()
        if choice < 0.85:
            state["pages"] = [self.page() for _ in range(self.rng.randint(0, 3))]
        elif choice < 0.92:
            state["pages"] = self.value()
        if self.rng.random() < 0.3:
            state |= self.lists()
        if self.rng.random() < 0.2:
            state["strokes"] = self.value()
        if self.rng.random() < 0.5:
            state["meta"] = self.value()
        return state

    def drawing(self):
        ids = self.rng.sample(self.ids, self.rng.randint(0, 5))
        elements = [{**self.fields(), "id": id} for id in ids]
        state = {"type": "excalidraw", "elements": elements, "appState": self.value()}
        if self.rng.random() < 0.7:
            state["files"] = self.fields()
        return state

    def fields(self):
        return {name: self.value() for name in self.rng.sample(NAMES, self.rng.randint(0, 3))}

    def edited(self, state):
        """A copy with a few changes."""
        state = json.loads(json.dumps(state))
        for _ in range(self.rng.randint(1, 4)):
            state = self._edit(state)
        return state

    def _edit(self, state):
        rng = self.rng
        lists = _lists_of(state)
        pages = state.get("pages") if isinstance(state.get("pages"), list) else None
        choice = rng.random()
        if lists and choice < 0.75:
            self._edit_lists(lists, choice)
        elif pages is not None and choice < 0.9:
            if choice < 0.8:
                rng.shuffle(pages)
            elif choice < 0.85:
                pages.insert(rng.randint(0, len(pages)), self.page())
            elif pages:
                pages.pop(rng.randrange(len(pages)))
        elif choice < 0.97:
            key = rng.choice(["foo", "meta", "zoom", "files", "pages"])
            state[key] = self.value()
        else:
            return self.drawing() if "elements" in state else self.state()
        return state

    def _edit_lists(self, lists, choice):
        rng = self.rng
        items = rng.choice(lists)
        if choice < 0.25:
            items.insert(rng.randint(0, len(items)), self.element())
        elif choice < 0.4 and items:
            items.pop(rng.randrange(len(items)))
        elif choice < 0.5:
            rng.shuffle(items)
        elif choice < 0.65 and items:
            at = rng.randrange(len(items))
            if isinstance(items[at], dict):
                items[at] = {**items[at], **self.fields()}
        elif items:
            rng.choice(lists).append(items.pop(rng.randrange(len(items))))


def _lists_of(state):
    holders = [state]
    if isinstance(state.get("pages"), list):
        holders += [page for page in state["pages"] if isinstance(page, dict)]
    names = (*LISTS, "elements") if "elements" in state else LISTS
    return [
        holder[name] for holder in holders for name in names if isinstance(holder.get(name), list)
    ]


@pytest.mark.parametrize("kind", ["state", "drawing"])
@pytest.mark.parametrize("seed", SEEDS)
def test_any_state_comes_back_through_any_saves(seed, kind):
    """[LAY1] [SAVE2] [SAVE17] [PROJ5]"""
    maker = Maker(seed)
    state = getattr(maker, kind)()
    document = make(state)
    log = [document.update()]
    for step in range(6):
        assert document.reading().state.decode() == canon(state), (seed, step)
        assert reloaded(document, *log).reading() == document.reading(), (seed, step)
        assert edit(document, state).update is None, (seed, step)
        before, state = state, maker.edited(state)
        change = edit(document, state)
        assert change.outcome.set_aside == [], (seed, step)
        assert (change.update is None) == (canon(before) == canon(state)), (seed, step)
        if change.update is not None:
            log.append(change.update)


@pytest.mark.parametrize("kind", ["state", "drawing"])
@pytest.mark.parametrize("seed", SEEDS)
def test_saves_from_any_base_never_break_the_document(seed, kind):
    """[SAVE1] [SAVE14] [SAVE15] [SAVE17] [PROJ5] [PROJ6]"""
    maker = Maker(seed)
    states = [getattr(maker, kind)()]
    document = make(states[0])
    log = [document.update()]
    for step in range(12):
        base = maker.rng.choice([None, *states, shown(document)])
        state = maker.edited(maker.rng.choice(states) if base is None else base)
        may_delete = base is not None and maker.rng.random() < 0.8
        change = save(document, base, state, may_delete=may_delete, stated=maker.rng.random() < 0.5)
        for entry in aside(change):
            assert entry.keys() >= {"page", "list", "id", "value"}, (seed, step)
        if change.update is not None:
            log.append(change.update)
        states.append(state)
        assert reloaded(document, *log).reading() == document.reading(), (seed, step)
        assert edit(document, shown(document)).update is None, (seed, step)
        document.forget_view()
        assert reloaded(document, *log).reading() == document.reading(), (seed, step)


@pytest.mark.parametrize("seed", SEEDS)
def test_devices_and_yjs_clients_lose_nothing_of_each_other(seed):
    """[SAVE1] [SAVE4] [SAVE5] [SAVE6] [SAVE9] [PROJ5]"""
    rng = random.Random(seed)
    first = {"pages": [page("p1", strokes=[]), page("p2", strokes=[])]}
    document = make(first)
    log = [document.update()]
    held = [first, first, first]  # what each device of the existing kind holds
    clients = [Client(document.update()) for _ in range(2)]
    alive: set[str] = set()
    for step in range(60):
        if rng.random() < 0.6:
            device = rng.randrange(len(held))
            if rng.random() < 0.3:
                held[device] = shown(document)
            state = _edited(rng, held[device], f"{seed}-{step}", alive)
            change = save(document, held[device], state, stated=False)
            held[device] = state
            emitted = change.update
        else:
            client = rng.choice(clients)
            if rng.random() < 0.5:
                client.receive(document.update(client.doc.get_state()))
            _draw(rng, client, f"{seed}-{step}", alive)
            updates = client.take()
            emitted = document.apply(combine(updates)) if updates else None
        if emitted is not None:
            log.append(emitted)
        on_board = [s["id"] for p in shown(document)["pages"] for s in p["strokes"]]
        assert sorted(on_board) == sorted(alive), (seed, step)
    for client in clients:
        client.receive(document.update(client.doc.get_state()))
        assert client.root("elements").to_py() == clients[0].root("elements").to_py(), seed
        assert reloaded(document, client.doc.get_update()).reading() == document.reading(), seed
    assert reloaded(document, *log).reading() == document.reading(), seed


def _edited(rng, state, new_id, alive):
    """One edit as the existing client makes it; keeps `alive` what everybody must see then."""
    state = json.loads(json.dumps(state))
    lists = [page["strokes"] for page in state["pages"]]
    strokes = rng.choice(lists)
    choice = rng.random()
    if choice < 0.45 or not strokes:
        strokes.insert(rng.randint(0, len(strokes)), {"id": new_id, "n": 0})
        alive.add(new_id)
        return state
    at = rng.randrange(len(strokes))
    if choice < 0.6:
        alive.discard(strokes[at]["id"])
        del strokes[at]
    elif choice < 0.8:
        strokes[at] = {**strokes[at], "n": rng.random()}
    elif choice < 0.9:
        rng.shuffle(strokes)
    else:
        rng.choice(lists).append(strokes.pop(at))
    return state


def _draw(rng, client, new_id, alive):
    """One edit of a Yjs client."""
    elements = client.root("elements")
    keys = sorted(elements.keys())
    if rng.random() < 0.5 or not keys:
        where = {"$page": rng.choice(["p1", "p2"]), "$list": "strokes", "$order": f"a{new_id}"}
        elements[new_id] = pycrdt.Map({**where, "id": new_id})
        alive.add(new_id)
        return
    key = rng.choice(keys)
    if rng.random() < 0.5:
        elements[key]["color"] = str(rng.random())
    else:
        alive.discard(elements[key]["id"])
        del elements[key]
