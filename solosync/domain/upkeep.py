"""What is done from time to time, so that a data folder doesn't grow without bound."""

import logging

from solosync import clock
from solosync.config import Config
from solosync.domain import bases as held_bases
from solosync.domain import history, idempotency
from solosync.errors import SolosyncError
from solosync.events import SessionDeleted
from solosync.store import bases, links, maintenance, sessions, tokens
from solosync.store import idempotency as answers
from solosync.store.engine import Store
from solosync.store.transactions import Tx

log = logging.getLogger(__name__)


def run(store: Store, config: Config, now_ms: int | None = None) -> None:
    """Thins the history of every board, empties the trash, drops what has expired, and gives the
    freed space back. Each step is short transactions of its own; one that fails is logged, and
    the rest still runs. ``now_ms`` is for tests: what would be done then."""
    now = clock.now_ms() if now_ms is None else now_ms
    keep = history.Keep(
        config.history_full_hours, config.history_hourly_days, config.history_daily_days
    )
    for session in store.read(sessions.list_all):
        try:
            history.thin(store, session, now, keep)
        except SolosyncError as error:
            log.warning("The history of board %s was not thinned: %s", session.session_id, error)
    purge_trash(store, now - config.trash_days * history.DAY_MS)
    store.write(lambda tx: _drop_expired(tx, now))
    maintenance.incremental_vacuum(store)
    maintenance.truncate_log(store)


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


def _drop_expired(tx: Tx, now: int) -> None:
    answers.purge(tx, now - idempotency.KEPT_MS)
    bases.drop_older(tx, now - held_bases.KEPT_DAYS * history.DAY_MS)
    links.purge(tx, now)
    tokens.purge(tx, now)
