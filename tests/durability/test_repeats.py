"""The server is killed at random moments while requests with an Idempotency-Key are made."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from tests.live import PREFIX, LiveServer

WRITERS = 4
SHORTEST_SECONDS, LONGEST_SECONDS = 0.05, 0.5
LOST = "idempotency_answer_lost"


class Writer:
    """Makes boards one after the other, each under a key that is also its name, and asks again
    under that key until it knows what became of it."""

    def __init__(self, number, token):
        self.number = number
        self.headers = {"Authorization": f"Bearer {token}"}
        self.keys = []
        self.made = {}
        self.lost = []
        self.open_key = None

    def work(self, url, enough):
        with httpx.Client(base_url=url, timeout=30) as http:
            while not enough.is_set() or self.open_key is not None:
                if self.open_key is None:
                    self.open_key = f"{self.number}-{len(self.keys)}"
                    self.keys.append(self.open_key)
                try:
                    answer = self.ask(http, self.open_key)
                except httpx.TransportError:
                    return
                self.settle(answer)

    def ask(self, http, key):
        return http.post(
            PREFIX, json={"name": key}, headers=self.headers | {"Idempotency-Key": key}
        )

    def settle(self, answer):
        if answer.status_code == 201:
            self.made[self.open_key] = answer.json()["id"]
            self.open_key = None
        elif answer.status_code == 409 and answer.json()["code"] == LOST:
            self.lost.append(self.open_key)
            self.open_key = None
        else:
            assert answer.status_code == 503, answer.text


@pytest.mark.parametrize(
    "kills",
    [3, pytest.param(60, marks=[pytest.mark.soak, pytest.mark.timeout(900)])],
)
def test_nothing_is_done_twice_under_a_key_across_kill_9(tmp_path, kills):
    """[REPEATS2]"""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with LiveServer(tmp_path / "data") as server:
        ann = server.sign_in()
        writers = [Writer(number, ann.token) for number in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as threads:
            for _ in range(kills):
                working = [threads.submit(writer.work, server.url, Event()) for writer in writers]
                Event().wait(rng.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))
                server.kill()
                for work in working:
                    work.result()
                server.start()
            enough = Event()
            enough.set()
            for work in [threads.submit(writer.work, server.url, enough) for writer in writers]:
                work.result()
        boards = ann.http.get(PREFIX).json()["results"]
        there = Counter(board["name"] for board in boards)
        ids = {board["name"]: board["id"] for board in boards}
        for writer in writers:
            assert writer.open_key is None
            assert [there[key] for key in writer.keys] == [1] * len(writer.keys)
            assert {key: ids[key] for key in writer.made} == writer.made
        made, lost = (
            sum(len(getattr(writer, name)) for writer in writers) for name in ("made", "lost")
        )
        print(f"{kills} kills, {made} boards answered, {lost} made whose answer was lost")
        assert sum(there.values()) == made + lost
