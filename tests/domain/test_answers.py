"""Answers under an Idempotency-Key, and the claims that come before them."""

import asyncio
import contextvars
import random
import threading

import pytest

from solosync import crypto
from solosync.clock import now_ms
from solosync.domain import answers
from solosync.domain.answers import Claim, Lost
from solosync.errors import Invalid, KeyReused
from solosync.records.answers import Answer
from solosync.store import companions
from tests.make import make_user

ANSWER = Answer(201, ((b"content-type", b"text/plain"), (b"x", b"1"), (b"x", b"2")), b"\x00done")


@pytest.fixture(autouse=True)
def own_context():
    """What a request would leave behind ends with it."""
    before = companions.current.set(None)
    yield
    companions.current.reset(before)


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def claim(store):
    return Claim(make_user(store).user_id, "k", b"fingerprint")


def act(store, value="done"):
    store.write(lambda tx: tx.execute("INSERT INTO settings VALUES ('act', ?)", (value,)))


def test_claim_is_stored_with_what_was_done(store, keys, claim):
    claim.open()
    assert answers.find(store, keys, claim) is None
    act(store)
    assert claim.is_made
    assert answers.find(store, keys, claim) == Lost()


def test_claim_is_not_stored_when_nothing_was_done(store, keys, claim):
    claim.open()

    def fail(tx):
        tx.execute("INSERT INTO settings VALUES ('act', 'done')")
        raise Invalid()

    with pytest.raises(Invalid):
        store.write(fail)
    assert answers.find(store, keys, claim) is None
    assert store.read(lambda tx: tx.one("SELECT * FROM settings WHERE name = 'act'")) is None


def test_closed_claim_writes_nothing_more_wherever_its_context_went(store, keys, claim):
    claim.open()
    left_behind = contextvars.copy_context()
    claim.close()
    left_behind.run(act, store)
    assert answers.find(store, keys, claim) is None
    assert not claim.is_made


def test_claim_goes_along_into_threads_and_the_event_loops_commits(store, keys, claim):
    async def request():
        claim.open()
        await asyncio.to_thread(act, store, "thread")
        await store.commit(lambda tx: tx.execute("DELETE FROM settings WHERE name = 'act'"))

    asyncio.run(request())
    assert answers.find(store, keys, claim) == Lost()


def test_other_requests_write_without_it(store, keys, claim):
    claim.open()
    thread = threading.Thread(target=act, args=(store,))
    thread.start()
    thread.join()
    assert answers.find(store, keys, claim) is None


def test_answer_takes_the_place_of_the_claim_and_comes_back_whole(store, keys, claim):
    claim.open()
    act(store)
    claim.close()
    answers.remember(store, keys, claim, ANSWER)
    assert answers.find(store, keys, claim) == ANSWER
    answers.release(store, claim)
    assert answers.find(store, keys, claim) == ANSWER


def test_claim_that_is_released_may_be_made_again(store, keys, claim):
    claim.open()
    act(store)
    claim.close()
    answers.release(store, claim)
    assert answers.find(store, keys, claim) is None


def test_another_fingerprint_is_refused_for_claims_and_for_answers(store, keys, claim):
    other = Claim(claim.user_id, claim.key, b"other")
    claim.open()
    act(store)
    claim.close()
    with pytest.raises(KeyReused):
        answers.find(store, keys, other)
    answers.remember(store, keys, claim, ANSWER)
    with pytest.raises(KeyReused):
        answers.find(store, keys, other)


def test_large_answers_of_a_person_take_a_bounded_room(store, keys, claim, clock, monkeypatch):
    monkeypatch.setattr(answers, "MOST_BYTES_TOGETHER", 250_000)
    rng = random.Random(1)
    claims = [Claim(claim.user_id, str(number), b"f") for number in range(4)]
    other = Claim(make_user(store).user_id, "k", b"f")
    large = Answer(200, (), rng.randbytes(100_000))
    answers.remember(store, keys, claim, ANSWER)
    answers.remember(store, keys, other, large)
    for one in claims:
        clock.advance(seconds=1)
        answers.remember(store, keys, one, large)
    found = [answers.find(store, keys, one) for one in [claim, other, *claims]]
    assert found == [ANSWER, large, Lost(), Lost(), large, large]


def test_what_is_older_than_a_day_is_claimed_anew(store, keys, claim, clock):
    answers.remember(store, keys, claim, ANSWER)
    clock.advance(days=1, seconds=1)
    other = Claim(claim.user_id, claim.key, b"other")
    assert answers.find(store, keys, other) is None
    other.open()
    act(store)
    assert answers.find(store, keys, other) == Lost()
    store.write(lambda tx: answers.purge(tx, now_ms()))
    assert answers.find(store, keys, other) == Lost()
