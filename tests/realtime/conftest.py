from contextlib import contextmanager

import pytest

from tests.realtime.boards import open_board


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def board(store, anyio_backend):
    """A board with one empty page `p1`, its room, and people who may use it."""
    async with open_board(store) as board:
        yield board


@pytest.fixture
def full_disk(store):
    """`with full_disk():` the database may not grow."""

    def limit_pages(count):
        store.write_alone(lambda tx: tx.execute(f"PRAGMA max_page_count = {count}"))

    @contextmanager
    def full():
        limit_pages(1)  # SQLite makes it the size that the file has now
        try:
            yield
        finally:
            limit_pages(2**30)

    return full
