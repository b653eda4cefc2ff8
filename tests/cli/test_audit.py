import json
import sqlite3

import pytest

from solosync import cli, crypto
from solosync.domain import audit, audit_chain
from tests.make import make_actor, make_user


@pytest.fixture
def run(capsys, data_dir, store):
    """`solosync audit ...` beside an open store."""

    def run(*words):
        try:
            code = cli.main(["audit", *words, "--data-dir", str(data_dir)])
        except SystemExit as exit:
            code = exit.code  # type: ignore[assignment]
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def filled(store, clock):
    actor = make_actor(store, make_user(store, "ann@example.org"))
    for number in range(5):
        event = audit.event("key.create", actor, target=f"k{number}", name="Zoë")
        store.write(lambda tx, event=event: audit.record(tx, event))
    refused = audit.event("sign_in.password", target="x@example.org", outcome="refused")
    store.write(lambda tx: audit.record(tx, refused))
    return actor


def tamper(store, *statements):
    """As whoever has the file and the sqlite3 program would."""
    connection = sqlite3.connect(store.path)
    connection.executescript("; ".join(statements))
    connection.close()


def test_untouched_log_is_whole(run, filled):
    code, out, err = run("verify")
    assert (code, err) == (0, "")
    assert out.startswith("All 6 rows are as they were written; no row is sealed yet.\n")


def test_sealed_log_says_how_far(run, filled, store, data_dir):
    audit_chain.seal(store, crypto.load_keys(data_dir))
    code, out, _ = run("verify", "--json")
    assert code == 0
    assert json.loads(out)["sealed_up_to"] == 6
    assert "sealed up to row 6" in run("verify")[1]


@pytest.mark.parametrize(
    "way",
    [
        ("DROP TRIGGER audit_is_never_changed",),
        # What refuses the change is a row of the schema, for whoever may write there.
        (
            "PRAGMA writable_schema = ON",
            "DELETE FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'",
            "PRAGMA writable_schema = RESET",
        ),
    ],
)
def test_a_row_that_was_tampered_with_is_named(run, filled, store, way):
    tamper(store, *way, "UPDATE audit SET target = 'k9' WHERE seq = 3")
    code, out, err = run("verify")
    assert (code, out) == (1, "")
    assert err == (
        "solosync: Row 3 of the audit log: its fields were changed: they don't fit its hash."
        " (2026-01-02 03:04:05 UTC)\n"
    )
    code, out, _ = run("verify", "--json")
    assert code == 1
    assert json.loads(out) == {
        "whole": False,
        "row": 3,
        "when": "2026-01-02 03:04:05 UTC",
        "why": "its fields were changed: they don't fit its hash.",
    }


def test_a_time_that_is_none_is_told_all_the_same(run, filled, store):
    huge = f"UPDATE audit SET created_at = {2**62} WHERE seq = 2"
    tamper(store, "DROP TRIGGER audit_is_never_changed", huge)
    code, _, err = run("verify")
    assert code == 1
    assert f"(time {2**62})" in err


def test_what_was_noted_has_to_be_there(run, filled, store):
    newest = json.loads(run("verify", "--json")[1])["newest"]
    assert run("verify", "--noted", newest)[0] == 0
    tamper(store, "DROP TRIGGER audit_is_never_shortened", "DELETE FROM audit WHERE seq > 4")
    code, _, err = run("verify", "--noted", newest)
    assert code == 1
    assert err == "solosync: Row 5 of the audit log: it is gone, with all that came up to row 6.\n"


@pytest.mark.parametrize("noted", ["", "6", "x:00", "6:zz"])
def test_nonsense_isnt_taken_for_a_place(run, filled, noted):
    code, _, err = run("verify", "--noted", noted)
    assert code == 2
    assert err.count("\n") == 1


def test_list_shows_the_newest_first(run, filled):
    code, out, _ = run("list")
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == 7
    assert lines[1].split() == [
        "6", "2026-01-02", "03:04:05", "sign_in.password", "refused", "x@example.org",
    ]  # fmt: skip
    assert lines[2].split() == [
        "5",
        "2026-01-02",
        "03:04:05",
        "ann@example.org",
        "key.create",
        "k4",
    ]


def test_list_in_json_holds_all_there_is(run, filled):
    code, out, _ = run("list", "--json", "--action", "key.", "--limit", "2")
    listed = json.loads(out)
    assert code == 0
    assert [entry["row"] for entry in listed] == [5, 4]
    assert listed[0] | {"hash": ""} == {
        "row": 5,
        "created_at": "2026-01-02T03:04:05.678000Z",
        "action": "key.create",
        "outcome": "done",
        "actor_id": filled.user_id,
        "device_id": filled.device_id,
        "target": "k4",
        "organization_id": None,
        "parameters": {"name": "Zoë"},
        "address": "",
        "request_id": "",
        "hash": "",
    }
    assert len(listed[0]["hash"]) == 64


def test_action_that_is_none_is_one_line(run, filled):
    code, _, err = run("list", "--action", "key.*")
    assert code == 1
    assert err.count("\n") == 1
