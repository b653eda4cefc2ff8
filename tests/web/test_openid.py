"""Signing in at an OpenID provider, as a browser does it."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from solosync.domain import accounts, identities
from solosync.net import openid
from solosync.records.identities import Assertion
from tests.make import make_user
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, KEYS, fake_provider

START = "/api/auth/openid/start"
BACK = "/api/auth/openid/callback"
HTML = {"Accept": "text/html"}


@pytest.fixture
def fake():
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def server(serving, config, fake):
    """Starts one for that provider; `settings` are further options."""

    def start(**settings):
        given = {
            "oidc_issuer": fake.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "registration": "open",
            "rate_limits": False,
        }
        return serving(dataclasses.replace(config, **given | settings))

    return start


@pytest.fixture
def browser(server):
    return server()


def begin(browser, **query):
    """To the provider: the address that the browser is sent to."""
    answer = browser.get(START, params=query, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def come_back(browser, address):
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}", headers=HTML, follow_redirects=False)


def sign_in(browser, fake, subject="ann", **query):
    return come_back(browser, fake.authorize(begin(browser, **query), subject))


def whoever(browser):
    """Who is signed in by the browser's cookies: the address, or nobody."""
    answer = browser.get("/api/v1/me")
    return answer.json()["email"] if answer.status_code == 200 else None


def refused(answer, status):
    assert answer.status_code == status, answer.text
    assert "access_token" not in answer.headers.get("set-cookie", "")
    assert answer.headers["content-type"].startswith("text/html")
    return True


def audited(store, action="sign_in.openid"):
    query = "SELECT outcome, target, parameters FROM audit WHERE action = ? ORDER BY seq"
    return [tuple(row) for row in store.read(lambda tx: tx.all(query, (action,)))]


def count(store, table):
    return store.read(lambda tx: tx.one(f"SELECT count(*) FROM {table}"))[0]


def test_a_new_person_is_signed_in_and_led_on(browser, fake, store):
    answer = sign_in(browser, fake, next="/boards?sort=name#top")
    assert (answer.status_code, answer.headers["location"]) == (303, "/boards?sort=name#top")
    me = browser.get("/api/v1/me").json()
    assert (me["email"], me["full_name"]) == ("ann@example.org", "Ann Example")
    assert openid_cookie(browser) is None
    assert [outcome for outcome, _, _ in audited(store)] == ["done"]
    assert [target for _, target, _ in audited(store, "account.link")] == ["ann@example.org"]


def openid_cookie(browser):
    return next((cookie for cookie in browser.cookies.jar if "openid" in cookie.name), None)


def test_what_waits_in_the_browser_is_sealed_and_sent_to_nobody_else(browser, fake):
    answer = browser.get(START, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/api/auth/openid", "Max-Age=600", "SameSite=lax"} <= set(
        cookie.split("; ")
    )
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == [f"http://127.0.0.1:8765{BACK}"]
    assert query["state"][0] not in cookie and query["nonce"][0] not in cookie


def test_behind_tls_the_cookie_is_secure_and_the_way_back_leads_to_the_public_address(server):
    browser = server(public_url="https://boards.example.org")
    headers = {"Host": "boards.example.org"}
    answer = browser.get(START, headers=headers, follow_redirects=False)
    assert "Secure" in answer.headers["set-cookie"]
    assert "redirect_uri=https%3A%2F%2Fboards.example.org%2Fapi" in answer.headers["location"]


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example", "/\\evil.example", "https://evil.example", "evil.example", ""),
        *(
            "/\t/evil.example",
            "/a\nb",
            "/a\\b",
            "\\/evil.example",
            "/" + "a" * 1000,
            "javascript:1",
        ),
    ],
)
def test_nobody_is_led_to_another_server(browser, fake, path):
    answer = browser.get(START, params={"next": path}, headers=HTML, follow_redirects=False)
    assert refused(answer, 400)
    assert fake.requests == []


def test_the_same_person_is_known_by_their_subject_whatever_their_address_is(browser, fake, store):
    sign_in(browser, fake)
    fake.claims |= {"email": "ann@elsewhere.example", "email_verified": False}
    browser.cookies.clear()
    sign_in(browser, fake)
    assert whoever(browser) == "ann@example.org"
    assert (count(store, "users"), count(store, "identities")) == (1, 1)


def test_an_account_of_a_verified_address_becomes_theirs(browser, fake, store):
    ann = make_user(store, email="ann@example.org")
    sign_in(browser, fake)
    assert browser.get("/api/v1/me").json()["id"] == ann.user_id


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email": None}])
def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    browser, fake, store, claims
):
    make_user(store, email="ann@example.org")
    fake.claims |= claims
    fake.userinfo = {"sub": "ann"}
    answer = sign_in(browser, fake)
    assert refused(answer, 403) and "verified" in answer.text
    assert whoever(browser) is None
    assert count(store, "identities") == 0
    assert [outcome for outcome, _, _ in audited(store)] == ["refused"]


def test_what_is_no_address_is_refused(browser, fake, store):
    fake.claims["email"] = "ann"
    assert refused(sign_in(browser, fake), 400)
    assert [outcome for outcome, _, _ in audited(store)] == ["refused"]
    assert count(store, "users") == 0


def test_tabs_that_come_back_at_the_same_moment_make_one_account(store, config):
    open_to_all = dataclasses.replace(config, registration="open")
    assertion = Assertion("https://accounts.example.org", "ann", "ann@example.org", True)
    with ThreadPoolExecutor(8) as threads:
        admitted = threads.map(lambda _: identities.admit(store, open_to_all, assertion), range(8))
    assert len({user.user_id for user in admitted}) == 1
    assert (count(store, "users"), count(store, "identities")) == (1, 1)


def test_a_stranger_stays_outside_while_registration_is_closed(server, fake, store):
    browser = server(registration="closed")
    assert refused(sign_in(browser, fake), 403)
    assert (count(store, "users"), count(store, "identities")) == (0, 0)
    make_user(store, email="ann@example.org")
    assert sign_in(browser, fake).status_code == 303
    assert [outcome for outcome, _, _ in audited(store)] == ["refused", "done"]


def test_who_was_deactivated_stays_outside(browser, fake, store):
    sign_in(browser, fake)
    accounts.deactivate(store, email="ann@example.org")
    browser.cookies.clear()
    assert refused(sign_in(browser, fake), 403)
    assert refused(sign_in(browser, fake, subject="ann's other self"), 403)
    assert whoever(browser) is None


def test_a_password_that_somebody_else_left_there_is_forgotten(browser, fake, store):
    """Whoever registers another's address can't wait there for them."""
    ann = make_user(store, email="ann@example.org", password_hash="of somebody else")
    store.write(lambda tx: tx.execute("UPDATE users SET email_verified_at = NULL"))
    sign_in(browser, fake)
    kept = accounts.get_person(store, ann.user_id).user
    assert (kept.password_hash, kept.email_verified_at is None) == (None, False)


def test_the_way_back_works_once(browser, fake):
    back = fake.authorize(begin(browser))
    assert come_back(browser, back).status_code == 303
    assert refused(come_back(browser, back), 410)


def test_the_way_back_works_for_ten_minutes(browser, fake, clock):
    back = fake.authorize(begin(browser))
    clock.advance(minutes=10)
    assert refused(come_back(browser, back), 410)
    assert "/token" not in [path for path, _, _ in fake.requests]


def test_another_browser_cannot_come_back(server, fake):
    """Else somebody could sign others in to an account of their own."""
    mine, theirs = server(), server()
    begin(theirs)
    assert refused(come_back(theirs, fake.authorize(begin(mine))), 410)
    assert refused(come_back(server(), fake.authorize(begin(mine))), 410)


@pytest.mark.parametrize("state", ["", "guessed", "ы"])
def test_a_wrong_state_is_refused(browser, fake, state):
    begin(browser)
    assert refused(browser.get(BACK, params={"code": "1", "state": state}, headers=HTML), 410)
    assert refused(browser.get(BACK, params={"code": "1"}, headers=HTML), 410)


@pytest.mark.parametrize("sealed", ["", "AAAA", "!", "a" * 400, "é"])
def test_a_cookie_of_anybodys_making_is_refused(browser, sealed):
    headers = HTML | {"Cookie": f"openid_sign_in={sealed}".encode()}
    assert refused(browser.get(f"{BACK}?code=1&state=1", headers=headers), 410)


def test_what_the_provider_refuses_is_told_without_its_words(browser, fake, store):
    state = parse_qs(urlsplit(begin(browser)).query)["state"][0]
    words = {"error": "access_denied", "error_description": "<b>Call 555-1234</b>"}
    answer = browser.get(BACK, params=words | {"state": state}, headers=HTML)
    assert refused(answer, 403) and "555" not in answer.text
    assert [outcome for outcome, _, _ in audited(store)] == ["refused"]


def test_another_provider_cannot_answer(browser, fake):
    back = fake.authorize(begin(browser))
    assert refused(come_back(browser, f"{back}&iss=https://accounts.example.org"), 403)
    assert come_back(browser, f"{back}&iss={fake.issuer}").status_code == 303


def test_a_token_that_fails_its_checks_signs_nobody_in(browser, fake, store):
    fake.key = KEYS[1]
    answer = sign_in(browser, fake)
    assert refused(answer, 403) and openid.UNPROVED.split(",")[0][:20] in answer.text
    assert whoever(browser) is None
    assert [outcome for outcome, _, _ in audited(store)] == ["refused"]
    assert "eyJ" not in str(audited(store))


def test_a_provider_that_is_down_is_said_on_a_page_and_asked_again(browser, fake):
    fake.answers["/.well-known/openid-configuration"] = 500, b""
    answer = browser.get(START, headers=HTML, follow_redirects=False)
    assert refused(answer, 503) and answer.headers["retry-after"]
    del fake.answers["/.well-known/openid-configuration"]
    back = fake.authorize(begin(browser))
    fake.answers["/keys"] = 503, b""
    assert refused(come_back(browser, back), 503)


def test_without_a_provider_there_is_nothing(client):
    for path in (START, BACK):
        assert refused(client.get(path, headers=HTML), 404)
