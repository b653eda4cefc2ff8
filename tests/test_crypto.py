import base64
import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from solosync import crypto
from solosync.clock import now_ms
from solosync.errors import Damaged, Unauthenticated
from tests.conftest import HASH_COST

CLAIMS = {"sub": "somebody", "iat": 1_000_000_000, "exp": 4_000_000_000}


@pytest.fixture
def keys(tmp_path):
    return crypto.load_keys(tmp_path)


def test_keys_are_made_once_and_only_their_owner_can_read_them(tmp_path):
    first = crypto.load_keys(tmp_path)
    assert crypto.load_keys(tmp_path) == first
    (file,) = tmp_path.iterdir()
    assert file.name == "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_those_who_make_keys_at_the_same_moment_end_with_the_same(tmp_path):
    together = threading.Barrier(8)

    def load():
        together.wait()
        return crypto.load_keys(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        loaded = [future.result() for future in [pool.submit(load) for _ in range(8)]]
    assert len(set(loaded)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"hashing": "YQ==", "signing": []}'])
def test_unreadable_keys_are_reported_and_kept(tmp_path, content):
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(Damaged, match="backup"):
        crypto.load_keys(tmp_path)
    assert file.read_text() == content


def test_signed_token_is_read_back(keys):
    claims = keys.read_signed("access", keys.sign("access", CLAIMS))
    assert claims.items() >= CLAIMS.items()


def test_token_for_another_purpose_is_refused(keys):
    with pytest.raises(Unauthenticated):
        keys.read_signed("access", keys.sign("view", CLAIMS))


def test_expired_token_is_refused(keys, clock):
    token = keys.sign("access", CLAIMS | {"exp": int(clock.now.timestamp()) + 60})
    clock.advance(seconds=59)
    assert keys.read_signed("access", token)
    clock.advance(seconds=1)
    with pytest.raises(Unauthenticated):
        keys.read_signed("access", token)


def test_token_of_other_keys_is_refused(keys, tmp_path_factory):
    others = crypto.load_keys(tmp_path_factory.mktemp("others"))
    with pytest.raises(Unauthenticated):
        keys.read_signed("access", others.sign("access", CLAIMS))


def test_keys_rotate_without_signing_anyone_out(keys):
    token = keys.sign("access", CLAIMS)
    newer = crypto.SigningKey("newer", b"n" * 32, now_ms())
    rotated = crypto.Keys(keys.hashing, (*keys.signing, newer))
    assert rotated.read_signed("access", token)
    with pytest.raises(Unauthenticated):
        keys.read_signed("access", rotated.sign("access", CLAIMS))


def test_rotation_keeps_what_was_signed_until_it_has_run_out_anyway(tmp_path, clock):
    before = crypto.load_keys(tmp_path)
    token = before.sign("access", CLAIMS)
    clock.advance(days=1)
    after = crypto.rotate_keys(tmp_path)
    assert after == crypto.load_keys(tmp_path)
    assert after.hashing == before.hashing
    assert after.signing[0] == before.signing[0]
    assert after.read_signed("access", token)
    assert after.read_signed("access", after.sign("access", CLAIMS))
    with pytest.raises(Unauthenticated):
        before.read_signed("access", after.sign("access", CLAIMS))
    clock.advance(minutes=59)
    assert after.read_signed("access", token)
    clock.advance(minutes=1)
    with pytest.raises(Unauthenticated):
        after.read_signed("access", token)


def test_keys_that_are_no_longer_good_are_dropped(tmp_path, clock):
    kids = [crypto.load_keys(tmp_path).signing[-1].kid]
    for minutes in (0, 30, 30, 30):
        clock.advance(minutes=minutes)
        kids.append(crypto.rotate_keys(tmp_path).signing[-1].kid)
    assert [key.kid for key in crypto.load_keys(tmp_path).signing] == kids[-3:]
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_running_server_follows_the_file(tmp_path):
    file = crypto.KeyFile(tmp_path)
    first = file.current()
    assert file.current() is first
    assert file.current() == crypto.load_keys(tmp_path)
    rotated = crypto.rotate_keys(tmp_path)
    assert file.current() == rotated != first


def test_keys_that_are_known_outlive_a_file_that_is_broken(tmp_path, caplog):
    file = crypto.KeyFile(tmp_path)
    keys = file.current()
    content = (tmp_path / "keys.json").read_bytes()
    (tmp_path / "keys.json").write_text("{")
    assert [file.current() for _ in range(3)] == [keys] * 3
    (tmp_path / "keys.json").unlink()
    assert file.current() == keys
    assert len(caplog.records) == 1
    (tmp_path / "keys.json").write_bytes(content)
    assert file.current() == keys


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "RS256"])
def test_token_cannot_choose_its_algorithm(keys, algorithm):
    header = {"alg": algorithm, "typ": "JWT", "kid": keys.signing[-1].kid}
    token = f"{encoded(header)}.{encoded(CLAIMS | {'aud': 'access'})}."
    with pytest.raises(Unauthenticated):
        keys.read_signed("access", token)


@pytest.mark.parametrize("claim", ["sub", "iat", "exp"])
def test_token_needs_all_its_claims(keys, claim):
    claims = {name: value for name, value in CLAIMS.items() if name != claim}
    with pytest.raises(Unauthenticated):
        keys.read_signed("access", keys.sign("access", claims))


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "é", "\ud800", "x" * 10_000])
def test_rubbish_is_no_token(keys, token):
    with pytest.raises(Unauthenticated):
        keys.read_signed("access", token)


def test_token_hash_depends_on_key_and_purpose(keys, tmp_path_factory):
    others = crypto.load_keys(tmp_path_factory.mktemp("others"))
    hashes = {
        keys.hash_token("link", "secret"),
        keys.hash_token("refresh", "secret"),
        keys.hash_token("link", "other"),
        others.hash_token("link", "secret"),
    }
    assert len(hashes) == 4
    assert keys.hash_token("link", "secret") in hashes


def test_password_fits_its_own_hash_only():
    password_hash = crypto.hash_password("correct horse")
    assert password_hash.startswith("$argon2id$")
    assert "correct" not in password_hash
    assert crypto.verify_password(password_hash, "correct horse")
    assert not crypto.verify_password(password_hash, "Correct horse")
    assert not crypto.verify_password(password_hash, "")


def test_hashes_cost_what_guessing_is_to_cost(monkeypatch):
    monkeypatch.setattr(crypto, "_HASH_MEMORY_KIB", HASH_COST[0])
    monkeypatch.setattr(crypto, "_HASH_PASSES", HASH_COST[1])
    monkeypatch.setattr(crypto, "_hasher", crypto._hasher.__wrapped__)
    assert crypto.hash_password("x").startswith("$argon2id$v=19$m=47104,t=2,p=1$")


@pytest.mark.parametrize("password", ["", "password", "x" * 1025])
def test_nothing_fits_where_there_is_no_hash(password):
    assert not crypto.verify_password(None, password)


def test_hash_for_nobody_costs_as_much_as_a_real_one():
    def cost(password_hash):
        return password_hash.split("$")[1:4]

    assert cost(crypto._nobodys_hash()) == cost(crypto.hash_password("x"))


def test_unreadable_password_hash_is_reported():
    with pytest.raises(Damaged):
        crypto.verify_password("rubbish", "x")


def test_seal_is_good_for_its_purpose_and_text_alone(keys, tmp_path_factory):
    others = crypto.load_keys(tmp_path_factory.mktemp("others"))
    seal = keys.seal("export", "id 1")
    assert keys.is_seal("export", "id 1", seal)
    assert len(seal) == 32
    assert seal.replace("-", "").replace("_", "").isalnum()
    assert not keys.is_seal("upload", "id 1", seal)
    assert not keys.is_seal("export", "id 2", seal)
    assert not keys.is_seal("export", "id 1", seal[:-1])
    assert not keys.is_seal("export", "id 1", "é\ud800")
    assert not others.is_seal("export", "id 1", seal)
