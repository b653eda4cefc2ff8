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
