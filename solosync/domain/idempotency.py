"""Answers that a client may ask for again: the same key within a day gets the same answer."""

from solosync import clock
from solosync.records.idempotency import RememberedAnswer
from solosync.records.sessions import Session
from solosync.store import idempotency
from solosync.store.engine import Store
from solosync.store.transactions import Tx

KEPT_MS = clock.DAY_MS


def find_answer(store: Store, session: Session, user_id: str, key: str) -> bytes | None:
    """What was remembered for this board and person under that key, within a day."""
    since = clock.now_ms() - KEPT_MS
    found = store.read(lambda tx: idempotency.find(tx, session.key, user_id, key, since=since))
    return found.body if found else None


def remember(tx: Tx, session: Session, user_id: str, key: str, status: int, body: bytes) -> None:
    """In the transaction that does what is answered."""
    answer = RememberedAnswer(status, body, clock.now_ms())
    idempotency.put(tx, session.key, user_id, key, answer)


def purge(tx: Tx, now_ms: int) -> None:
    """Forgets what is older than a day."""
    idempotency.purge(tx, now_ms - KEPT_MS)
