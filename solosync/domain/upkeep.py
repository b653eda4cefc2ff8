"""What is done from time to time, so that a data folder doesn't grow without bound."""

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from solosync.clock import DAY_MS
from solosync.config import Config
from solosync.domain import (
    answers,
    codes,
    idempotency,
    invitations,
    jobs,
    mail,
    notifications,
    registration,
    thinning,
)
from solosync.domain import bases as held_bases
from solosync.errors import SolosyncError
from solosync.events import SessionDeleted
from solosync.store import bases, devices, links, maintenance, pairings, sessions, tokens
from solosync.store.engine import Store
from solosync.store.transactions import Tx

log = logging.getLogger(__name__)


def run(store: Store, config: Config, now_ms: int) -> None:
    """All of it, one after the other, as if it were ``now_ms``."""
    thin_histories(store, config, now_ms)
    purge_trash(store, now_ms - config.trash_days * DAY_MS)
    drop_expired(store, now_ms)
    give_back_space(store)


def thin_histories(
    store: Store, config: Config, now_ms: int, check: Callable[[], object] = lambda: None
) -> None:
    """Of every board, in short transactions; one that can't be thinned is logged, and the rest
    still is. ``check`` is called between boards, and ends it by raising."""
    keep = thinning.Keep(
        config.history_full_hours, config.history_hourly_days, config.history_daily_days
    )
    for session in store.read(sessions.list_all):
        check()
        try:
            thinning.thin(store, session, now_ms, keep)
        except SolosyncError as error:
            log.warning("The history of board %s was not thinned: %s", session.session_id, error)


def purge_trash(store: Store, before_ms: int) -> int:
    """Deletes for good what was thrown away before then; returns how many boards."""
    purged = 0

    def some(tx: Tx) -> int:
        session_ids = sessions.purge_trashed(tx, before_ms)
        for session_id in session_ids:
            tx.emit(SessionDeleted(session_id))
        return len(session_ids)

    while count := store.write(some):
        purged += count
    return purged


def drop_expired(store: Store, now_ms: int) -> None:
    """Remembered answers, bases, links, codes, invitations, tokens, mails, notifications that were
    read, devices that nobody uses any more, and jobs that ended long ago."""

    def drop(tx: Tx) -> None:
        answers.purge(tx, now_ms)
        idempotency.purge(tx, now_ms)
        bases.drop_older(tx, now_ms - held_bases.KEPT_DAYS * DAY_MS)
        links.purge(tx, now_ms)
        tokens.purge(tx, now_ms)
        pairings.purge(tx, now_ms)
        codes.purge(tx, now_ms)
        registration.purge(tx, now_ms)
        invitations.purge(tx, now_ms)
        notifications.purge(tx, now_ms)
        jobs.purge(tx, now_ms)
        mail.purge(tx, now_ms)

    store.write(drop)
    # A search through all history, which must not hold up those who draw.
    before = now_ms - held_bases.KEPT_DAYS * DAY_MS
    forgotten = store.read(lambda tx: devices.list_forgotten(tx, before))
    store.write(lambda tx: devices.purge(tx, forgotten))


def give_back_space(store: Store) -> None:
    """What the database doesn't need any more, to the disk."""
    maintenance.incremental_vacuum(store)
    maintenance.truncate_log(store)


def remove_old_files(folder: Path, before_ms: int) -> int:
    """Files below a folder that nobody has written to since then, and empty folders likewise; how
    many files. For temporary ones, which a process that died has left."""
    removed = 0
    for path in sorted(folder.rglob("*"), reverse=True):  # what is inside a folder comes first
        with contextlib.suppress(FileNotFoundError):  # its owner was faster
            if path.lstat().st_mtime * 1000 >= before_ms:
                continue
            if path.is_dir() and not path.is_symlink():
                with contextlib.suppress(OSError):  # not empty
                    path.rmdir()
            else:
                path.unlink()
                removed += 1
    return removed
