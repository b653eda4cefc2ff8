"""Devices, and the tokens and links by which they sign in; settings too."""

import msgspec
import pytest

from solosync.records.devices import Device
from solosync.records.links import SignInLink
from solosync.records.tokens import RefreshToken
from solosync.store import devices, links, settings, tokens, updates
from tests.make import make_device, make_session, make_update, make_user


@pytest.fixture
def ann(store):
    return make_user(store)


def find(store, device):
    return store.read(lambda tx: devices.find(tx, device.device_id))


def listed(store, user):
    return [d.name for d in store.read(lambda tx: devices.list_for_user(tx, user.user_id))]


def give_token(store, device, token_hash, *, expires_at=100):
    token = RefreshToken(token_hash, device.device_id, 1, expires_at, None)
    store.write(lambda tx: tokens.insert(tx, token))
    return token


# Devices


def test_device_comes_back_as_it_was_put_in(store, ann):
    device = make_device(store, ann)
    assert find(store, device) == device
    assert store.read(lambda tx: devices.find(tx, "none")) is None


def test_devices_are_listed_last_seen_first_without_revoked_or_others(store, clock, ann):
    make_device(store, make_user(store), name="Bob's")
    laptop, phone, lost = (make_device(store, ann, name=name) for name in ("a", "b", "c"))
    store.write(lambda tx: devices.mark_seen(tx, laptop.device_id, 1, "::1"))
    store.write(lambda tx: devices.revoke(tx, lost.device_id, 1))
    assert listed(store, ann) == ["b", "a"]
    store.write(lambda tx: devices.mark_seen(tx, laptop.device_id, phone.last_seen_at + 1, "::1"))
    assert listed(store, ann) == ["a", "b"]
    assert find(store, laptop).address == "::1"


def test_device_is_renamed(store, ann):
    device, other = make_device(store, ann), make_device(store, ann)
    store.write(lambda tx: devices.rename(tx, device.device_id, "Tablet"))
    assert find(store, device).name == "Tablet"
    assert find(store, other) == other


def test_device_is_revoked_once_and_stays_known(store, ann):
    device = make_device(store, ann)
    assert store.write(lambda tx: devices.revoke(tx, device.device_id, 7))
    assert not store.write(lambda tx: devices.revoke(tx, device.device_id, 8))
    assert not store.write(lambda tx: devices.revoke(tx, "none", 8))
    assert find(store, device).revoked_at == 7


def test_all_sign_ins_of_a_person_end_but_the_one_in_use(store, ann):
    here, there, gone = (make_device(store, ann, name=name) for name in ("here", "there", "gone"))
    others = make_device(store, make_user(store))
    store.write(lambda tx: devices.revoke(tx, gone.device_id, 1))

    ended = store.write(lambda tx: devices.revoke_all(tx, ann.user_id, 9, but=here.device_id))
    assert ended == [there.device_id]
    assert find(store, gone).revoked_at == 1
    assert find(store, here) == here
    assert find(store, others) == others
    assert store.write(lambda tx: devices.revoke_all(tx, ann.user_id, 9)) == [here.device_id]


def test_purge_forgets_old_devices_with_their_tokens(store, clock, ann):
    revoked, unseen, live = (make_device(store, ann) for _ in range(3))
    for number, device in enumerate((revoked, unseen, live)):
        give_token(store, device, bytes([number]))
    now = live.last_seen_at

    def purge(tx):
        devices.revoke(tx, revoked.device_id, now - 10)
        devices.mark_seen(tx, unseen.device_id, now - 10, "")
        devices.purge(tx, devices.list_forgotten(tx, now))

    store.write(purge)
    assert [find(store, device) for device in (revoked, unseen, live)] == [None, None, live]
    left = store.read(lambda tx: tx.all("SELECT token_hash FROM refresh_tokens"))
    assert left == [(b"\x02",)]


# Refresh tokens


def test_token_is_found_by_its_hash_only(store, ann):
    token = give_token(store, make_device(store, ann), b"\x01\xff")
    assert store.read(lambda tx: tokens.find(tx, b"\x01\xff")) == token
    assert store.read(lambda tx: tokens.find(tx, b"\x01")) is None


def test_first_use_of_a_token_is_the_one_remembered(store, ann):
    device = make_device(store, ann)
    token, other = give_token(store, device, b"1"), give_token(store, device, b"2")
    assert store.write(lambda tx: tokens.mark_used(tx, b"1", 7))
    assert not store.write(lambda tx: tokens.mark_used(tx, b"1", 8))
    assert not store.write(lambda tx: tokens.mark_used(tx, b"none", 8))
    used = msgspec.structs.replace(token, used_at=7)
    assert store.read(lambda tx: tokens.find(tx, b"1")) == used
    assert store.read(lambda tx: tokens.find(tx, b"2")) == other


def test_tokens_of_one_device_are_deleted(store, ann):
    device, other = make_device(store, ann), make_device(store, ann)
    give_token(store, device, b"1")
    kept = give_token(store, other, b"2")
    store.write(lambda tx: tokens.delete_for_device(tx, device.device_id))
    assert store.read(lambda tx: tokens.find(tx, b"1")) is None
    assert store.read(lambda tx: tokens.find(tx, b"2")) == kept


def test_expired_tokens_are_forgotten_and_used_ones_are_not(store, ann):
    device = make_device(store, ann)
    give_token(store, device, b"old", expires_at=10)
    give_token(store, device, b"used", expires_at=30)
    store.write(lambda tx: tokens.mark_used(tx, b"used", 5))
    store.write(lambda tx: tokens.purge(tx, 20))
    assert store.read(lambda tx: tokens.find(tx, b"old")) is None
    assert store.read(lambda tx: tokens.find(tx, b"used")).used_at == 5


# One-time links


def give_link(store, user, token_hash=b"link", *, expires_at=100):
    link = SignInLink(token_hash, user.user_id, 1, expires_at, None)
    store.write(lambda tx: links.insert(tx, link))
    return link


def redeem(store, token_hash, at):
    return store.write(lambda tx: links.redeem(tx, token_hash, at))


def test_link_is_redeemed_once(store, ann):
    link = give_link(store, ann)
    used = msgspec.structs.replace(link, used_at=50)
    assert store.read(lambda tx: links.find(tx, b"link")) == link
    assert redeem(store, b"link", 50) == used
    assert redeem(store, b"link", 51) is None
    assert store.read(lambda tx: links.find(tx, b"link")) == used


@pytest.mark.parametrize(("token_hash", "at"), [(b"other", 50), (b"link", 100), (b"link", 101)])
def test_unknown_or_expired_link_is_not_redeemed(store, ann, token_hash, at):
    link = give_link(store, ann, expires_at=100)
    assert redeem(store, token_hash, at) is None
    assert store.read(lambda tx: links.find(tx, b"link")) == link


def test_expired_links_are_forgotten(store, ann):
    give_link(store, ann, b"old", expires_at=10)
    kept = give_link(store, ann, b"new", expires_at=30)
    store.write(lambda tx: links.purge(tx, 20))
    assert store.read(lambda tx: links.find(tx, b"old")) is None
    assert store.read(lambda tx: links.find(tx, b"new")) == kept


# Settings


def test_setting_is_the_last_text_put_under_its_name(store):
    assert store.read(lambda tx: settings.find(tx, "name")) is None
    for value in ("one", "zwei ✓"):
        store.write(lambda tx, value=value: settings.put(tx, "name", value))
    store.write(lambda tx: settings.put(tx, "other", ""))
    assert store.read(lambda tx: settings.find(tx, "name")) == "zwei ✓"
    assert store.read(lambda tx: settings.find(tx, "other")) == ""


def test_device_whose_name_stands_in_a_history_is_not_forgotten(store, ann):
    drew, idle = make_device(store, ann), make_device(store, ann)
    session = make_session(store, ann)
    update = make_update(device_id=drew.device_id)
    store.write(lambda tx: updates.append(tx, session.key, [update]))
    forgotten = store.read(lambda tx: devices.list_forgotten(tx, idle.last_seen_at + 1))
    assert forgotten == [idle.device_id]


def test_keys_and_paired_devices_are_not_forgotten_while_they_rest(store, ann):
    at = make_device(store, ann).last_seen_at
    for kind in ("browser", "api", "device", "key"):
        device = Device(kind, ann.user_id, "", kind, at, 0, "", None)
        revoked = Device(f"{kind}, revoked", ann.user_id, "", kind, at, 0, "", 0)
        store.write(lambda tx, device=device: devices.insert(tx, device))
        store.write(lambda tx, revoked=revoked: devices.insert(tx, revoked))
    forgotten = store.read(lambda tx: devices.list_forgotten(tx, 1))
    assert sorted(forgotten) == [
        "api",
        "api, revoked",
        "browser",
        "browser, revoked",
        "device, revoked",
        "key, revoked",
    ]
