"""How fast is read what comes by a link."""

import asyncio
from collections import deque

import pytest

from solosync.web.crowd import SPARE_SECONDS, Crowd
from solosync.web.sockets.link import Link
from solosync.web.sockets.pace import MOST_A_SECOND, Pace

pytestmark = pytest.mark.anyio


class Reading(Link):
    """Whether it is read just now, without a connection."""

    def __init__(self):
        self.is_read = True

    def let_read(self, on):
        self.is_read = on


async def test_what_comes_at_once_is_taken_as_slowly_as_what_comes_bit_by_bit():
    taken: deque[bytes | None] = deque()
    link = Reading()
    pace = Pace(link, Crowd().spending("a"))
    take = pace.slow(taken.append)
    for number in range(3 * MOST_A_SECOND):
        take(bytes(number))
    assert len(taken) == MOST_A_SECOND
    assert not link.is_read
    pace.end()


async def test_a_link_has_its_share_of_the_servers_time_for_all_its_sockets():
    taken: deque[bytes | None] = deque()
    link, crowd = Reading(), Crowd()
    now = asyncio.get_running_loop().time()
    crowd.spending("a").add(SPARE_SECONDS * 10, now)
    busy, other = (Pace(link, crowd.spending(name)) for name in ("a", "b"))
    busy.slow(taken.append)(b"late")
    assert not taken
    other.slow(taken.append)(b"soon")
    assert list(taken) == [b"soon"]
    assert 18 < crowd.spending("a").rest(now) < 20
    assert crowd.spending("a").rest(now + 20) == 0
    busy.end()
