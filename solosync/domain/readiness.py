"""Whether there is something to work with."""

from solosync.store.engine import Store


def check(store: Store) -> None:
    """Returns once the store has taken in a write of nothing. Raises what a write raises."""
    store.write(lambda tx: None)
