"""What is written along with whatever else a request writes, so that both are safe or neither."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from solosync.store.transactions import Tx

T = TypeVar("T")

current: ContextVar[Callable[[Tx], None] | None] = ContextVar("companion", default=None)
"""Called in each transaction that is begun in this context, and in the tasks and threads that it
starts, which may outlive it: it has to know itself when it is no longer wanted."""


def accompanied(fn: Callable[[Tx], T]) -> Callable[[Tx], T]:
    """Read in the context of whoever asks: the writer's thread knows nothing of it."""
    companion = current.get()
    if companion is None:
        return fn

    def both(tx: Tx) -> T:
        result = fn(tx)
        companion(tx)
        return result

    return both
