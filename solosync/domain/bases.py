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
from solosync.store.packing import pack
from solosync.store.transactions import Tx

KEPT_PER_DEVICE = bases.KEPT_PER_DEVICE
KEPT_DAYS = 90


@dataclass(slots=True, eq=False)
class Base:
    """A state that a device held: that of ``rev``, or, with None, one that it sent."""

    rev: int | None
    state: State
    exact: bool = True  # False: an older state stands in for a rev that was thinned out
    superseded: bool = False
    base_id: int | None = None  # None until committed


class Holdings:
    """The bases of all devices that use one board, read from the store when first needed."""

    def __init__(self) -> None:
        self._devices: dict[str, list[Base]] = {}

    def knows(self, device_id: str) -> bool:
        """Whether the device's bases have been read."""
        return device_id in self._devices

    def enter(self, device_id: str, known: list[Base]) -> None:
        """Takes what was read, unless something was noted meanwhile."""
        self._devices[device_id] = known + self._devices.pop(device_id, [])

    def forget(self) -> None:
        """Frees the memory; the store has it all."""
        self._devices.clear()

    def newest(self, device_id: str) -> Base | None:
        known = self._devices.get(device_id)
        return known[-1] if known else None

    def best(self, device_id: str, save: State) -> Base | None:
        """The base with the fewest differences from a save; the newest of equals.

        A save that is exactly what the device has moved on from is an undo: its base is the state
        that it undoes, not the older one that it is equal to.
        """
        found: tuple[int, Base] | None = None
        for base in reversed(self._devices.get(device_id, [])):
            apart = base.state.difference(save)
            if apart == 0 and base.superseded:
                continue
            if found is None or apart < found[0]:
                found = (apart, base)
            if apart == 0:
                break
        return found[1] if found else None

    def note(self, device_id: str, base: Base, instead_of: Base | None) -> list[Base]:
        """Adds a base; returns those that have to go.

        ``instead_of`` is the base that this state came from: it is the first to go when there are
        too many, so that one busy tab doesn't push out what another tab holds.
        """
        known = self._devices.setdefault(device_id, [])
        if instead_of is not None:
            instead_of.superseded = True
        known.append(base)
        gone = []
        while len(known) > KEPT_PER_DEVICE:
            oldest = next((base for base in known if base.superseded), known[0])
            known.remove(oldest)
            gone.append(oldest)
        return gone


def load(store: Store, session: Session, device_id: str, shape: Shape) -> list[Base]:
    """A device's bases, oldest first. Raises Damaged when the log can't be read."""
    rows = store.read(lambda tx: bases.list_for(tx, session.key, device_id))
    revs = [row.rev for row in rows if row.rev is not None]
    past = history.states_at(store, session, revs)
    reader = Document(session.dialect)
    found = []
    for row in reversed(rows):
        if row.state is not None:
            found.append(Base(None, reader.read(row.state), base_id=row.base_id))
        elif row.rev in past:
            state, exact = past[row.rev]
            found.append(Base(row.rev, state, exact, base_id=row.base_id))
    for base in found[:-1]:
        base.superseded = True  # which tab holds which isn't stored; the newest is held for sure
    return found


def keep(tx: Tx, session_key: int, device_id: str, base: Base, packed: bytes | None) -> None:
    """Writes a noted base; ``packed`` is from ``pack_state`` when it's no rev."""
    base.base_id = bases.put(
        tx,
        session_key,
        device_id,
        rev=base.rev,
        packed=packed,  # type: ignore[arg-type]
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
