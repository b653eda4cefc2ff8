"""Contract "Team": registration, codes, cookies, and whose pages may use them."""

from dataclasses import replace

import jwt
import pytest

from solosync.domain import accounts, tokens
from solosync.store import devices, users
from tests.asserts import assert_problem
from tests.make import make_user
from tests.web.conftest import BASE_URL
from tests.web.test_auth import COOKIES, FOREIGN, cookies_of, header

REGISTER, REQUEST, VERIFY, REFRESH, LOGOUT = (
    f"/api/{name}/" for name in ("register", "request-otp", "verify-otp", "refresh", "logout")
)
ALL = (REGISTER, REQUEST, VERIFY, REFRESH, LOGOUT)
ANN = "ann@example.org"
PASSWORD = "correct horse"
FIELDS = {"username": "ann", "password": PASSWORD, "email": ANN, "full_name": "Ann Example"}
ME = "/api/v1/me"


def assert_refused(response, status):
    """The team's envelope, and nothing else."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body == {"status": "error", "message": body["message"]}
    assert body["message"]
    return body["message"]


@pytest.fixture
def open_client(inbox, serving, config):
    return serving(replace(config, registration="open"))


@pytest.fixture
def user(store):
    return make_user(store, ANN, full_name="Ann Example")


@pytest.fixture
def browser(inbox, client, user):
    """Ann's, signed in by a code."""
    client.post(REQUEST, json={"email": ANN})
    client.post(VERIFY, json={"email": ANN, "otp": inbox.code(ANN)})
    assert client.cookies.keys() == COOKIES
    return client


# -- the way of a new person -------------------------------------------------------------------


def test_newcomer_registers_proves_the_address_and_is_in(open_client, inbox, store):
    response = open_client.post(REGISTER, json=FIELDS)
    assert response.status_code == 201
    assert response.json() == {"status": "success", "message": "User registered successfully!"}
    response = open_client.post(REQUEST, json={"email": ANN})
    assert response.status_code == 200
    assert response.json() == {"status": "success", "message": f"OTP sent to {ANN}"}
    response = open_client.post(VERIFY, json={"email": ANN, "otp": inbox.code(ANN)})
    assert response.status_code == 200
    assert response.json() == {"status": "success", "message": "Login successful!"}
    assert open_client.cookies.keys() == COOKIES
    me = open_client.get(ME).json()
    assert (me["email"], me["username"], me["full_name"]) == (ANN, "ann", "Ann Example")
    assert len(me["organizations"]) == 1


def test_password_works_once_the_address_is_proved_and_not_before(open_client, inbox, store):
    open_client.post(REGISTER, json=FIELDS)
    credentials = {"email": ANN, "password": PASSWORD}
    early = open_client.post("/api/auth/jwt/token/", json=credentials)
    wrong = open_client.post("/api/auth/jwt/token/", json=credentials | {"password": "wrong"})
    assert_problem(early, 401)
    assert early.json()["detail"] == wrong.json()["detail"]
    open_client.post(REQUEST, json={"email": ANN})
    open_client.post(VERIFY, json={"email": ANN, "otp": inbox.code(ANN)})
    assert open_client.post("/api/auth/jwt/token/", json=credentials).status_code == 200


def test_program_that_keeps_no_cookies_may_choose_a_password_too(open_client, inbox):
    open_client.post(REGISTER, json=FIELDS)
    open_client.cookies.clear()
    open_client.post(REQUEST, json={"email": ANN})
    open_client.post(VERIFY, json={"email": ANN, "otp": inbox.code(ANN)})
    credentials = {"email": ANN, "password": PASSWORD}
    assert open_client.post("/api/auth/jwt/token/", json=credentials).status_code == 200


def test_browser_that_did_not_register_keeps_no_password(open_client, inbox):
    """Although it comes from the same network address, behind which others may be."""
    open_client.post(REGISTER, json=FIELDS)
    open_client.cookies.clear()
    open_client.post(REQUEST, json={"email": ANN})
    otp = {"email": ANN, "otp": inbox.code(ANN)}
    assert open_client.post(VERIFY, json=otp, headers={"Origin": BASE_URL}).status_code == 200
    credentials = {"email": ANN, "password": PASSWORD}
    assert_problem(open_client.post("/api/auth/jwt/token/", json=credentials), 401)


def test_taken_address_gets_the_same_answer_and_its_owner_a_mail(open_client, inbox, user, store):
    fresh = open_client.post(REGISTER, json=FIELDS | {"email": "new@example.org"})
    taken = open_client.post(REGISTER, json=FIELDS | {"username": "eve"})
    assert taken.status_code == fresh.status_code == 201
    assert taken.content == fresh.content
    assert cookies_of(taken).keys() == cookies_of(fresh).keys()
    assert "code" not in inbox.text(ANN)
    assert store.read(lambda tx: users.find_by_email(tx, ANN)) == user


def test_closed_registration_is_403(client, store):
    assert "account" in assert_refused(client.post(REGISTER, json=FIELDS), 403)
    assert accounts.list_users(store) == []


def test_same_registration_twice_gets_the_same_answer_before_and_after_it_is_proved(
    open_client, inbox
):
    first = open_client.post(REGISTER, json=FIELDS)
    again = open_client.post(REGISTER, json=FIELDS)
    assert "You have an account already" in inbox.text(ANN)
    open_client.post("/api/request-otp/", json={"email": ANN})
    code = {"email": ANN, "otp": inbox.code(ANN)}
    assert open_client.post(VERIFY, json=code).status_code == 200
    proved = open_client.post(REGISTER, json=FIELDS)
    assert first.status_code == again.status_code == proved.status_code == 201
    assert first.content == again.content == proved.content


# -- cookies -----------------------------------------------------------------------------------


def test_cookies_are_as_the_contract_says(inbox, client, user):
    client.post(REQUEST, json={"email": ANN})
    response = client.post(VERIFY, json={"email": ANN, "otp": inbox.code(ANN)})
    cookies = cookies_of(response)
    assert {name: cookie["max-age"] for name, cookie in cookies.items()} == {
        "access_token": "900",
        "refresh_token": "2592000",
        "id_token": "900",
    }
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"].lower() == "lax"
        assert cookie["path"] == "/"


def test_identity_token_tells_who_it_is_and_opens_nothing(browser, user):
    identity = browser.cookies["id_token"]
    claims = jwt.decode(identity, options={"verify_signature": False})
    assert (claims["sub"], claims["email"], claims["name"]) == (user.user_id, ANN, "Ann Example")
    assert claims["exp"] - claims["iat"] == 900
    browser.cookies.clear()
    for headers in (
        {"Authorization": f"Bearer {identity}"},
        header(access_token=identity),
        header(refresh_token=identity),
        header(id_token=identity),
    ):
        assert_problem(browser.get(ME, headers=headers), 401)


OTHER_SITE = "https://app.example"


@pytest.mark.parametrize(
    "public_url, origins, same_site, is_secure",
    [
        ("https://boards.example", (), "lax", True),
        ("https://boards.example", ("https://boards.example:8443",), "lax", True),
        ("https://boards.example", (OTHER_SITE,), "none", True),
        ("", (OTHER_SITE,), "lax", False),
        ("", ("http://127.0.0.1:3000",), "lax", False),
    ],
)
def test_cookies_cross_sites_only_for_a_listed_one_and_over_tls(
    inbox, serving, config, user, public_url, origins, same_site, is_secure
):
    client = serving(replace(config, public_url=public_url, cors_origins=origins))
    host = {"Host": public_url.removeprefix("https://")} if public_url else {}
    client.post(REQUEST, json={"email": ANN}, headers=host)
    response = client.post(VERIFY, json={"email": ANN, "otp": inbox.code(ANN)}, headers=host)
    headers = response.headers.get_list("set-cookie")
    assert len(headers) == len(COOKIES)
    for text in headers:
        attributes = text.lower().split("; ")
        assert f"samesite={same_site}" in attributes
        assert ("secure" in attributes) is is_secure
        assert ("partitioned" in attributes) is (same_site == "none")


# -- refresh -----------------------------------------------------------------------------------


def test_refresh_renews_the_cookies(browser):
    before = dict(browser.cookies)
    response = browser.post(REFRESH)
    assert response.status_code == 204
    assert response.content == b""
    assert cookies_of(response).keys() == COOKIES
    assert browser.cookies["refresh_token"] != before["refresh_token"]
    assert browser.get(ME).status_code == 200


@pytest.mark.parametrize("cookies", [{}, {"refresh_token": "x"}, {"access_token": "x"}], ids=str)
def test_refresh_without_a_good_token_is_401(client, cookies):
    response = client.post(REFRESH, headers=header(**cookies) if cookies else {})
    assert_refused(response, 401)
    assert "set-cookie" not in response.headers


def test_stolen_refresh_token_ends_its_family(sign_in, client, clock, store):
    ann, other = sign_in(), sign_in()
    stolen = header(refresh_token=ann.sign_in.tokens.refresh)
    fresh = client.post(REFRESH, headers=stolen)
    client.cookies.clear()
    clock.advance(seconds=31)
    assert_refused(client.post(REFRESH, headers=stolen), 401)
    theirs = header(refresh_token=cookies_of(fresh)["refresh_token"].value)
    assert_refused(client.post(REFRESH, headers=theirs), 401)
    bearer = {"Authorization": f"Bearer {cookies_of(fresh)['access_token'].value}"}
    assert_problem(client.get(ME, headers=bearer), 401)
    assert other.get(ME).status_code == 200
    rows = store.read(
        lambda tx: tx.all(
            "SELECT outcome, actor_id, device_id FROM audit WHERE action = 'sign_in.refresh_reused'"
        )
    )
    assert rows == [("refused", ann.user.user_id, ann.actor.device_id)]


def test_expired_access_cookie_is_renewed_on_the_way(sign_in, client, clock):
    person = sign_in()
    clock.advance(minutes=16)
    response = client.get(ME, headers=person.cookies)
    assert response.status_code == 200
    assert cookies_of(response).keys() == COOKIES


# -- logout ------------------------------------------------------------------------------------


def test_logout_clears_the_cookies_and_revokes_the_tokens(browser, store, keys, user):
    before = dict(browser.cookies)
    response = browser.post(LOGOUT)
    assert response.status_code == 200
    assert response.json() == {"status": "success", "message": "Logged out"}
    assert {cookie["max-age"] for cookie in cookies_of(response).values()} == {"0"}
    assert cookies_of(response).keys() == COOKIES
    assert_problem(browser.get(ME, headers=header(**before)), 401)
    assert_refused(browser.post(REFRESH, headers=header(**before)), 401)
    assert store.read(lambda tx: devices.list_for_user(tx, user.user_id)) == []


def test_logout_revokes_when_the_access_cookie_has_expired(sign_in, client, clock, store, keys):
    person = sign_in()
    clock.advance(hours=1)
    response = client.post(LOGOUT, headers=person.cookies)
    assert response.status_code == 200
    assert {cookie["max-age"] for cookie in cookies_of(response).values()} == {"0"}
    with pytest.raises(Exception, match="Sign in again"):
        tokens.refresh(store, keys, person.sign_in.tokens.refresh, address="")


def test_logout_of_nobody_is_the_same(client):
    for headers in ({"X-Nobody": "1"}, header(access_token="x", refresh_token="y")):
        response = client.post(LOGOUT, headers=headers)
        assert response.status_code == 200
        assert response.json() == {"status": "success", "message": "Logged out"}


# -- whose pages -------------------------------------------------------------------------------


FOREIGNERS = (
    FOREIGN,
    FOREIGN | {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "same-site"},
)


def test_another_sites_page_can_do_nothing(inbox, serving, config, sign_in, store):
    """Not even sign a person in, as somebody else."""
    client = serving(replace(config, registration="open"))
    person = sign_in(client=client)
    before = counts(store)
    for path in ALL:
        for headers in FOREIGNERS:
            body = FIELDS | {"otp": "123456"}
            response = client.post(path, json=body, headers=person.cookies | headers)
            assert_refused(response, 403)
            assert "set-cookie" not in response.headers
            assert "access-control-allow-origin" not in response.headers
    assert counts(store) == before
    assert person.get(ME).status_code == 200


def counts(store):
    return [store.read(lambda tx, t=t: tx.one(f"SELECT count(*) FROM {t}")) for t in TABLES]


TABLES = ("users", "devices", "refresh_tokens", "sign_in_codes", "mails", "audit")


def test_listed_page_may_do_all_of_it(inbox, serving, config, user):
    listed = {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"}
    client = serving(replace(config, registration="open", cors_origins=("http://127.0.0.1:3000",)))
    fields = FIELDS | {"email": "new@example.org"}
    answers = [client.post(REGISTER, json=fields, headers=listed)]
    answers.append(client.post(REQUEST, json={"email": ANN}, headers=listed))
    otp = {"email": ANN, "otp": inbox.code(ANN)}
    answers.append(client.post(VERIFY, json=otp, headers=listed))
    answers += [client.post(path, headers=listed) for path in (REFRESH, LOGOUT)]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 204, 200]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == listed["Origin"]
        assert answer.headers["access-control-allow-credentials"] == "true"


def test_own_page_and_no_page_may(client, user):
    for headers in ({}, {"Origin": BASE_URL}, {"Sec-Fetch-Site": "same-origin"}):
        assert client.post(REQUEST, json={"email": ANN}, headers=headers).status_code == 200


# -- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [REGISTER, REQUEST, VERIFY])
@pytest.mark.parametrize("content", ["", "{", "[]", '{"email": 1}', '{"email": "ann"}'])
def test_unusable_body_is_told_in_the_envelope(open_client, path, content):
    assert_refused(open_client.post(path, content=content), 400)


def test_framework_errors_come_in_the_envelope_too(client):
    for path in ALL:
        assert_refused(client.put(path), 405)
        assert_refused(client.get(f"{path}x"), 404)
    assert_refused(client.post(REGISTER, content=b" " * 20_000), 413)
    assert_refused(client.post(REGISTER, headers={"Host": "evil.example"}), 421)
    assert_problem(client.get("/api/registered"), 404)


def test_wrong_code_lets_nobody_in(inbox, client, user):
    client.post(REQUEST, json={"email": ANN})
    code = inbox.code(ANN)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    response = client.post(VERIFY, json={"email": ANN, "otp": wrong})
    assert "Ask for a new one" in assert_refused(response, 400)
    assert "set-cookie" not in response.headers
    assert client.post(VERIFY, json={"email": ANN, "otp": code}).status_code == 200


def test_unknown_address_gets_the_same_answers(inbox, client, user):
    known = client.post(REQUEST, json={"email": ANN})
    unknown = client.post(REQUEST, json={"email": "nobody@example.org"})
    assert unknown.status_code == known.status_code == 200
    assert unknown.json()["message"] == "OTP sent to nobody@example.org"
    answers = [
        client.post(VERIFY, json={"email": email, "otp": "x"})
        for email in (ANN, "nobody@example.org")
    ]
    assert answers[0].content == answers[1].content
    assert {answer.status_code for answer in answers} == {400}


def test_sixth_wrong_code_from_one_address_waits_whatever_is_configured(client, user):
    for _ in range(5):
        assert_refused(client.post(VERIFY, json={"email": ANN, "otp": "x"}), 400)
    response = client.post(VERIFY, json={"email": ANN, "otp": "x"})
    assert_refused(response, 429)
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("email", [ANN, "nobody@example.org"])
def test_asking_for_codes_is_limited_for_known_and_unknown(serving, config, user, email):
    client = serving(replace(config, rate_limits=True, rate_sign_in=3))
    statuses = [client.post(REQUEST, json={"email": email}).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
