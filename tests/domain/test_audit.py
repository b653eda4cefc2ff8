"""The audit log: what is written, what comes back, and that nothing can be changed unseen."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from solosync import crypto, origin, paths
from solosync.domain import audit, audit_chain
from solosync.domain.audit_chain import Broken, Place
from solosync.errors import Invalid
from solosync.events import Audited
from solosync.origin import Origin
from solosync.records.listing import Query, Sort
from solosync.store import users
from solosync.store.engine import Store
from tests.make import make_actor, make_user

NEWEST_FIRST = (Sort("seq", is_descending=True),)
ODD = 'Zoë \N{PILE OF POO} "quoted" \\ \x00 \x1f \u2028 <b>'


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def attacker(store):
    """Somebody with the file, who takes away what refuses changes, and puts it back."""

    def tamper(*statements):
        store.read(lambda tx: None)
        connection = sqlite3.connect(store.path, isolation_level=None)
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
        connection.close()

    return tamper


def write(store, action="thing.done", **fields):
    event = audit.event(action, **fields)
    store.write(lambda tx: audit.record(tx, event))
    return event


def fill(store, count=10):
    for number in range(count):
        write(store, target=f"t{number}", number=number)


def entries(store, sort=NEWEST_FIRST, limit=50, **filters):
    return audit.list_entries(store, Query(sort, filters, limit)).items


def broken(store, keys, **settings):
    with pytest.raises(Broken) as caught:
        audit_chain.verify(store, keys, **settings)
    return caught.value


def rewrite(store, attacker, from_seq, *statements):
    """Changes rows and computes all hashes from there on anew, as the code here is known."""
    attacker(*statements)
    rows = store.read(lambda tx: tx.all("SELECT * FROM audit ORDER BY seq"))
    before, updates = audit.BEFORE_THE_FIRST, []
    for row in rows:
        before = audit.digest(row[:-1], before)
        updates.append(f"UPDATE audit SET hash = x'{before.hex()}' WHERE seq = {row[0]}")
    attacker(*updates[from_seq - 1 :])


# -- writing -----------------------------------------------------------------------------------


def test_entry_holds_who_did_what_and_from_where(store, clock):
    actor = make_actor(store)
    token = origin.current.set(Origin("request-1", "192.0.2.7", "en"))
    try:
        event = audit.event(
            "board.paint", actor, target="b1", organization_id="o1", colour="red", size=2.5
        )
    finally:
        origin.current.reset(token)
    store.write(lambda tx: audit.record(tx, event))
    (entry,) = entries(store)
    assert entry.seq == 1
    assert entry.event == event
    assert (event.actor_id, event.device_id) == (actor.user_id, actor.device_id)
    assert (event.address, event.request_id) == ("192.0.2.7", "request-1")
    assert event.parameters == {"colour": "red", "size": 2.5}
    assert event.outcome == "done"


def test_what_is_odd_comes_back_as_it_was_hashed(store, keys):
    parameters = {
        "z": 1, "a": 0.1, "big": 2**53 + 1, "whole": 1.0, "tiny": 5e-324, "not": float("nan"),
        "yes": True, "none": None, "text": ODD, "lone": "\ud800", "é": ODD,
    }  # fmt: skip
    write(store, target=ODD + "\udfff", **parameters)
    write(store, target="next")
    assert audit_chain.verify(store, keys).newest.seq == 2
    (_, entry) = entries(store)
    assert entry.event.parameters["text"] == ODD
    assert entry.event.parameters["lone"] == "?"
    assert entry.event.parameters["whole"] == 1.0
    assert entry.event.target == ODD + "?"


def test_long_texts_are_cut(store):
    write(store, target="x" * 100_000, tried="y" * 100_000)
    (entry,) = entries(store)
    assert len(entry.event.target) == len(entry.event.parameters["tried"]) == audit.LONGEST_TEXT


def test_what_fails_is_not_told(store):
    event = audit.event("thing.done")

    def fail(tx):
        audit.record(tx, event)
        raise Invalid("no")

    with pytest.raises(Invalid):
        store.write(fail)
    assert entries(store) == []


def test_it_is_announced_when_it_is_committed(store):
    heard: list[Audited] = []
    store.bus.subscribe(Audited, heard.append)
    write(store, "sign_in.code", outcome="refused")
    assert heard == [Audited("sign_in.code", "refused")]


def test_auditing_adds_no_commit_and_little_work(store):
    user = make_user(store)
    seen: list[str] = []
    store.write(lambda tx: tx.db.conn.set_trace_callback(seen.append))
    seen.clear()
    event = audit.event("account.profile", target=user.user_id)

    def change(tx):
        users.set_staff(tx, user.user_id, True)
        audit.record(tx, event)

    store.write(change)
    store.write(lambda tx: tx.db.conn.set_trace_callback(None))
    statements = [statement.split()[0] for statement in seen[:6]]
    assert statements[:5] == ["BEGIN", "UPDATE", "SELECT", "INSERT", "COMMIT"]
    plan = store.read(
        lambda tx: tx.all(
            "EXPLAIN QUERY PLAN SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
        )
    )
    assert [row[3] for row in plan] == ["SCAN audit"]  # backwards, and one row: no sort beside it


def test_a_thousand_concurrent_actions_keep_the_chain_whole(store, keys):
    committed: list[str] = []
    store.write(lambda tx: tx.db.conn.set_trace_callback(committed.append))

    def act(number):
        event = audit.event("thing.done", target=str(number))
        return store.submit(lambda tx: audit.record(tx, event))

    async def act_on_the_loop(number):
        event = audit.event("thing.done", target=str(number))
        await store.commit(lambda tx: audit.record(tx, event))

    async def on_the_loop():
        await asyncio.gather(*(act_on_the_loop(number) for number in range(500, 1000)))

    with ThreadPoolExecutor(8) as threads:
        futures = threads.map(act, range(500))
        asyncio.run(on_the_loop())
        for future in futures:
            future.result()
    store.write(lambda tx: tx.db.conn.set_trace_callback(None))
    assert audit_chain.verify(store, keys).newest.seq == 1000
    rows = store.read(lambda tx: tx.all("SELECT target FROM audit"))
    assert {target for (target,) in rows} == {str(number) for number in range(1000)}
    assert committed.count("COMMIT") < 500  # they share them


def test_two_processes_add_to_one_chain(store, keys, data_dir):
    with Store.open(data_dir / paths.DATABASE_NAME, migrate=False) as other:

        def act(number):
            write((store, other)[number % 2], target=str(number))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(act, range(100)))
    assert audit_chain.verify(store, keys).newest.seq == 100


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET target = 'x' WHERE seq = 1", "DELETE FROM audit"]
)
def test_the_log_refuses_to_be_changed(store, statement):
    fill(store)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.write(lambda tx: tx.execute(statement))
    assert len(entries(store)) == 10


# -- floods -----------------------------------------------------------------------------------


def test_a_flood_of_strangers_tries_takes_a_bounded_room_and_hides_nobody_known(store, clock, keys):
    ann = make_actor(store)
    token = origin.current.set(Origin("request-1", "192.0.2.1"))
    for number in range(2 * audit.MOST_BY_STRANGERS):
        write(store, "sign_in.password", outcome="refused", target=f"x{number}@example.org")
    write(store, "sign_in.password", actor=ann)
    newest = [entry.event.action for entry in entries(store, limit=3)]
    assert newest == ["sign_in.password", audit.FLOOD, "sign_in.password"]
    assert entries(store)[0].seq == audit.MOST_BY_STRANGERS + 2
    clock.advance(seconds=61)
    write(store, "sign_in.password", outcome="refused", target="y@example.org")
    origin.current.reset(token)
    assert entries(store, limit=1)[0].event.target == "y@example.org"
    assert audit_chain.verify(store, keys).newest.seq == audit.MOST_BY_STRANGERS + 3


def test_a_flood_hides_no_download(store):
    token = origin.current.set(Origin("request-1", "192.0.2.1"))
    for _ in range(audit.MOST_BY_STRANGERS + 5):
        write(store, "export.download")
    for _ in range(audit.MOST_BY_STRANGERS + 5):
        write(store, "sign_in.password", outcome="refused")
    write(store, "export.download", target="late")
    origin.current.reset(token)
    newest = entries(store, limit=2)
    assert [entry.event.target for entry in newest] == ["late", ""]
    assert [entry.event.action for entry in newest] == ["export.download", audit.FLOOD]


def test_what_the_machine_itself_does_is_no_flood(store):
    for _ in range(audit.MOST_BY_STRANGERS + 5):
        write(store, "account.add")
    assert entries(store)[0].seq == audit.MOST_BY_STRANGERS + 5


# -- listing -----------------------------------------------------------------------------------


def test_entries_are_found_by_what_they_tell(store, clock):
    ann, bob = make_actor(store), make_actor(store)
    write(store, "sign_in.code", actor=ann)
    write(store, "sign_in.password", actor=bob, outcome="refused")
    clock.advance(seconds=10)
    write(store, "sign_out", actor=ann)
    write(store, "key.create", actor=ann, target="k1")

    def found(**filters):
        return [entry.seq for entry in entries(store, **filters)]

    assert found() == [4, 3, 2, 1]
    assert found(actor=ann.user_id) == [4, 3, 1]
    assert found(action="sign_in.") == [2, 1]
    assert found(action="sign_in.code") == [1]
    assert found(action="sign_out") == [3]
    assert found(outcome="refused") == [2]
    assert found(target="k1") == [4]
    now = clock.time_ns() // 1_000_000
    assert found(since=now) == [4, 3]
    assert found(until=now, actor=ann.user_id) == [1]


@pytest.mark.parametrize("action", ["", "*", "sign_in.*", "[a]", "a.b.c", "Sign_in.", "é.x"])
def test_what_is_no_action_cant_be_looked_for(store, action):
    with pytest.raises(Invalid):
        entries(store, action=action)


# -- verifying ---------------------------------------------------------------------------------


def test_untouched_log_is_whole(store, keys):
    assert audit_chain.verify(store, keys) == ((0, audit.BEFORE_THE_FIRST), None)
    fill(store)
    verified = audit_chain.verify(store, keys)
    assert verified.newest == Place(10, entries(store)[0].hash)
    assert verified.sealed_up_to is None


def test_many_rows_are_read_in_pages(store, keys, monkeypatch):
    monkeypatch.setattr(audit_chain, "ROWS_AT_ONCE", 3)
    fill(store)
    assert audit_chain.verify(store, keys).newest.seq == 10


@pytest.mark.parametrize(
    "change",
    [
        "created_at = created_at + 1",
        "action = 'thing.undone'",
        "outcome = 'refused'",
        "actor_id = 'somebody'",
        "device_id = ''",
        "target = 't7'",
        "organization_id = 'o'",
        "parameters = '{\"number\":40}'",
        "parameters = '{\"number\": 4}'",
        'parameters = \'{"number":5,"number":4}\'',
        "address = '192.0.2.1'",
        "request_id = 'r'",
        "target = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_changed_field_is_named(store, keys, attacker, change):
    fill(store)
    attacker(f"UPDATE audit SET {change} WHERE seq = 5")
    found = broken(store, keys)
    assert found.seq == 5
    assert "fields were changed" in found.why
    assert found.created_at is not None


def test_a_changed_hash_is_named(store, keys, attacker):
    fill(store)
    attacker("UPDATE audit SET hash = zeroblob(32) WHERE seq = 5")
    found = broken(store, keys)
    assert (found.seq, found.why) == (5, "its hash was changed.")


def test_the_newest_row_is_no_exception(store, keys, attacker):
    fill(store)
    attacker("UPDATE audit SET target = '' WHERE seq = 10")
    assert broken(store, keys).seq == 10


def test_a_row_that_was_taken_out_is_named(store, keys, attacker):
    fill(store)
    attacker("DELETE FROM audit WHERE seq = 5")
    assert broken(store, keys).seq == 5
    attacker("UPDATE audit SET seq = seq - 1 WHERE seq > 5")
    assert broken(store, keys).seq == 5


def test_the_first_row_is_no_exception(store, keys, attacker):
    fill(store)
    attacker("DELETE FROM audit WHERE seq = 1")
    assert broken(store, keys).seq == 1


@pytest.mark.parametrize("seq", [-7, 0, 11, 12])
def test_a_row_that_was_put_in_is_named(store, keys, attacker, seq):
    fill(store)
    attacker(
        "INSERT INTO audit SELECT"
        f" {seq}, created_at, action, outcome, actor_id, device_id, target, organization_id,"
        " parameters, address, request_id, hash FROM audit WHERE seq = 5"
    )
    assert broken(store, keys).seq == (11 if seq > 10 else seq)


def test_swapped_rows_are_named(store, keys, attacker):
    fill(store)
    attacker(
        "UPDATE audit SET seq = 99 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 6",
        "UPDATE audit SET seq = 6 WHERE seq = 99",
    )
    assert broken(store, keys).seq == 4


def test_the_missing_guard_is_told(store, keys):
    fill(store)
    connection = sqlite3.connect(store.path)
    connection.execute("DROP TRIGGER audit_is_never_changed")
    connection.close()
    assert "refuses changes" in broken(store, keys).why


# -- the seal ----------------------------------------------------------------------------------


def test_a_log_written_anew_shows_by_its_seal(store, keys, attacker):
    fill(store)
    audit_chain.seal(store, keys)
    fill(store, 2)
    assert audit_chain.verify(store, keys).sealed_up_to == 10
    rewrite(store, attacker, 5, "UPDATE audit SET target = '' WHERE seq = 5")
    assert broken(store, keys).seq == 10


def test_rows_cut_off_the_end_show_by_the_seal(store, keys, attacker):
    fill(store)
    audit_chain.seal(store, keys)
    attacker("DELETE FROM audit WHERE seq > 7")
    found = broken(store, keys)
    assert (found.seq, found.created_at) == (8, None)


def test_an_emptied_log_shows_by_the_seal(store, keys, attacker):
    fill(store)
    audit_chain.seal(store, keys)
    attacker("DELETE FROM audit")
    assert broken(store, keys).seq == 1


def test_what_was_noted_elsewhere_shows_what_the_seal_doesnt_cover(store, keys, attacker):
    fill(store)
    noted = audit_chain.verify(store, keys).newest
    fill(store, 2)
    assert audit_chain.verify(store, keys, noted).newest.seq == 12
    rewrite(store, attacker, 9, "UPDATE audit SET target = '' WHERE seq = 9")
    assert audit_chain.verify(store, keys).newest.seq == 12  # it can't know
    assert broken(store, keys, noted=noted).seq == 10
    attacker("DELETE FROM audit WHERE seq > 7")
    assert broken(store, keys, noted=noted).seq == 8


def test_broken_log_is_not_sealed_again(store, keys, attacker):
    fill(store)
    audit_chain.seal(store, keys)
    rewrite(store, attacker, 5, "UPDATE audit SET target = '' WHERE seq = 5")
    fill(store, 2)
    with pytest.raises(Broken):
        audit_chain.seal(store, keys)
    assert broken(store, keys).seq == 10


def test_what_broke_since_the_last_seal_is_not_sealed(store, keys, attacker):
    fill(store)
    audit_chain.seal(store, keys)
    fill(store, 5)
    attacker("UPDATE audit SET target = '' WHERE seq = 12")
    with pytest.raises(Broken) as caught:
        audit_chain.seal(store, keys)
    assert caught.value.seq == 12


@pytest.mark.parametrize(
    "change",
    [
        "value = replace(value, ':10,', ':9,')",
        "value = 'x'",
        "value = json_set(value, '$.seal', 'AAAA')",
    ],
)
def test_a_changed_seal_is_no_seal(store, keys, attacker, change):
    fill(store)
    audit_chain.seal(store, keys)
    attacker(f"UPDATE settings SET {change} WHERE name = 'audit_seal'")
    assert "seal" in broken(store, keys).why


def test_other_keys_are_told(store, keys, tmp_path):
    fill(store)
    audit_chain.seal(store, keys)
    others = tmp_path / "others"
    others.mkdir()
    assert "other keys" in broken(store, crypto.load_keys(others)).why


def test_sealing_again_goes_on_from_the_last_seal(store, keys, attacker):
    fill(store)
    audit_chain.seal(store, keys)
    attacker("UPDATE audit SET target = '' WHERE seq = 3")
    fill(store, 2)
    audit_chain.seal(store, keys)  # it doesn't read what it sealed before: verifying does
    assert broken(store, keys).seq == 3
