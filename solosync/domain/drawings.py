"""What a picture of a board is made from, handed to the process that makes it.

Loading a large board holds Python's lock for up to a second, in which no other board's people
would be served. So the server only reads what is stored and writes it to a file; the process that
draws makes the state of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import msgspec

from solosync.blobs import Blobs
from solosync.board.document import Document
from solosync.domain import files, history
from solosync.records.sessions import Session
from solosync.store.engine import Store

_NAME = "document"
# A JSON string that ends like the address of one of our files, whatever the host.
_OWN_ADDRESS = re.compile(
    rb'"((?:[^"\\]|\\.){0,2000}/files/([0-9a-f-]{36})\.(?:png|jpg|webp))"', re.ASCII
)


class Packed(msgspec.Struct, array_like=True):
    """The file's content, as MessagePack: Yjs updates in order, and paths by file id."""

    dialect: str
    updates: list[bytes]
    files: dict[str, str]


class Drawn(NamedTuple):
    """The state as canonical JSON text, and the local files that its addresses stand for."""

    state: bytes
    files: dict[str, Path]


def pack(store: Store, blobs: Blobs, session: Session, rev: int, folder: Path) -> Path:
    """Writes the board as it was at a rev into the folder, with where the files lie that it shows
    (those of an object store are fetched into the folder too).

    Raises NotFound for a rev that isn't kept any more, Damaged, Unavailable and StorageFailed.
    """
    updates = history.updates_at(store, session, rev)
    shown = files.find_shown(store, blobs, session.organization_id, updates, folder)
    packed = Packed(session.dialect, updates, {name: str(path) for name, path in shown.items()})
    document = folder / _NAME
    document.write_bytes(msgspec.msgpack.encode(packed))
    return document


def read(document: Path) -> Drawn:
    """What `pack` wrote, made into a state. Raises Damaged."""
    packed = msgspec.msgpack.decode(document.read_bytes(), type=Packed)
    return _drawn(packed)


def current(store: Store, blobs: Blobs, session: Session, folder: Path) -> Drawn:
    """The board as it is stored now, without the detour: for a process that serves nobody.
    Raises as `pack`."""
    updates = history.load(store, session.key).updates
    shown = files.find_shown(store, blobs, session.organization_id, updates, folder)
    return _drawn(Packed(session.dialect, updates, {name: str(p) for name, p in shown.items()}))


def _drawn(packed: Packed) -> Drawn:
    state = Document(packed.dialect, packed.updates).reading().state
    paths: dict[str, Path] = {}
    for match in _OWN_ADDRESS.finditer(state) if packed.files else ():
        path = packed.files.get(match[2].decode())
        if path is not None:
            paths[msgspec.json.decode(match[0], type=str)] = Path(path)
    return Drawn(state, paths)
