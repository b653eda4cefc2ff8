"""What an OpenID provider has to do right before somebody is who it says."""

import asyncio
import hmac
import json
import socket
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from solosync.errors import Forbidden, Unavailable
from solosync.net import openid
from solosync.net.openid import Provider, is_fit, new_attempt
from solosync.records.identities import Assertion
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, KEYS, SECONDS, fake_provider
from tests.servers import free_port

BACK = "http://127.0.0.1:8765/api/auth/openid/callback"


@pytest.fixture
def fake():
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def provider(fake):
    return Provider(fake.issuer, CLIENT_ID, CLIENT_SECRET)


def sign_in(provider, fake, attempt=None):
    attempt = attempt or new_attempt(BACK)

    async def run():
        back = fake.authorize(await provider.address(attempt))
        code = parse_qs(urlsplit(back).query)["code"][0]
        return await provider.redeem(attempt, code)

    return asyncio.run(run())


def paths(fake):
    return [path for path, _, _ in fake.requests]


def test_a_person_is_who_the_provider_says(provider, fake):
    assert sign_in(provider, fake) == Assertion(
        fake.issuer, "ann", "ann@example.org", True, "Ann Example"
    )
    assert paths(fake) == ["/.well-known/openid-configuration", "/token", "/keys"]


def test_discovery_and_keys_are_asked_for_once_an_hour(provider, fake, clock):
    for _ in range(3):
        sign_in(provider, fake)
    assert paths(fake).count("/keys") == paths(fake).count("/.well-known/openid-configuration") == 1
    clock.advance(hours=1, seconds=1)
    sign_in(provider, fake)
    assert paths(fake).count("/keys") == paths(fake).count("/.well-known/openid-configuration") == 2


@pytest.mark.parametrize(
    ("methods", "secret", "has_header", "has_secret_in_form"),
    [
        (["client_secret_basic", "client_secret_post"], CLIENT_SECRET, True, False),
        (["client_secret_post"], CLIENT_SECRET, False, True),
        (["none"], "", False, False),
    ],
)
def test_we_prove_who_we_are_as_the_provider_wants_it(
    fake, methods, secret, has_header, has_secret_in_form
):
    fake.metadata["token_endpoint_auth_methods_supported"] = methods
    sign_in(Provider(fake.issuer, CLIENT_ID, secret), fake)
    headers, form = next((h, f) for path, h, f in fake.requests if path == "/token")
    assert ("authorization" in headers, "client_secret" in form) == (has_header, has_secret_in_form)


def test_new_keys_of_the_provider_are_learned_when_a_token_names_one(provider, fake):
    sign_in(provider, fake)
    fake.key, fake.published = KEYS[1], KEYS
    assert sign_in(provider, fake).subject == "ann"
    fake.published = [KEYS[1]]
    assert sign_in(provider, fake).subject == "ann"
    assert paths(fake).count("/keys") == 2


def test_keys_for_other_purposes_are_no_obstacle(provider, fake):
    own = KEYS[0].as_dict(private=False)
    others = [own | {"use": "enc", "kid": "a"}, {"kty": "of the future", "kid": "b"}]
    fake.answers["/keys"] = 200, {"keys": [*others, own]}
    assert sign_in(provider, fake).subject == "ann"


def test_what_the_token_leaves_out_the_userinfo_may_tell(provider, fake):
    fake.claims = {"email": "stale@example.org"}
    fake.userinfo = {
        **{"sub": "ann", "email": "ann@example.org", "email_verified": "true"},
        "name": "Ann\n  Example",
    }
    assert sign_in(provider, fake) == Assertion(
        fake.issuer, "ann", "ann@example.org", True, "Ann Example"
    )


@pytest.mark.parametrize("verified", [False, None, "false", "yes", 1, [True]])
def test_only_a_clear_word_verifies_an_address(provider, fake, verified):
    fake.claims["email_verified"] = verified
    fake.userinfo = {"sub": "ann", "email": "ann@example.org"}
    assert not sign_in(provider, fake).is_email_verified


def test_the_userinfo_of_somebody_else_is_refused(provider, fake):
    fake.claims = {}
    fake.userinfo = {"sub": "bob", "email": "bob@example.org", "email_verified": True}
    with pytest.raises(Unavailable):
        sign_in(provider, fake)


SMALL = ECKey.generate_key("P-256")
FOREIGN = RSAKey.generate_key(2048, {"kid": "first"})


def changed(**claims):
    return lambda fake, given, signed: signed(given | claims)


def without(name):
    return lambda fake, given, signed: signed({k: v for k, v in given.items() if k != name})


def by(header, key):
    return lambda fake, given, signed: jwt.encode(header, given, key, algorithms=[header["alg"]])


def by_secret(secret):
    def forge(fake, given, signed):
        parts = [{"alg": "HS256", "kid": "first"}, given]
        text = b".".join(urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
        text = text.replace(b"=", b"")
        signature = urlsafe_b64encode(hmac.digest(secret, text, "sha256")).rstrip(b"=")
        return b".".join((text, signature)).decode()

    return forge


def unsigned(fake, given, signed):
    header, payload, _ = signed(given).split(".")
    return f"{header}.{payload}."


def bent(fake, given, signed):
    header, _, signature = signed(given).split(".")
    _, payload, _ = signed(given | {"sub": "bob"}).split(".")
    return f"{header}.{payload}.{signature}"


def by_nobody(fake, given, signed):
    header = urlsafe_b64encode(b'{"alg":"none"}').decode()
    return f"{header}.{signed(given).split('.')[1]}."


ATTACKS = {
    "another sign-in's nonce": changed(nonce="another"),
    "no nonce": without("nonce"),
    "another issuer": changed(iss="https://accounts.example.org"),
    "the issuer with a slash": lambda fake, given, signed: signed(
        given | {"iss": fake.issuer + "/"}
    ),
    "for another client": changed(aud="somebody else"),
    "for many clients, and not by whom": changed(aud=[CLIENT_ID, "somebody else"]),
    "for many clients, by another": changed(aud=[CLIENT_ID, "another"], azp="another"),
    "by another client": changed(azp="another"),
    "expired": changed(exp=1_000_000_000),
    "without an end": without("exp"),
    "with an end that is no time": changed(exp="tomorrow"),
    "of the future": changed(iat=10_000_000_000),
    "without a time": without("iat"),
    "not yet": changed(nbf=10_000_000_000),
    "nobody": without("sub"),
    "nobody's name": changed(sub=""),
    "not a name": changed(sub=7),
    "too long a name": changed(sub="a" * 256),
    "no name": changed(sub=""),
    "a name that is no text": changed(sub=7),
    "many names": changed(sub=["ann"]),
    "another access token": changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "unsigned": unsigned,
    "by nobody, and says so": by_nobody,
    "a foreign key of the same name": by({"alg": "RS256", "kid": "first"}, FOREIGN),
    "a key that it brings along": by({"alg": "ES256", "jwk": SMALL.as_dict(private=False)}, SMALL),
    "an unknown key": by({"alg": "RS256", "kid": "third"}, FOREIGN),
    "our secret as the key": by_secret(CLIENT_SECRET.encode()),
    "the public key as a secret": by_secret(KEYS[0].as_pem(private=False)),
    "changed after it was signed": bent,
    "no token at all": lambda fake, given, signed: "a.b.c",
    "nothing": lambda fake, given, signed: "",
}


@pytest.mark.filterwarnings("ignore:.*:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_token_that_proves_nothing_is_refused(provider, fake, attack, caplog):
    fake.sign = lambda claims, access_token: attack(
        fake, claims, lambda given: fake.signed(given, access_token)
    )
    with pytest.raises(Forbidden) as caught:
        sign_in(provider, fake)
    assert caught.value.message == openid.UNPROVED
    assert "A sign-in by OpenID was refused" in caplog.text


def test_a_token_is_good_until_it_ends_and_a_minute_of_wrong_clocks(provider, fake, clock):
    before = fake.signed
    fake.sign = lambda claims, access: (
        clock.advance(seconds=SECONDS + 59),
        before(claims, access),
    )[1]
    assert sign_in(provider, fake).subject == "ann"
    fake.sign = lambda claims, access: (
        clock.advance(seconds=SECONDS + 60),
        before(claims, access),
    )[1]
    with pytest.raises(Forbidden):
        sign_in(provider, fake)


def test_a_code_is_good_only_for_the_attempt_that_it_belongs_to(provider, fake):
    mine, theirs = new_attempt(BACK), new_attempt(BACK)

    async def steal():
        back = fake.authorize(await provider.address(theirs), subject="bob")
        await provider.redeem(mine, parse_qs(urlsplit(back).query)["code"][0])

    with pytest.raises(Forbidden):
        asyncio.run(steal())


def test_a_provider_that_signs_by_nothing_we_trust_is_refused(provider, fake):
    fake.metadata["id_token_signing_alg_values_supported"] = ["HS256", "none"]
    with pytest.raises(Forbidden):
        sign_in(provider, fake)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://accounts.example.org"},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": ""},
        {"userinfo_endpoint": "http://169.254.169.254/"},
        {"token_endpoint": None},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(provider, fake, metadata):
    fake.metadata = metadata
    with pytest.raises(Unavailable) as caught:
        asyncio.run(provider.address(new_attempt(BACK)))
    assert isinstance(caught.value.__cause__, openid.Fault)
    assert paths(fake) == ["/.well-known/openid-configuration"]


def test_https_is_needed_except_between_programs_of_one_machine():
    https, local = "https://a.example", "http://127.0.0.1:1"
    assert is_fit("https://b.example/token", https) and is_fit("https://b.example/token", local)
    assert is_fit("http://[::1]:1/token", local) and is_fit("http://localhost/token", local)
    assert not is_fit("http://127.0.0.1/token", https)
    assert not is_fit("http://a.example/token", local)
    assert not is_fit("https://[::1", https) and not is_fit("https:///token", https)


PLACES = ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize(
    ("status", "content"),
    [(500, b""), (302, b"/elsewhere"), (200, b"<html>"), (200, b"[]"), (200, b"{" * 300_000)],
    ids=["an error", "a redirect", "a page", "a list", "far too much"],
)
def test_a_provider_that_answers_nonsense_is_unavailable(provider, fake, path, status, content):
    fake.claims = {}
    fake.answers[path] = status, content
    with pytest.raises(Unavailable):
        sign_in(provider, fake)
    assert "/elsewhere" not in paths(fake)
    del fake.answers[path]
    fake.userinfo = {"sub": "ann"}
    assert sign_in(provider, fake).subject == "ann"


def test_a_provider_that_is_down_is_unavailable_until_it_is_up():
    provider = Provider(f"http://127.0.0.1:{free_port()}", CLIENT_ID, CLIENT_SECRET)
    with pytest.raises(Unavailable):
        asyncio.run(provider.address(new_attempt(BACK)))


def test_a_provider_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(openid, "ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        provider = Provider(issuer, CLIENT_ID, CLIENT_SECRET)
        with pytest.raises(Unavailable):
            asyncio.run(provider.address(new_attempt(BACK)))


def test_what_is_logged_holds_no_token(provider, fake, caplog):
    fake.sign = lambda claims, access_token: fake.signed(claims | {"aud": "x"}, access_token)
    caplog.set_level("DEBUG")
    attempt = new_attempt(BACK)
    with pytest.raises(Forbidden):
        sign_in(provider, fake, attempt)
    secrets = [attempt.nonce, attempt.verifier, CLIENT_SECRET, "eyJ", "at the provider"]
    assert not [secret for secret in secrets if secret in caplog.text]
