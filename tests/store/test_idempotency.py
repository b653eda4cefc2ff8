import pytest

from solosync.records.idempotency import RememberedAnswer
from solosync.store import idempotency
from tests.make import make_session, make_user


@pytest.fixture
def ann(store):
    return make_user(store)


@pytest.fixture
def session(store, ann):
    return make_session(store, ann)


def put(store, session, user, key, answer):
    store.write(lambda tx: idempotency.put(tx, session.key, user.user_id, key, answer))


def find(store, session, user, key, since=0):
    return store.read(lambda tx: idempotency.find(tx, session.key, user.user_id, key, since=since))


def test_answer_belongs_to_board_person_and_key(store, ann, session):
    bob, other = make_user(store), make_session(store, ann)
    answer = RememberedAnswer(202, b'{"rev": 3}', 10)
    put(store, session, ann, "k", answer)
    assert find(store, session, ann, "k") == answer
    assert find(store, session, ann, "K") is None
    assert find(store, session, bob, "k") is None
    assert find(store, other, ann, "k") is None


def test_answer_that_is_too_old_is_not_found_and_can_be_replaced(store, ann, session):
    put(store, session, ann, "k", RememberedAnswer(202, b"old", 10))
    assert find(store, session, ann, "k", since=10) is not None
    assert find(store, session, ann, "k", since=11) is None
    newer = RememberedAnswer(204, b"", 20)
    put(store, session, ann, "k", newer)
    assert find(store, session, ann, "k", since=11) == newer


def test_old_answers_are_forgotten(store, ann, session):
    put(store, session, ann, "old", RememberedAnswer(202, b"", 10))
    put(store, session, ann, "new", RememberedAnswer(202, b"", 30))
    assert store.write(lambda tx: idempotency.purge(tx, 20)) == 1
    assert find(store, session, ann, "old") is None
    assert find(store, session, ann, "new") is not None
