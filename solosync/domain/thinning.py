"""How the history is kept from growing: revs that age are merged into the next one that is kept
(docs/sync-spec.md, HIST)."""

from typing import NamedTuple

from solosync.board.document import Document, combine
from solosync.clock import DAY_MS, HOUR_MS
from solosync.records.sessions import Session
from solosync.records.updates import Outline, Update
from solosync.store import bases, updates
from solosync.store.engine import Store


class Keep(NamedTuple):
    """How long the history keeps every rev, then one an hour, then one a day; after that, one a
    week. Each span begins where the one before it ends."""

    full_hours: int = 24
    hourly_days: int = 7
    daily_days: int = 30


def thin(store: Store, session: Session, now_ms: int, keep: Keep) -> int:
    """Merges old revs of one board as ``keep`` says; returns how many updates are gone.

    Revs that are some device's base stay. Each merge is one transaction, so the board can be
    worked on meanwhile.
    """
    outline = store.read(lambda tx: updates.outline(tx, session.key))
    held = store.read(lambda tx: bases.list_revs(tx, session.key))
    runs = _runs(outline, held, now_ms, keep)
    if all(len(run) == 1 for run in runs):
        return 0
    rows = {
        row.seq: row
        for row in store.read(
            lambda tx: updates.since(tx, session.key, 0, until_rev=runs[-1][-1].rev)
        )
    }
    document = Document(session.dialect)
    gone = 0
    for run in runs:
        before = document.state_vector()
        parts = [rows[line.seq].data for line in run]
        document.replay(parts)
        if len(run) == 1:
            continue
        # What was overwritten in between is gone from the document's own update, but that one
        # lists all deletions ever made: whichever is smaller.
        data = min(combine(parts), document.update(before), key=len)
        gone += _merge(store, session, [rows[line.seq] for line in run], data)
    return gone


def _merge(store: Store, session: Session, merged: list[Update], data: bytes) -> int:
    """Puts ``data`` in the place of these updates; returns how many are gone."""
    first, last = merged[0], merged[-1]
    set_aside = _joined([row.set_aside for row in merged if row.set_aside is not None])
    return store.write(
        lambda tx: updates.replace_range(
            tx,
            session.key,
            first.seq,
            last.seq,
            data=data,
            summary=last.summary,
            set_aside=set_aside,
            size=len(data),
        )
    )


def _runs(outline: list[Outline], held: set[int], now_ms: int, keep: Keep) -> list[list[Outline]]:
    """The log cut into what becomes one update each. The newest rev and rev 0 stay themselves."""
    runs: list[list[Outline]] = []
    run: list[Outline] = []
    for line, following in zip(outline, [*outline[1:], None], strict=True):
        run.append(line)
        if following is not None and following.rev == line.rev:
            continue  # a rev of several authors is kept or goes as a whole
        if (
            following is None
            or line.rev in held
            or line.rev == outline[0].rev
            or _bucket(line, now_ms, keep) != _bucket(following, now_ms, keep)
        ):
            runs.append(run)
            run = []
    return [piece for run in runs for piece in _whole(run)]


def _whole(run: list[Outline]) -> list[list[Outline]]:
    """A run that is just one rev isn't merged."""
    return [[line] for line in run] if run[0].rev == run[-1].rev else [run]


def _bucket(line: Outline, now_ms: int, keep: Keep) -> tuple[int, int]:
    """Of the revs in one bucket, the last is kept."""
    created_at = line.created_at
    days = (now_ms - created_at) / DAY_MS - keep.full_hours / 24
    if days < 0:
        return (0, line.rev)
    if days < keep.hourly_days:
        return (1, created_at // HOUR_MS)
    if days < keep.hourly_days + keep.daily_days:
        return (2, created_at // DAY_MS)
    return (3, created_at // (7 * DAY_MS))


def _joined(parts: list[bytes]) -> bytes | None:
    """JSON arrays as one."""
    inner = [part.strip()[1:-1] for part in parts]
    return b"[" + b",".join(part for part in inner if part) + b"]" if inner else None
