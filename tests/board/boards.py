"""Boards as plain JSON values, and the documents made of them."""

import json
from typing import Any

import pycrdt

from solosync.board.canonical import canonical
from solosync.board.document import Document


def canon(value):
    """The canonical text that this value must be shown as."""
    return canonical(json.dumps(value).encode())


def make(state):
    """A new document from a JSON value, or from JSON text."""
    return Document.from_state(text(state))


def text(state):
    return state if isinstance(state, bytes) else json.dumps(state).encode()


def shown(document):
    return json.loads(document.reading().state)


def reloaded(document, *updates):
    """The same board from its updates: those given, or everything as one."""
    return Document(document.dialect, updates or [document.update()])


def read(document, state):
    return document.read(text(state))


def save(document, base, state, *, may_delete=True, stated=True):
    """Merges a state that was made from `base` (None: no base); returns the change."""
    before = None if base is None else read(document, base)
    return document.merge(before, read(document, state), may_delete=may_delete, stated=stated)


def edit(document, state, **how):
    """A save from what the document shows now."""
    return save(document, document.reading().state, state, **how)


def aside(change):
    """What a change set aside."""
    return [json.loads(item) for item in change.outcome.set_aside]


def page(id="p1", /, **lists):
    return {"id": id, **lists}


def strokes(*items):
    """A board with one page `p1` of strokes; a string stands for a stroke of that id."""
    return {"pages": [page(strokes=[stroke(item) for item in items])]}


def stroke(item):
    return {"id": item} if isinstance(item, str) else item


def drawing(*elements, **more):
    """An Excalidraw file."""
    items = [stroke(element) for element in elements]
    return {"type": "excalidraw", "version": 2, "elements": items, **more}


def ids(state):
    """Ids of the strokes on the first page, in drawing order."""
    return [item["id"] for item in state["pages"][0]["strokes"]]


class Client:
    """A Yjs client: a document of its own, and the updates it made since they were last taken."""

    def __init__(self, *updates, client_id=None):
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=client_id)
        self._updates: list[bytes] = []
        self.receive(*updates)
        self.doc.observe(lambda event: self._updates.append(event.update))

    def receive(self, *updates):
        for update in updates:
            self.doc.apply_update(update)
        self._updates.clear()

    def take(self):
        taken, self._updates = self._updates, []
        return taken

    def root(self, name, type=pycrdt.Map):
        return self.doc.get(name, type=type)

    def __getitem__(self, key):
        """The element map under a key."""
        return self.root("elements")[key]


def wire_integer(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def wire_text(value):
    data = value.encode()
    return wire_integer(len(data)) + data


def wire_update(key, content, *, kind=8, root="state", client=5, clock=0, structs=1):
    """An update by hand: one struct that sets `root`'s key; `content` as the kind wants it."""
    head = b"".join(map(wire_integer, (1, structs, client, clock)))
    info = bytes((kind | 0x20, 1))  # a member of a root type
    return head + info + wire_text(root) + wire_text(key) + content + b"\x00"
