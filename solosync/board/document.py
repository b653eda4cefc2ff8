"""One board's Yjs document: updates in and out, its JSON face, and saves merged into it."""

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from pycrdt import Doc, TransactionEvent, get_update, merge_updates

from solosync.board import merge as merging
from solosync.board.dialects import excalidraw, solo
from solosync.board.layout import Layout
from solosync.board.merge_sides import Outcome
from solosync.board.nesting import Unreadable, check_nesting
from solosync.board.reading import read_state
from solosync.board.seen import Seen, Text
from solosync.board.states import Shape, State
from solosync.errors import Damaged
from solosync.ids import new_id

Dialect = Literal["solo", "excalidraw"]
_LAYOUTS: dict[str, type[Layout]] = {
    "solo": solo.SoloLayout,
    "excalidraw": excalidraw.ExcalidrawLayout,
}
_NOTHING = b"\x00\x00"
# Keeping a view costs something with each update, reading it anew something with each element:
# after this many updates, and as many as there are elements, that nobody looked at, it is dropped.
FORGET_VIEW_AFTER = 500
_SKIP = 10  # the first byte of a struct that stands for missing ones
_HEAD = 2  # bytes at least before the first struct: how many clients, and how many structs


class MissingUpdates(Exception):
    """An update depends on others that haven't come; the document now shows what it must not.

    pycrdt shows such an update where Yjs holds it back. The document must be thrown away and
    loaded again, and the sender asked for what is missing.
    """


class MalformedUpdate(Exception):
    """The bytes are no Yjs update; the document is as it was."""


class SpoiltDocument(MissingUpdates, MalformedUpdate):
    """An update was read but couldn't be applied; nobody can tell what it left behind."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The board as it is shown: canonical JSON, and its lowercase hex SHA-256."""

    state: bytes
    digest: str
    page_count: int


@dataclass(slots=True)
class Change:
    """What a ``Document.change`` block did, filled when the block ends: None if nothing."""

    update: bytes | None = None
    outcome: Outcome = field(default_factory=Outcome)


class Document:
    """Lives on the thread that made it; bytes, never documents, go to other threads."""

    def __init__(self, dialect: str, updates: Iterable[bytes] = ()) -> None:
        """Raises Damaged when one of the stored ``updates`` can't be read."""
        self.dialect = dialect
        self._doc: Doc[Any] = Doc()
        self._emitted: list[bytes] = []
        self._subscription = self._doc.observe(self._on_update)
        self._reading: Reading | None = None
        self.replay(updates)
        self._layout: Layout = _LAYOUTS[dialect](self._doc, random.Random())
        self._unread = 0  # updates since somebody last looked at the state

    def replay(self, updates: Iterable[bytes]) -> None:
        """Applies what ``apply`` has let through before, in the order it was logged in. Raises
        Damaged when it can't be read."""
        self._reading = None
        try:
            for update in updates:
                self._emitted.clear()
                self._doc.apply_update(update)
                if _NOTHING in self._emitted:
                    raise Damaged("a part of what is stored of this board is missing")
        except BaseException as error:
            if isinstance(error, Damaged) or _is_fatal(error):
                raise
            raise Damaged("what is stored of this board can't be read") from error

    @classmethod
    def from_state(cls, state: bytes | None, *, depth: int = 1) -> "Document":
        """A new board from a JSON state; None makes one page with four empty lists.

        Raises Invalid when the state isn't a JSON object or can't be held.
        """
        dialect = "solo" if state is None else dialect_of(state)
        document = cls(dialect)
        save = _first_page() if state is None else document.read(state, depth=depth)
        with document.change():
            document._layout.describe()
            merging.merge(document._layout, State(), save, may_delete=True, stated=True)
        return document

    # -- updates -----------------------------------------------------------------------------

    def apply(self, update: bytes) -> bytes | None:
        """Applies a Yjs update and returns the one the document emits; None: nothing was new.

        The emitted update is the one to log and relay, never the one received. Raises
        MalformedUpdate, or MissingUpdates (see there).
        """
        try:
            check_nesting(update)
        except Unreadable as error:
            raise MalformedUpdate from error
        self._emitted.clear()
        try:
            self._doc.apply_update(update)
        except ValueError as error:
            raise MalformedUpdate from error
        except BaseException as error:
            if _is_fatal(error):
                raise
            raise SpoiltDocument from error
        emitted = self._emitted
        if not emitted:
            # It may also have been put by until what it depends on comes.
            if self._lacks(update):
                raise MissingUpdates
            return None
        self._reading = None
        self._unread += 1
        if self._unread > FORGET_VIEW_AFTER + self._layout.size():
            self.forget_view()
        merged = combine(emitted)
        if merged == update and update.find(_SKIP, _HEAD) < 0:
            return merged  # it came through whole, as nearly all do
        if _NOTHING in emitted or self._lacks(update):
            raise MissingUpdates
        return merged

    def _lacks(self, update: bytes) -> bool:
        """Whether the document hasn't got all up to an applied update's structs."""
        return get_update(update, self._doc.get_state())[0] != 0

    def describe(self) -> bytes | None:
        """Says again what the document is, where somebody has said otherwise; the update for it."""
        if self._layout.is_described:
            return None
        with self.change() as change:
            self._layout.describe()
        return change.update

    def would_change(self, update: bytes) -> bool:
        """Whether an update holds anything this document lacks, without applying it."""
        if update == _NOTHING:
            return False
        copy = Document(self.dialect, [self.update()])
        try:
            return copy.apply(update) is not None
        except MissingUpdates:
            return True

    def update(self, state_vector: bytes | None = None) -> bytes:
        """Everything, or what is missing from a peer with this state vector.

        Raises MalformedUpdate when the state vector can't be read.
        """
        try:
            return self._doc.get_update(state_vector)
        except ValueError as error:
            raise MalformedUpdate from error

    def state_vector(self) -> bytes:
        return self._doc.get_state()

    @contextmanager
    def change(self) -> Iterator[Change]:
        """One transaction of the server's own; yields what it will have done."""
        self._layout.refresh()
        self._emitted.clear()
        change = Change()
        self._layout.writing = True
        try:
            with self._doc.transaction():
                yield change
        finally:
            self._layout.writing = False
        if self._emitted:
            self._reading = None
            change.update = combine(self._emitted)

    def _on_update(self, event: TransactionEvent) -> None:
        self._emitted.append(event.update)

    # -- states ------------------------------------------------------------------------------

    @property
    def layout(self) -> Layout:
        """The view of the document, up to date."""
        self._unread = 0
        self._layout.refresh()
        return self._layout

    @property
    def shape(self) -> Shape:
        return self._layout.shape

    def read(self, state: bytes | Text, seen: Seen | None = None, *, depth: int = 1) -> State:
        """Takes a JSON state apart in this board's dialect; raises Invalid."""
        return read_state(state, self.shape, seen, depth)

    def state(self) -> State:
        """The board as it is shown, taken apart."""
        return self.layout.state()

    def reading(self) -> Reading:
        if self._reading is None:
            layout = self.layout
            state = layout.text().encode("ascii")
            digest = hashlib.sha256(state).hexdigest()
            self._reading = Reading(state, digest, layout.page_count())
        return self._reading

    def take_page_count(self) -> int | None:
        """How many pages the board has, if that may have changed since this was last asked."""
        return self._layout.take_page_count()

    def size_hint(self) -> int:
        """About how many bytes of memory the document and its view take."""
        return len(self._reading.state) if self._reading else 0

    def forget_view(self) -> None:
        """Frees what can be read from the document again."""
        self._reading = None
        self._unread = 0
        self._layout.close()
        self._layout = _LAYOUTS[self.dialect](self._doc, random.Random())

    def merge(
        self,
        base: State | None,
        save: State,
        *,
        may_delete: bool,
        stated: bool,
        held: Sequence[State] = (),
    ) -> Change:
        """The three-way merge of a whole-state save: see board/merge.py."""
        with self.change() as change:
            change.outcome = merging.merge(
                self._layout, base, save, may_delete=may_delete, stated=stated, held=held
            )
        return change


def dialect_of(state: bytes) -> Dialect:
    """`excalidraw` if `type` says so and `elements` is a list of objects with distinct ids."""
    try:
        head = msgspec.json.decode(state, type=_Head)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "solo"
    ids = [element.id for element in head.elements]
    distinct = all(ids) and len(set(ids)) == len(ids)
    return "excalidraw" if head.type == "excalidraw" and distinct else "solo"


class _WithId(msgspec.Struct):
    id: str


class _Head(msgspec.Struct):
    type: str
    elements: list[_WithId]


def _first_page() -> State:
    page = {"id": new_id(), **{name: [] for name in solo.SHAPE.lists}}
    return read_state(msgspec.json.encode({"pages": [page]}), solo.SHAPE)


def _is_fatal(error: BaseException) -> bool:
    """Whether an exception is none of pycrdt's; its panics are no Exception, and have no name that
    can be imported."""
    return not isinstance(error, Exception) and type(error).__name__ != "PanicException"


def combine(updates: list[bytes]) -> bytes:
    """Several updates as one, in order."""
    return updates[0] if len(updates) == 1 else merge_updates(*updates)
