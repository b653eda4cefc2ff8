"""What each device is known to hold of a board: the base of its next save.

A client that sends no rev with its saves is known by what it was last answered, or by what it
last sent, kept as it was sent (docs/sync-spec.md, BASE).
"""

from dataclasses import dataclass

from solosync import clock
from solosync.board.document import Document
from solosync.board.states import Shape, State
from solosync.domain import history
from solosync.records.sessions import Session
from solosync.store import bases
from solosync.store.engine import Store
from solosync.store.packing import Packed, pack
from solosync.store.transactions import Tx

KEPT_PER_DEVICE = bases.KEPT_PER_DEVICE
KEPT_DAYS = 90
# Who has just saved and asks for the board looks what came of it; later, it may be another tab.
LOOK_MS = 5_000


@dataclass(slots=True, eq=False)
class Base:
    """A state that a device held: that of ``rev``, or, with None, one that it sent."""

    rev: int | None
    state: State
    exact: bool = True  # False: an older state stands in for a rev that was thinned out
    holders: int = 1  # tabs that got or sent it while the room was open, and saved nothing since
    sent_at: int | None = None  # ms; None: the device was answered with it
    base_id: int | None = None  # None until committed

    def is_same(self, other: "Base") -> bool:
        """Whether they are one, perhaps read from the store again meanwhile."""
        return self is other or (self.base_id is not None and self.base_id == other.base_id)


class Holdings:
    """The bases of all devices that use one board, read from the store when first needed."""

    def __init__(self) -> None:
        self._devices: dict[str, list[Base]] = {}
        self._were_read: set[str] = set()

    def knows(self, device_id: str) -> bool:
        """Whether the device's bases have been read."""
        return device_id in self._were_read

    def enter(self, device_id: str, known: list[Base]) -> None:
        """Takes what was read, and keeps what was noted since the room was opened."""
        noted = self._devices.get(device_id, [])
        base_ids = {base.base_id for base in noted}
        older = [base for base in known if base.base_id not in base_ids]
        self._devices[device_id] = [*older, *noted][-KEPT_PER_DEVICE:]
        self._were_read.add(device_id)

    def forget(self) -> None:
        """Frees the memory; the store has it all."""
        self._devices.clear()
        self._were_read.clear()

    def newest(self, device_id: str) -> Base | None:
        known = self._devices.get(device_id)
        return known[-1] if known else None

    def states(self, device_id: str) -> list[State]:
        """All that the device is known to hold, the newest first."""
        return [base.state for base in reversed(self._devices.get(device_id, []))]

    def best(self, device_id: str, save: State) -> Base | None:
        """The base with the fewest differences from a save; the newest of equals."""
        known = self._devices.get(device_id, [])
        if len(known) == 1:
            return known[0]
        found: tuple[int, Base] | None = None
        for base in reversed(known):
            apart = base.state.difference(save)
            if found is None or apart < found[0]:
                found = (apart, base)
            if apart == 0:
                break
        return found[1] if found else None

    def note_again(self, device_id: str, rev: int) -> bool:
        """Notes that the device was answered with its newest base; false if ``rev`` isn't that.

        One more tab holds it then, unless it is the one that sent it, looking what came of it. More
        than two need not be told apart.
        """
        newest = self.newest(device_id)
        if newest is None or newest.rev != rev:
            return False
        if newest.sent_at is None or clock.now_ms() - newest.sent_at >= LOOK_MS:
            newest.holders = min(newest.holders + 1, 2)
        return True

    def note(self, device_id: str, base: Base, instead_of: Base | None) -> list[Base]:
        """Adds a base; returns those that have to go.

        ``instead_of`` is the base of the save that this one came from. Whoever held it has moved
        on, so it goes, unless another tab was answered with it too. Were it kept, a stroke that is
        drawn, saved and undone would look like one that another tab doesn't know yet.
        """
        gone = self.let_go(device_id, instead_of)
        known = self._devices.setdefault(device_id, [])
        known.append(base)
        if len(known) > KEPT_PER_DEVICE:
            gone.append(known.pop(0))
        return gone

    def let_go(self, device_id: str, base: Base | None) -> list[Base]:
        """One tab holds something else now; returns the base if no other holds it."""
        if base is None:
            return []
        # Read again meanwhile, perhaps, or forgotten here: then it's only in the store.
        known = self._devices.get(device_id, [])
        base = next((held for held in known if held.is_same(base)), base)
        base.holders -= 1
        if base.holders > 0:
            return []
        if base in known:
            known.remove(base)
        return [base]

    def of_rev(self, device_id: str, rev: int) -> Base | None:
        """The newest base that is a rev, if the device holds that."""
        known = self._devices.get(device_id, [])
        return next((base for base in reversed(known) if base.rev == rev), None)


def load(store: Store, session: Session, device_id: str, shape: Shape) -> list[Base]:
    """A device's bases, oldest first. Raises Damaged when the log can't be read."""
    rows = store.read(lambda tx: bases.list_for(tx, session.key, device_id))
    revs = [row.rev for row in rows if row.rev is not None]
    past = history.states_at(store, session, revs)
    reader = Document(session.dialect)
    found = []
    for row in reversed(rows):
        if row.state is not None:
            found.append(Base(None, reader.read(row.state), holders=0, base_id=row.base_id))
        elif row.rev in past:
            state, exact = past[row.rev]
            found.append(Base(row.rev, state, exact, holders=0, base_id=row.base_id))
    return found


def keep(tx: Tx, session_key: int, device_id: str, base: Base, packed: bytes | None) -> None:
    """Writes a noted base; ``packed`` is from ``pack_state`` when it's no rev."""
    base.base_id = bases.put(
        tx,
        session_key,
        device_id,
        rev=base.rev,
        packed=None if packed is None else Packed(packed),
        created_at=clock.now_ms(),
    )


def keep_rev(tx: Tx, session_key: int, device_id: str, rev: int) -> None:
    """For a board that isn't open: the device was just answered with this rev."""
    bases.put(tx, session_key, device_id, rev=rev, packed=None, created_at=clock.now_ms())


def drop(tx: Tx, gone: list[Base]) -> None:
    bases.remove(tx, [base.base_id for base in gone if base.base_id is not None])


def pack_state(state: State, shape: Shape) -> bytes:
    """A sent state as it is stored; takes some milliseconds for each megabyte."""
    return pack(state.text(shape).encode("ascii"))
