"""When a board's log is replaced by a snapshot for the next load."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from solosync.domain import Store, history
from solosync.domain.history import Loaded, Recorded
from solosync.errors import SolosyncError
from solosync.records.sessions import Session

log = logging.getLogger(__name__)

# How much log is worth a snapshot while the room is open, and when it is closed.
AFTER_BYTES = 16 * 1024 * 1024
AT_REST_BYTES = 64 * 1024


class Turn:
    """Boards that grow together make their snapshots one after another: each stops the event loop
    for a moment, and all at once would stop it for too long."""

    def __init__(self) -> None:
        self.holder: Snapshots | None = None


class Snapshots:
    """One board's. All boards share ``turn``."""

    def __init__(self, store: Store, session: Session, loaded: Loaded, turn: Turn) -> None:
        self.stored_bytes = sum(map(len, loaded.updates))  # about what the document takes as stored
        self._store = store
        self._session = session
        self._turn = turn
        self._seq = loaded.seq  # the newest place in the log
        self._log_bytes = loaded.since_snapshot
        self._snapshot_bytes = self.stored_bytes - self._log_bytes

    def log_grew(self, recorded: Recorded) -> None:
        self._seq = recorded.seq
        self._log_bytes += recorded.log_bytes
        self.stored_bytes += recorded.log_bytes

    @property
    def is_due(self) -> bool:
        """Whether it is worth one, and this board's turn."""
        return self._turn.holder is None and self._is_worth_it(AFTER_BYTES)

    @property
    def is_due_at_rest(self) -> bool:
        return self._is_worth_it(AT_REST_BYTES)

    def _is_worth_it(self, least_bytes: int) -> bool:
        return self._log_bytes > max(least_bytes, 2 * self._snapshot_bytes)

    def take(self, rev: int, data: bytes) -> Coroutine[Any, Any, None]:
        """``data`` is the whole document as all of the log made it, up to ``rev``. It counts as
        kept at once, and the turn as taken; await what is returned to keep it. A failure is only
        logged."""
        self._snapshot_bytes = self.stored_bytes = len(data)
        self._log_bytes = 0
        if self._turn.holder is None:
            self._turn.holder = self
        return self._keep(rev, self._seq, data)

    async def _keep(self, rev: int, seq: int, data: bytes) -> None:
        try:
            await asyncio.to_thread(
                history.put_snapshot, self._store, self._session.key, rev=rev, seq=seq, data=data
            )
        except SolosyncError as error:
            # The log has it all; only the next load takes longer.
            log.warning("No snapshot of board %s: %s", self._session.session_id, error)
        finally:
            if self._turn.holder is self:
                self._turn.holder = None
