"""Thumbnails: made when a board has changed and rested, and when somebody asks.

Each has two forms, WebP and PNG, at one address for each board that ends in the version; a picture
that a client gave (`thumbnail_url`) is left alone until somebody asks for ours.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from solosync import clock
from solosync.blobs import Blob, Blobs
from solosync.crypto import Keys
from solosync.domain import drawings, files, jobs, sessions
from solosync.errors import NotFound
from solosync.records.actors import Actor
from solosync.records.sessions import Session
from solosync.store import sessions as session_rows
from solosync.store import thumbnails
from solosync.store.engine import Store
from solosync.store.transactions import Tx

TASK = "solo.generate_thumbnail"
REST_MS = 30_000
AT_ONCE = 20
SEAL = "thumbnail"
CONTENT_TYPES = {"webp": "image/webp", "png": "image/png"}


class Work(NamedTuple):
    """What the process that draws is given; `document` is for `drawings.read`."""

    document: Path
    title: str
    rev: int


class Content(NamedTuple):
    """What is at a thumbnail's address now."""

    sha256: str
    content_type: str
    version: int


def request(store: Store, actor: Actor, session_id: str) -> str:
    """The id of the job that makes one, whatever is there already. It takes the place of a picture
    that a client gave. Raises NotFound, RateLimited."""

    def add(tx: Tx) -> str:
        session = session_rows.find_for_actor(tx, actor, session_id)
        if session is None:
            raise NotFound("session", session_id)
        session_rows.set_thumbnail(tx, session.key, None)
        return jobs.add_once(tx, TASK, session_id, actor.user_id)

    return store.write(add)


def queue_due(
    store: Store, now_ms: int, is_wanted: Callable[[str], bool] = lambda organization_id: True
) -> int:
    """Adds jobs for boards that changed and rested, of organizations for which `is_wanted`; returns
    how many."""
    rested_since = (now_ms - REST_MS) * 1000

    def find(tx: Tx) -> list[str]:
        due = thumbnails.each_due(tx, TASK, rested_since)
        wanted = (session_id for session_id, organization in due if is_wanted(organization))
        return list(itertools.islice(wanted, AT_ONCE))

    due = store.read(find)

    def add(tx: Tx) -> None:
        for session_id in due:
            jobs.add_once(tx, TASK, session_id)

    if due:
        store.write(add)
    return len(due)


def name(keys: Keys, session: Session, suffix: str = "webp") -> str | None:
    """The last part of the thumbnail's address, without its version; None if there is none."""
    if session.thumbnail_version is None:
        return None
    return f"{session.session_id}-{keys.seal(SEAL, session.session_id)}.{suffix}"


def is_name(name: str, session_id: str) -> bool:
    return name.startswith(f"{session_id}-")


def get_content(store: Store, keys: Keys, name: str) -> Content:
    """Raises NotFound, also for a name that we didn't make."""
    stem, _, suffix = name.rpartition(".")
    session_id, seal = stem[:36], stem[37:]
    if suffix not in CONTENT_TYPES or not keys.is_seal(SEAL, session_id, seal):
        raise NotFound("thumbnail", name)
    found = store.read(lambda tx: thumbnails.find(tx, session_id))
    if found is None:
        raise NotFound("thumbnail", name)
    sha256 = found.webp if suffix == "webp" else found.png
    return Content(sha256, CONTENT_TYPES[suffix], found.version)


# -- for the jobs ------------------------------------------------------------------------------


def begin(store: Store, blobs: Blobs, session_id: str, folder: Path) -> Work | None:
    """What is to be drawn, put into the folder; None if the board is gone or in the trash. Raises
    as `drawings.pack`."""
    session = store.read(lambda tx: session_rows.find(tx, session_id))
    if session is None:
        return None
    document = drawings.pack(store, blobs, session, session.rev, folder)
    return Work(document, session.name or sessions.DEFAULT_NAME, session.rev)


def complete(
    store: Store,
    blobs: Blobs,
    session_id: str,
    rev: int,
    webp: bytes,
    png: bytes,
    state_bytes: int,
) -> bool:
    """False, and nothing is kept, if the board is gone meanwhile. Raises StorageFailed.

    How large the board is, is only known here where it changes over sockets alone.
    """

    def put(tx: Tx, kept: list[Blob]) -> tuple[bool, Iterable[str]]:
        session = session_rows.find(tx, session_id)
        if session is None:
            return False, ()
        before = thumbnails.put(
            tx,
            session.key,
            rev,
            version=clock.now_ms(),
            webp=kept[0].sha256,
            png=kept[1].sha256,
        )
        session_rows.set_size(tx, session.key, rev, state_bytes)
        return True, before

    return files.settle(store, blobs, [webp, png], put)


def fail(store: Store, session_id: str) -> None:
    """The board as it is isn't tried again until somebody asks; an older picture stays."""

    def put(tx: Tx) -> None:
        session = session_rows.find(tx, session_id)
        if session is not None:
            thumbnails.put_failure(tx, session.key, session.rev)

    store.write(put)
