import pytest

from solosync import crypto
from solosync.domain import accounts, links
from solosync.errors import Forbidden, Gone
from solosync.store import audit


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


def test_link_lets_in_the_owner_once(store, keys):
    token = links.issue_owner_link(store, keys)
    assert links.redeem(store, keys, token).email == accounts.OWNER_EMAIL
    with pytest.raises(Gone, match="solosync open"):
        links.redeem(store, keys, token)


def test_links_are_good_beside_each_other(store, keys):
    first, second = links.issue_owner_link(store, keys), links.issue_owner_link(store, keys)
    assert links.redeem(store, keys, first) == links.redeem(store, keys, second)


def test_link_lives_an_hour(store, keys, clock):
    first, second = links.issue_owner_link(store, keys), links.issue_owner_link(store, keys)
    clock.advance(minutes=59)
    assert links.redeem(store, keys, first)
    clock.advance(minutes=1)
    with pytest.raises(Gone):
        links.redeem(store, keys, second)


@pytest.mark.parametrize("token", ["", "x", "é", "\x00"])
def test_what_was_never_a_link_lets_nobody_in(store, keys, token):
    with pytest.raises(Gone):
        links.redeem(store, keys, token)
    assert store.read(audit.last) is None  # or strangers could fill the log


def test_use_of_a_link_that_was_used_is_audited(store, keys):
    token = links.issue_owner_link(store, keys)
    links.redeem(store, keys, token)
    with pytest.raises(Gone):
        links.redeem(store, keys, token)
    last = store.read(lambda tx: tx.one("SELECT action, outcome FROM audit ORDER BY seq DESC"))
    assert last == ("sign_in.link", "refused")


def test_deactivated_owner_gets_no_link_in(store, keys):
    token = links.issue_owner_link(store, keys)
    accounts.deactivate(store, email=accounts.OWNER_EMAIL)
    with pytest.raises(Gone):
        links.redeem(store, keys, token)
    with pytest.raises(Forbidden):
        links.issue_owner_link(store, keys)


def test_link_is_stored_as_a_hash_only(store, data_dir, keys):
    token = links.issue_owner_link(store, keys)
    store.close()
    assert all(token.encode() not in file.read_bytes() for file in data_dir.iterdir())
