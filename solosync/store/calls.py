"""Calling a transaction function, which must be done when it returns."""

from collections.abc import Callable
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TypeVar

from solosync.store.transactions import Tx

T = TypeVar("T")

_UNFINISHED = (CoroutineType, GeneratorType, AsyncGeneratorType)


def call(fn: Callable[[Tx], T], tx: Tx) -> T:
    """Raises TypeError for what would go on working after its transaction: async functions and
    generators."""
    result = fn(tx)
    if isinstance(result, _UNFINISHED):
        if isinstance(result, CoroutineType):
            result.close()
        raise TypeError(
            "A transaction is a plain function that has finished when it returns; "
            f"this one returned a {type(result).__name__}."
        )
    return result
