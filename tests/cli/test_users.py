"""`solosync users` and what it leaves in the audit log."""

import io
import sys

import httpx
import jwt
import pytest

from solosync import cli, crypto
from solosync.domain import accounts, links
from solosync.store import users
from tests.servers import free_port, running

ANN = "ann@example.org"
PASSWORD = "correct horse"


@pytest.fixture
def run(capsys, data_dir, monkeypatch):
    """`solosync users ...` beside an open store."""

    def run(*words, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = cli.main(["users", *words, "--data-dir", str(data_dir)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def audited(store):
    rows = store.read(
        lambda tx: tx.all(
            "SELECT action, target, parameters, actor_id, address FROM audit ORDER BY seq"
        )
    )
    return list(rows)


def test_everything_is_audited_without_secrets(run, store):
    run("add", ANN, "--staff", "--password-stdin", stdin=PASSWORD)
    user = store.read(lambda tx: users.find_by_email(tx, ANN))
    run("set-password", ANN, "--password-stdin", stdin="another horse")
    _, out, _ = run("recover", ANN)
    run("deactivate", ANN)
    rows = audited(store)
    assert [row[0] for row in rows] == [
        "account.add",
        "account.password",
        "account.recover",
        "account.deactivate",
    ]
    assert {(row[1], row[3], row[4]) for row in rows} == {(user.user_id, None, "")}
    assert all('"via":"terminal"' in row[2] for row in rows)
    assert "horse" not in str(rows)
    assert out.strip().rpartition("/")[2] not in str(rows)


def test_recovery_link_signs_anybody_in_once(run, store, data_dir):
    accounts.add_user(store, email=ANN, password=None)
    code, out, err = run("recover", " ANN@example.org ")
    assert (code, err) == (0, "")
    base, _, token = out.strip().rpartition("/link/")
    assert base == "http://127.0.0.1:8765"
    assert links.redeem(store, crypto.load_keys(data_dir), token).email == ANN
    with pytest.raises(Exception, match="users recover"):
        links.redeem(store, crypto.load_keys(data_dir), token)


def test_recovery_link_names_the_address_that_others_know(run, store):
    accounts.add_user(store, email=ANN, password=None)
    _, out, _ = run("recover", ANN, "--public-url", "https://boards.example")
    assert out.startswith("https://boards.example/link/")


@pytest.mark.parametrize("email, word", [("nobody@example.org", "no such"), (ANN, "deactivated")])
def test_no_link_for_whoever_may_not_come_in(run, store, email, word):
    accounts.add_user(store, email=ANN, password=None)
    accounts.deactivate(store, email=ANN)
    code, out, err = run("recover", email)
    assert code == 1
    assert out == ""
    assert word in err


def test_recovering_proves_the_address_and_forgets_a_password_of_before(store, run, data_dir):
    """Whoever registered first need not be the one who is handed the link."""
    password_hash = crypto.hash_password("the attacker's")
    new = accounts.new_user(ANN, password_hash=password_hash, is_proved=False)
    store.write(lambda tx: accounts.insert(tx, new))
    token = run("recover", ANN)[1].strip().rpartition("/")[2]
    user = links.redeem(store, crypto.load_keys(data_dir), token)
    assert user.email_verified_at is not None
    assert user.password_hash is None


def test_link_and_new_keys_made_beside_a_running_server_are_good_there(run, store, data_dir):
    accounts.add_user(store, email=ANN, password=None)
    port = free_port()
    options = ("--data-dir", str(data_dir))
    with running(port, *options), httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
        link = run("recover", ANN)[1].strip()
        assert link.startswith(f"http://127.0.0.1:{port}/link/")
        assert browser.post(link).status_code == 303
        before = browser.cookies["access_token"]
        assert cli.main(["keys", "rotate", *options]) == 0
        assert browser.get("/api/v1/me").json()["email"] == ANN
        assert browser.post("/api/refresh/").status_code == 204
        after = browser.cookies["access_token"]
        assert kid(before) != kid(after) == crypto.load_keys(data_dir).signing[-1].kid
        for access in (before, after):
            headers = {"Authorization": f"Bearer {access}"}
            assert browser.get("/api/v1/me", headers=headers).status_code == 200
        rows = audited(store)
    assert "signing_key.rotate" in [row[0] for row in rows]


def kid(token):
    return jwt.get_unverified_header(token)["kid"]
