import random

import pytest

from solosync.web import buckets as module
from solosync.web.buckets import Buckets

SECOND = 1_000_000_000


class Watch:
    def __init__(self):
        self.nanoseconds = 5 * SECOND

    def __call__(self):
        return self.nanoseconds

    def advance(self, seconds):
        self.nanoseconds += round(seconds * SECOND)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def buckets(watch):
    return Buckets(watch)


def take(buckets, key="ann", limit=10, name="user"):
    return buckets.take(name, key, limit)


def test_as_many_as_the_limit_are_let_through_at_once(buckets):
    taken = [take(buckets) for _ in range(12)]
    assert [one.is_refused for one in taken] == [False] * 10 + [True] * 2
    assert [one.remaining for one in taken] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]


def test_it_is_refilled_evenly(buckets, watch):
    for _ in range(10):
        take(buckets)
    watch.advance(5.999)
    refused = take(buckets)
    assert (refused.is_refused, refused.retry_in_seconds, refused.full_in_seconds) == (True, 1, 55)
    watch.advance(0.001)
    assert not take(buckets).is_refused
    assert take(buckets).retry_in_seconds == 6


def test_it_never_holds_more_than_its_limit(buckets, watch):
    take(buckets)
    watch.advance(3600)
    assert [take(buckets).is_refused for _ in range(11)] == [False] * 10 + [True]


def test_refused_requests_do_not_lengthen_the_wait(buckets, watch):
    for _ in range(10):
        take(buckets)
    for _ in range(59):
        watch.advance(0.1)
        assert take(buckets).is_refused
    watch.advance(0.1)
    assert not take(buckets).is_refused


def test_times_that_are_told_are_long_enough_and_no_longer_than_a_second_more(buckets, watch):
    for _ in range(7):
        charged = take(buckets, limit=7)
    refused = take(buckets, limit=7)
    assert refused.retry_in_seconds == 9  # a token each 8.57 s
    watch.advance(refused.retry_in_seconds)
    assert not take(buckets, limit=7).is_refused
    assert charged.full_in_seconds == 60


def test_every_name_and_key_has_its_own(buckets):
    for _ in range(10):
        take(buckets)
    assert take(buckets).is_refused
    assert not take(buckets, key="bob").is_refused
    assert not take(buckets, name="autosave").is_refused


@pytest.mark.parametrize("limit", [2, 7, 30, 100, 599])
def test_limit_is_exact_over_any_length_of_time(watch, limit):
    """Whoever asks all the time gets the limit and what was refilled: never more, never less."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    buckets, began, passed = Buckets(watch), watch(), 0
    for _ in range(50):
        while not take(buckets, limit=limit).is_refused:
            passed += 1
        assert passed == limit + (watch() - began) * limit // (60 * SECOND)
        watch.advance(rng.uniform(0, 60) * (limit - 1) / limit)  # it doesn't run over


def test_memory_is_bounded_for_each_name(buckets, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 10)
    for _ in range(10):
        take(buckets, key="ann")
    for number in range(100):
        take(buckets, key=str(number), name="anonymous")
    assert [len(keys) for keys in buckets._full_at.values()] == [1, 10]
    assert take(buckets, key="ann").is_refused


def test_who_asked_longest_ago_is_forgotten_first(buckets, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 2)
    for key in ("a", "b", "a", "c"):
        take(buckets, key=key)
    assert take(buckets, key="a").remaining == 7
    assert take(buckets, key="b").remaining == 9
