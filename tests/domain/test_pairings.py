from concurrent.futures import ThreadPoolExecutor

import pytest

from solosync import crypto
from solosync.domain import accounts, credentials, pairings, tokens
from solosync.errors import CodeRefused
from solosync.store import devices
from tests.make import make_actor, make_user


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def ann(store):
    return make_actor(store)


def claim(store, keys, digits, token=None):
    return pairings.claim(store, keys, digits, name="X", address="::1", device_token=token)


def test_one_of_many_who_claim_a_code_at_once_gets_in(store, keys, ann):
    digits = pairings.start(store, keys, ann).digits

    def attempt(_):
        try:
            return claim(store, keys, digits, credentials.new_device_token())
        except CodeRefused:
            return None

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(attempt, range(16)))
    assert sum(outcome is not None for outcome in outcomes) == 1
    listed = store.read(lambda tx: devices.list_for_user(tx, ann.user_id))
    assert [device.kind for device in listed].count("device") == 1


def test_codes_never_coincide_while_they_are_live(store, keys, ann, monkeypatch):
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))
    first = pairings.start(store, keys, ann)
    assert first.digits == "000007"
    assert pairings.start(store, keys, make_actor(store)).digits == "000008"
    assert claim(store, keys, "000007").user.user_id == ann.user_id


def test_code_that_ran_out_may_be_drawn_again(store, keys, clock, monkeypatch):
    ann = make_actor(store)
    monkeypatch.setattr("secrets.randbelow", lambda _: 7)
    pairings.start(store, keys, ann)
    clock.advance(minutes=5, seconds=1)
    assert pairings.start(store, keys, ann).digits == "000007"
    assert claim(store, keys, "000007").user.user_id == ann.user_id


def test_blanks_around_a_code_do_no_harm(store, keys, ann):
    digits = pairings.start(store, keys, ann).digits
    assert claim(store, keys, f" {digits}\n").user.user_id == ann.user_id


def test_code_ends_with_the_device_that_asked_for_it(store, keys, ann):
    digits = pairings.start(store, keys, ann).digits
    tokens.sign_out(store, ann)
    with pytest.raises(CodeRefused):
        claim(store, keys, digits)


def test_who_is_thrown_out_everywhere_has_no_code_left(store, keys):
    user = make_user(store)
    digits = pairings.start(store, keys, make_actor(store, user)).digits
    accounts.set_password(store, email=user.email, password="another one")
    with pytest.raises(CodeRefused):
        claim(store, keys, digits)


@pytest.mark.parametrize("digits", ["", "1", "\uff11" * 6, "\ud800", "x" * 100, "000000\0"])
def test_what_is_no_code_is_refused_like_a_wrong_one(store, keys, digits):
    with pytest.raises(CodeRefused):
        claim(store, keys, digits)


def test_device_has_a_lasting_token_only_if_it_brought_one(store, keys, ann):
    claim(store, keys, pairings.start(store, keys, ann).digits)
    assert store.read(lambda tx: tx.all("SELECT * FROM device_tokens")) == []
    token = credentials.new_device_token()
    claim(store, keys, pairings.start(store, keys, ann).digits, token)
    assert credentials.verify_device(store, keys, token).user_id == ann.user_id
