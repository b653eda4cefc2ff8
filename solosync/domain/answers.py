"""Answers to requests with an Idempotency-Key: the same key within a day gets the same answer, and
nothing is done twice.

Two steps, because an answer is only known when all is done. A claim is written in the very
transactions that do what is asked for; the answer takes its place before it is sent. Whoever dies
in between leaves the claim, which says honestly that it was done.
"""

from __future__ import annotations

import msgspec

from solosync import clock
from solosync.crypto import Keys
from solosync.errors import KeyReused
from solosync.records.answers import Answer
from solosync.store import answers, companions
from solosync.store.engine import Store
from solosync.store.packing import pack, unpack
from solosync.store.transactions import Tx

KEPT_MS = clock.DAY_MS
# Compressed, of one answer and of a person's large ones together. Of what is beyond that, only that
# it was done is known: whoever saves a board all day would fill the disk.
MOST_BYTES = 8 * 1024 * 1024
MOST_BYTES_TOGETHER = 64 * 1024 * 1024
_PURPOSE = "answer"
_ANSWERS: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


class Claim:
    """What one request does under a key. `is_made` once something of it is, or may be, stored."""

    def __init__(self, user_id: str, key: str, fingerprint: bytes) -> None:
        self.user_id = user_id
        self.key = key
        self.fingerprint = fingerprint
        self.is_made = False
        self._is_open = False

    @property
    def name(self) -> tuple[str, str]:
        return self.user_id, self.key

    def open(self) -> None:
        """From here on whatever is written in this context is written under the claim."""
        self._is_open = True
        companions.current.set(self._write)

    def close(self) -> None:
        self._is_open = False

    def _write(self, tx: Tx) -> None:
        if self._is_open:
            self.is_made = True
            now = clock.now_ms()
            answers.claim(
                tx, self.user_id, self.key, self.fingerprint, now=now, since=now - KEPT_MS
            )


class Lost(msgspec.Struct, frozen=True):
    """It was done, and its answer isn't known any more."""


def find(store: Store, keys: Keys, claim: Claim) -> Answer | Lost | None:
    """What was answered under the key within a day. Raises KeyReused if it was something else that
    was asked for."""
    since = clock.now_ms() - KEPT_MS
    found = store.read(lambda tx: answers.find(tx, claim.user_id, claim.key, since=since))
    if found is None:
        return None
    if found.fingerprint != claim.fingerprint:
        raise KeyReused()
    if not found.sealed:
        return Lost()
    return _ANSWERS.decode(unpack(keys.unlock(_PURPOSE, found.sealed)))


def remember(store: Store, keys: Keys, claim: Claim, answer: Answer) -> None:
    """In place of the claim, which has to be closed."""
    packed = pack(msgspec.msgpack.encode(answer))
    sealed = keys.lock(_PURPOSE, packed) if len(packed) <= MOST_BYTES else b""

    def put(tx: Tx) -> None:
        answers.put(
            tx,
            claim.user_id,
            claim.key,
            claim.fingerprint,
            status=answer.status,
            sealed=sealed,
            now=clock.now_ms(),
        )
        answers.forget_large(tx, claim.user_id, most_bytes=MOST_BYTES_TOGETHER)

    store.write(put)


def release(store: Store, claim: Claim) -> None:
    """So that the same may be tried again under the key."""
    store.write(lambda tx: answers.release(tx, claim.user_id, claim.key))


def purge(tx: Tx, now_ms: int) -> None:
    """Forgets what is older than a day."""
    answers.purge(tx, now_ms - KEPT_MS)
