"""What a board was: its log of updates, and its versions.

The log is the truth; a snapshot spares loading the whole of it. `thinning` keeps both from growing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solosync import clock
from solosync.board.document import Document, combine
from solosync.board.states import State
from solosync.errors import NotFound
from solosync.records.sessions import Session
from solosync.records.updates import NewUpdate
from solosync.records.versions import Version
from solosync.store import sessions, snapshots, updates
from solosync.store.engine import Store
from solosync.store.packing import pack
from solosync.store.transactions import Tx


class Loaded(NamedTuple):
    """A board's document as stored: apply the updates in order."""

    rev: int
    seq: int
    updates: list[bytes]
    since_snapshot: int  # bytes of log that no snapshot covers


class Author(NamedTuple):
    """Who made an update, and from which sign-in."""

    user_id: str | None
    device_id: str | None


@dataclass(slots=True)
class Write:
    """What one rev brings, or, with ``rev`` None, something else to commit in its turn.

    ``updates`` are Yjs updates with their authors, in order.
    """

    rev: int | None
    kind: str = ""
    updates: list[tuple[Author, bytes]] | None = None
    summary: str = ""
    set_aside: bytes | None = None
    page_count: int | None = None
    state_bytes: int | None = None
    also: Callable[[Tx], object] | None = None


class Recorded(NamedTuple):
    """What a commit wrote: the last place in the log, and all its updates as one."""

    seq: int
    update: bytes | None
    log_bytes: int


def load(store: Store, session_key: int) -> Loaded:
    """Raises NotFound when the board was purged, Damaged when its snapshot can't be read."""

    def read(tx: Tx) -> Loaded:
        session = sessions.find_by_key(tx, session_key)
        if session is None:
            raise NotFound("session", str(session_key))
        snapshot = snapshots.latest(tx, session_key)
        seq = snapshot.seq if snapshot else 0
        rows = updates.since(tx, session_key, seq)
        data = [row.data for row in rows]
        if rows:
            seq = rows[-1].seq
        parts = [snapshot.data, *data] if snapshot else data
        return Loaded(session.rev, seq, parts, sum(map(len, data)))

    return store.read(read)


def record(tx: Tx, session_key: int, writes: Sequence[Write]) -> Recorded:
    """Appends to the log and moves the board to its new rev, all in the caller's transaction."""
    rows: list[NewUpdate] = []
    all_updates: list[bytes] = []
    now_us = clock.now_us()
    last: Write | None = None
    pages = size = None
    for write in writes:
        if write.updates:
            rows += _rows(write, now_us // 1_000)
            all_updates += [update for _, update in write.updates]
            last = write
            pages = write.page_count if write.page_count is not None else pages
            size = write.state_bytes if write.state_bytes is not None else size
        if write.also is not None:
            write.also(tx)
    if last is None or last.rev is None or not last.updates:
        return Recorded(0, None, 0)
    seq = updates.append(tx, session_key, rows)
    sessions.advance(
        tx,
        session_key,
        rev=last.rev,
        page_count=pages,
        state_bytes=size,
        updated_at=now_us,
        device_id=last.updates[-1][0].device_id,
    )
    return Recorded(seq, combine(all_updates), sum(row.size for row in rows))


def _rows(write: Write, created_at: int) -> list[NewUpdate]:
    """One row for each author in turn; they share the rev."""
    assert write.rev is not None
    runs: list[tuple[Author, list[bytes]]] = []
    for author, update in write.updates or ():
        if runs and runs[-1][0] == author:
            runs[-1][1].append(update)
        else:
            runs.append((author, [update]))
    rows = []
    for author, parts in runs:
        data = combine(parts)
        rows.append(
            NewUpdate(
                rev=write.rev,
                data=data,
                kind=write.kind,
                actor_id=author.user_id,
                device_id=author.device_id,
                summary=write.summary,
                set_aside=write.set_aside,
                size=len(data),
                created_at=created_at,
            )
        )
    return rows


def put_snapshot(store: Store, session_key: int, *, rev: int, seq: int, data: bytes) -> None:
    """Keeps a whole document; earlier snapshots go. Blocks until it's committed."""
    packed = pack(data)

    def write(tx: Tx) -> None:
        snapshots.delete_between(tx, session_key, 0, rev - 1)
        snapshots.put(tx, session_key, rev=rev, seq=seq, packed=packed, created_at=clock.now_ms())

    store.write(write)


def list_versions(store: Store, session_key: int) -> list[Version]:
    """Newest first."""
    return store.read(lambda tx: updates.versions(tx, session_key))


def list_set_aside(store: Store, session_key: int, rev: int) -> list[bytes]:
    """JSON arrays of what the merges of one rev chose against."""
    return store.read(lambda tx: updates.list_set_aside(tx, session_key, rev))


class Aside(NamedTuple):
    """A version whose merge chose against something: JSON arrays of what."""

    version: Version
    texts: list[bytes]


def list_asides(
    store: Store, session_key: int, *, limit: int, before: int | None = None
) -> tuple[list[Aside], int, bool]:
    """The newest of them, or those older than rev ``before``; how many there are in all, and
    whether more follow."""

    def read(tx: Tx) -> tuple[list[Aside], int, bool]:
        revs = updates.revs_with_set_aside(tx, session_key)
        rest = revs if before is None else [rev for rev in revs if rev < before]
        found = [
            Aside(version, updates.list_set_aside(tx, session_key, rev))
            for rev in rest[:limit]
            if (version := updates.find_version(tx, session_key, rev)) is not None
        ]
        return found, len(revs), len(rest) > limit

    return store.read(read)


def get_version(store: Store, session_key: int, rev: int) -> Version:
    version = store.read(lambda tx: updates.find_version(tx, session_key, rev))
    if version is None:
        raise NotFound("version", str(rev))
    return version


def document_at(store: Store, session: Session, rev: int) -> Document:
    """The board as it was at a kept rev. Raises NotFound; Damaged, having touched nothing."""
    get_version(store, session.key, rev)
    return Document(session.dialect, store.read(lambda tx: _parts(tx, session.key, rev)))


def updates_at(store: Store, session: Session, rev: int) -> list[bytes]:
    """The document at a kept rev, as `load` gives it. Raises NotFound, Damaged."""

    def read(tx: Tx) -> list[bytes]:
        if updates.find_version(tx, session.key, rev) is None:
            raise NotFound("version", str(rev))
        return _parts(tx, session.key, rev)

    return store.read(read)


def _parts(tx: Tx, session_key: int, rev: int) -> list[bytes]:
    snapshot = snapshots.latest(tx, session_key, at_or_before_rev=rev)
    rows = updates.since(tx, session_key, snapshot.seq if snapshot else 0, until_rev=rev)
    return [*([snapshot.data] if snapshot else []), *(row.data for row in rows)]


class PastState(NamedTuple):
    """A state out of the history. ``exact`` is False when that rev was thinned out, and this is
    the nearest older one that was kept."""

    state: State
    exact: bool


def states_at(store: Store, session: Session, revs: Iterable[int]) -> dict[int, PastState]:
    """The board at several revs in one pass over its log; those older than any kept are left out.

    Raises Damaged when the log can't be read.
    """
    wanted = sorted(set(revs))
    if not wanted:
        return {}
    rows = store.read(lambda tx: updates.since(tx, session.key, 0, until_rev=wanted[-1]))
    document = Document(session.dialect)
    found: dict[int, PastState] = {}
    at: int | None = None
    position = 0
    for rev in wanted:
        while position < len(rows) and rows[position].rev <= rev:
            document.replay([rows[position].data])
            at = rows[position].rev
            position += 1
        if at is not None:
            found[rev] = PastState(document.state(), at == rev)
    return found
