import json
import re

import pytest

from solosync import cli, crypto
from solosync.domain import accounts, api_keys, audit, pairings
from solosync.errors import CodeRefused
from solosync.records.listing import Query, Sort
from solosync.store import devices
from tests.make import make_actor, make_user


@pytest.fixture
def run(capsys, data_dir, store):
    """`solosync devices ...` beside an open store."""

    def run(*words):
        code = cli.main(["devices", *words, "--data-dir", str(data_dir)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def ann(store):
    return make_actor(store, make_user(store, "ann@example.org"), device="Ann's laptop")


@pytest.fixture
def bob(store):
    return make_actor(store, make_user(store, "bob@example.org"), device="Bob's\x1b[2J\u202e phone")


def test_devices_of_everybody_or_of_one_person_are_listed(run, ann, bob):
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "Ann's laptop" in out
    assert "Bob's" in out
    assert not {"\x1b", "\u202e"} & set(out)
    assert "ann@example.org" not in run("bob@example.org")[1]


def test_keys_are_listed_too_without_anything_to_sign_in_by(run, ann, store, data_dir):
    keys = crypto.load_keys(data_dir)
    made = api_keys.create(store, keys, ann, name="Backup", scopes=["me:read"])
    listed = json.loads(run("--json")[1])
    assert [(device["name"], device["kind"]) for device in listed if device["kind"] == "key"] == [
        ("Backup", "key")
    ]
    assert made.secret not in str(listed)
    assert made.key.prefix not in str(listed)


def test_device_is_signed_out_once(run, ann, store):
    code, out, err = run("revoke", ann.device_id)
    assert (code, out, err) == (0, "signed out Ann's laptop\n", "")
    assert store.read(lambda tx: devices.find(tx, ann.device_id)).revoked_at
    assert "Ann's laptop" not in run()[1]
    assert run("revoke", ann.device_id)[0] == 1
    newest = Query((Sort("seq", is_descending=True),), {}, 1)
    (entry,) = audit.list_entries(store, newest).items
    assert (entry.event.action, entry.event.target) == ("device.revoke", ann.device_id)
    assert entry.event.parameters == {"via": "terminal"}


@pytest.mark.parametrize("words", [("revoke",), ("rovoke", "x"), ("nobody@example.org",), ("x",)])
def test_what_can_not_be_done_is_one_line(run, ann, words):
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert err.startswith("solosync: ")
    assert err.count("\n") == 1


def test_device_is_let_in_by_a_code_from_the_terminal(run, store, data_dir):
    code, out, err = run("pair")
    assert code == 0
    assert "no server runs" in err
    assert "http://127.0.0.1:8765/pair\n" in out
    digits = re.findall(r"Code (\d{6}),", out)[0]
    keys = crypto.load_keys(data_dir)
    paired = pairings.claim(store, keys, digits, name="Tablet", address="", device_token="t")
    assert paired.user.email == "owner@localhost"
    newest = Query((Sort("seq", is_descending=True),), {}, 9)
    made = [entry.event for entry in audit.list_entries(store, newest).items]
    assert ("device.pair", {"via": "terminal"}) in [(e.action, e.parameters) for e in made]


def test_code_is_for_the_person_who_is_named(run, ann, store, data_dir):
    told = json.loads(run("pair", "ann@example.org", "--json")[1])
    keys = crypto.load_keys(data_dir)
    paired = pairings.claim(store, keys, told["code"], name="Tablet", address="", device_token=None)
    assert paired.user.user_id == ann.user_id
    assert told.keys() == {"code", "urls", "expires_at"}
    assert run("pair", "nobody@example.org")[0] == 1


def test_codes_of_the_terminal_end_when_it_is_signed_out(run, ann, store, data_dir):
    first = json.loads(run("pair", "ann@example.org", "--json")[1])["code"]
    second = json.loads(run("pair", "ann@example.org", "--json")[1])["code"]
    listed = json.loads(run("--json")[1])
    (terminal,) = [device["id"] for device in listed if device["kind"] == "terminal"]
    assert run("revoke", terminal)[0] == 0
    keys = crypto.load_keys(data_dir)
    for code in (first, second):
        with pytest.raises(CodeRefused):
            pairings.claim(store, keys, code, name="Tablet", address="", device_token=None)


def test_nobody_is_let_in_as_somebody_who_was_deactivated(run, ann, store):
    accounts.deactivate(store, email="ann@example.org")
    code, out, err = run("pair", "ann@example.org")
    assert (code, out) == (1, "")
    assert "deactivated" in err
