import pytest

from solosync.errors import RateLimited
from solosync.web import tries as tries_module
from solosync.web.tries import Tries


class Watch:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def tries(watch):
    return Tries(watch)


def test_five_failures_a_minute_are_let_through(tries, watch):
    for _ in range(5):
        tries.start(["a"])
    watch.seconds += 20
    with pytest.raises(RateLimited) as caught:
        tries.start(["a"])
    assert caught.value.retry_after_seconds == 40
    watch.seconds += 40.001
    tries.start(["a"])


def test_refused_tries_do_not_lengthen_the_wait(tries, watch):
    for _ in range(5):
        tries.start(["a"])
    for _ in range(50):
        watch.seconds += 1
        with pytest.raises(RateLimited):
            tries.start(["a"])
    watch.seconds += 10.001
    tries.start(["a"])


def test_any_full_key_refuses_and_the_others_are_not_charged(tries):
    for number in range(5):
        tries.start(["account", f"address {number}"])
    with pytest.raises(RateLimited):
        tries.start(["account", "fresh address"])
    for _ in range(5):
        tries.start(["fresh address"])


def test_success_is_taken_back(tries, watch):
    for _ in range(20):
        tries.succeeded(["a"], tries.start(["a"]))
    for _ in range(5):
        tries.start(["a"])
    with pytest.raises(RateLimited):
        tries.start(["a"])


def test_tries_under_way_count(tries):
    """Or a hundred could be made at once before the first fails."""
    for _ in range(5):
        tries.start(["a"])
    with pytest.raises(RateLimited):
        tries.start(["a"])


def test_memory_is_bounded(tries, monkeypatch):
    monkeypatch.setattr(tries_module, "REMEMBERED", 10)
    for number in range(100):
        tries.start([str(number)])
    assert len(tries._times) == 10
