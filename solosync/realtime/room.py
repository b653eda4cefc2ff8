"""A board in use: all writes to it go through its room, in one order, whichever door they come by.

A room lives on the event loop's thread. Here is the door for whole states and operations; the one
for sockets, and what both have in common, are in modules of their own.
"""

import asyncio
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import msgspec

from solosync import clock
from solosync.board.ops import apply_ops
from solosync.board.seen import Seen, Text
from solosync.board.states import State
from solosync.domain import Store, bases, history, idempotency
from solosync.domain.bases import Base, Holdings
from solosync.domain.history import Write
from solosync.errors import InvalidOps, Stale
from solosync.realtime.door import DoorForPeers
from solosync.realtime.journal import Committer
from solosync.realtime.live import Reading
from solosync.realtime.snapshots import Turn
from solosync.records.actors import Actor
from solosync.records.sessions import Session

# Where more of a state isn't known yet, it is taken apart in a thread, so that other boards' peers
# don't wait meanwhile.
THREAD_FROM_BYTES = 256 * 1024


class Saved(NamedTuple):
    """What a save led to; ``changed`` tells whether it made a new rev."""

    rev: int
    state: bytes
    digest: str
    page_count: int
    changed: bool


class Edited(NamedTuple):
    rev: int
    digest: str


class Room(DoorForPeers):
    """Made by ``Rooms``. After a failed commit it is of no use any more: ``failure`` says why."""

    def __init__(
        self, store: Store, session: Session, committer: Committer, snapshot_turn: Turn
    ) -> None:
        super().__init__(store, session, committer, snapshot_turn)
        self._holdings = Holdings()
        self.seen = Seen()
        # Those in use; each goes when its last holder lets it go.
        self._keys: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._reading_lock = asyncio.Lock()

    @property
    def memory_bytes(self) -> int:
        """An estimate of what this room holds in memory."""
        return 3 * self._snapshots.stored_bytes + 4 * self._document.size_hint() + self.seen.bytes

    def shed(self) -> None:
        """Frees what can be computed or read again."""
        self.seen = Seen()
        self._holdings.forget()
        self._document.forget_view()

    # -- the whole state ---------------------------------------------------------------------

    async def read(self, actor: Actor | None = None) -> Reading:
        """The board as it is; with an actor, their device is known to hold it from now on."""
        reading = self._now()
        if actor is not None:
            self._note_rev(actor, reading.rev)
        await self._journal.flushed()
        return reading

    async def save(
        self,
        actor: Actor,
        state: bytes | Text,
        *,
        stated_rev: int | None,
        is_stated: bool,
        strict: bool = False,
        kind: str = "save",
        depth: int = 2,
    ) -> Saved:
        """Merges a whole state in. ``stated_rev`` is what the client says it holds, None with
        ``is_stated`` when it can't be read. ``depth`` is the JSON level the state stood at.

        Raises Invalid; Stale when ``strict`` and the save isn't made from the current rev;
        StorageFailed, and the room is of no use any more.
        """
        save = await self._take_apart(state, depth)
        await self._know(actor.device_id)
        if is_stated:
            base = await self._stated_base(stated_rev)
        elif strict:
            # What it was last answered: a state that looks closer doesn't make a save current.
            base = self._holdings.newest(actor.device_id)
        else:
            base = self._holdings.best(actor.device_id, save)
        if strict and (base is None or base.rev != self.current_rev):
            raise Stale(self.current_rev)
        return await self._merge(actor, save, base, is_stated=is_stated, kind=kind)

    async def stream_save(
        self,
        actor: Actor,
        state: bytes | Text,
        *,
        expected_rev: int | None,
        key: str | None = None,
        depth: int = 2,
    ) -> Saved:
        """As ``save`` from exactly ``expected_rev``. Raises Invalid before anything else, then
        Stale when that isn't the current rev.

        The same ``key`` from the same person within a day is answered as the first time (with an
        empty ``state``), whatever it holds now, and changes nothing.
        """
        save = await self._take_apart(state, depth)
        if key is None:
            return await self._save_exactly(actor, save, expected_rev, None)
        # Two at once with one key: the second waits, and gets the first one's answer.
        async with self._keys.setdefault((actor.user_id, key), asyncio.Lock()):
            answer = await asyncio.to_thread(
                idempotency.find_answer, self._store, self.session, actor.user_id, key
            )
            if answer is not None:
                rev, digest, pages, changed = msgspec.json.decode(
                    answer, type=tuple[int, str, int, bool]
                )
                return Saved(rev, b"", digest, pages, changed)
            return await self._save_exactly(actor, save, expected_rev, key)

    async def _save_exactly(
        self, actor: Actor, save: State, expected_rev: int | None, key: str | None
    ) -> Saved:
        if expected_rev != self.current_rev:
            raise Stale(self.current_rev)
        base = Base(expected_rev, self._document.state())
        return await self._merge(actor, save, base, is_stated=True, kind="save", key=key)

    async def edit(self, actor: Actor, ops: list[Any], *, expected_rev: int | None) -> Edited:
        """Fine-grained operations, all or none. Raises Stale; InvalidOps, for all operations on a
        board whose dialect has no pages to apply them to."""
        if expected_rev != self.current_rev:
            raise Stale(self.current_rev)
        if not self._document.shape.has_pages:
            raise InvalidOps("this board isn't made of pages and strokes: save its whole state", 0)
        before = self._document.state()
        change = self._change(before, apply_ops(before, ops), may_delete=True, stated=True)
        reading = self._log(actor, change.update, "edit", change.outcome.summary(), None)
        await self._journal.flushed()
        return Edited(reading.rev, reading.digest)

    async def restore(self, actor: Actor, rev: int) -> Saved:
        """Brings an old rev's content back as a new rev; the same content leaves the rev as it is.

        Raises NotFound for a rev that isn't kept, Damaged before anything is touched.
        """
        await self._journal.flushed()
        target = await asyncio.to_thread(self._past_state, rev)
        before = self.current_rev
        change = self._change(self._document.state(), target, may_delete=True, stated=True)
        summary = f"restored rev {rev}"
        reading = self._log(actor, change.update, "restore", summary, None)
        self._note_rev(actor, reading.rev)
        await self._journal.flushed()
        return Saved(*reading, reading.rev != before)

    def _past_state(self, rev: int) -> State:
        return history.document_at(self._store, self.session, rev).state()

    async def _take_apart(self, state: bytes | Text, depth: int) -> State:
        async with self._reading_lock:
            text = state if isinstance(state, Text) else self.seen.cut(state)
            if len(text.left) < THREAD_FROM_BYTES:
                return self._document.read(text, self.seen, depth=depth)
            return await asyncio.to_thread(self._document.read, text, self.seen, depth=depth)

    async def _stated_base(self, rev: int | None) -> Base | None:
        """The state of a rev that a client says it holds; None when there is no knowing."""
        if rev is None or rev > self.current_rev:
            return None
        if rev == self._journal.seal():
            return Base(rev, self._document.state())
        await self._journal.flushed()
        past = await asyncio.to_thread(history.states_at, self._store, self.session, [rev])
        found = past.get(rev)
        return Base(rev, found.state, found.exact) if found else None

    async def _know(self, device_id: str) -> None:
        if self._holdings.knows(device_id):
            return
        await self._journal.flushed()
        known = await asyncio.to_thread(
            bases.load, self._store, self.session, device_id, self._document.shape
        )
        if not self._holdings.knows(device_id):
            self._holdings.enter(device_id, known)

    async def _merge(
        self,
        actor: Actor,
        save: State,
        base: Base | None,
        *,
        is_stated: bool,
        kind: str,
        key: str | None = None,
    ) -> Saved:
        held = self._holdings.states(actor.device_id)
        packed = None
        if base is None or base.rev != self.current_rev:
            # Before the merge, so that what the device holds is committed with its save: a retry
            # after a crash in between would be merged against what it held before.
            packed = await asyncio.to_thread(bases.pack_state, save, self._document.shape)
        before = self.current_rev
        change = self._change(
            base.state if base else None,
            save,
            may_delete=base is not None and base.exact,
            stated=is_stated,
            held=held,
        )
        outcome = change.outcome
        summary = outcome.summary()
        if base is None:
            summary = ", ".join(filter(None, [summary, "saved without a base"]))
        aside = ("[" + ",".join(outcome.set_aside) + "]").encode() if outcome.set_aside else None
        reading = self._log(actor, change.update, kind, summary, aside)
        saved = Saved(*reading, reading.rev != before)
        if key is not None:
            self._journal.save(Write(None, also=partial(self._remember, actor, key, saved)))
        await self._note_sent(actor, save, reading.rev, base, packed)
        await self._journal.flushed()
        return saved

    def _remember(self, actor: Actor, key: str, saved: Saved, tx: Any) -> None:
        answer = msgspec.json.encode((saved.rev, saved.digest, saved.page_count, saved.changed))
        status = 202 if saved.changed else 204
        idempotency.remember(tx, self.session, actor.user_id, key, status, answer)

    # -- bases -------------------------------------------------------------------------------

    def _note_rev(self, actor: Actor, rev: int) -> None:
        """The device was answered with the current state."""
        if not self._holdings.note_again(actor.device_id, rev):
            self._note(actor, Base(rev, self._document.state()), None, None)

    async def _note_sent(
        self, actor: Actor, save: State, rev: int, base: Base | None, packed: bytes | None
    ) -> None:
        """The device holds what it sent: a rev if that is what came of it."""
        holdings, device_id = self._holdings, actor.device_id
        if base is not None and base.rev is not None:
            base = holdings.of_rev(device_id, base.rev) or base
        if self._document.state().same_as(save):
            newest = holdings.newest(device_id)
            if newest is None or newest.rev != rev:
                self._note(actor, Base(rev, save, sent_at=clock.now_ms()), base, None)
                return
            newest.sent_at = clock.now_ms()
            if newest is not base:
                newest.holders = min(newest.holders + 1, 2)
                gone = holdings.let_go(device_id, base)
                self._journal.save(Write(None, also=partial(bases.drop, gone=gone)))
            return
        if packed is None:
            packed = await asyncio.to_thread(bases.pack_state, save, self._document.shape)
        self._note(actor, Base(None, save), base, packed)

    def _note(
        self, actor: Actor, base: Base, instead_of: Base | None, packed: bytes | None
    ) -> None:
        gone = self._holdings.note(actor.device_id, base, instead_of)

        def keep(tx: Any) -> None:
            bases.drop(tx, gone)
            bases.keep(tx, self.session.key, actor.device_id, base, packed)

        self._journal.save(Write(None, also=keep))
