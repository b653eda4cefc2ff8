import dataclasses
import re

import pytest

from solosync import crypto
from solosync.domain import accounts, links, tokens
from solosync.store import devices
from solosync.store.engine import Store
from tests.asserts import assert_problem
from tests.web.conftest import BASE_URL
from tests.web.test_auth import COOKIES, cookies_of

PASSWORD = "correct horse"
HTML = {"Accept": "text/html"}
BY_HAND = HTML | {
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Site": "none",
}


@pytest.fixture
def user(store):
    return accounts.add_user(store, email="ann@example.org", password=PASSWORD)


@pytest.fixture
def link(store, keys):
    return f"/link/{links.issue_owner_link(store, keys)}"


def sign_in(client, email="ann@example.org", password=PASSWORD, **settings):
    form = {"email": email, "password": password}
    return client.post("/sign-in", data=form, follow_redirects=False, **settings)


# -- the start page ----------------------------------------------------------------------------


def test_nobody_is_asked_to_sign_in(client):
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert '<form class="card narrow" method="post" action="/sign-in">' in response.text


def test_newcomer_is_told_how_to_begin(ann):
    page = ann.get("/").text
    assert "Nothing here yet" in page
    assert "solosync import" in page
    assert BASE_URL in page
    assert "Ann Example" in page


def test_ones_boards_are_listed_and_nobody_elses(ann, bob):
    ann.make_board({"pages": [{}, {}]}, name="Plan <b>of</b> Ann")
    bob.make_board(name="Secret")
    page = ann.get("/").text
    assert "Plan &lt;b&gt;of&lt;/b&gt; Ann" in page
    assert "<b>of" not in page
    assert "2 pages" in re.sub(r"\s+", " ", page)
    assert "just now" in page
    assert "Secret" not in page


def test_deleted_boards_are_not_listed(ann):
    board = ann.make_board(name="Gone")
    ann.delete(f"/api/v1/solo/sessions/{board['id']}/")
    assert "Gone" not in ann.get("/").text


@pytest.mark.parametrize(
    "seconds, words",
    [(59, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago"), (90_000, "1 day ago")],
)
def test_time_of_a_change_is_told_in_words(sign_in, clock, seconds, words):
    person = sign_in()
    person.make_board()
    clock.advance(seconds=seconds)
    later = sign_in(person.user)
    assert words in later.get("/").text


def test_pages_allow_no_script_of_others_and_no_frames(client):
    response = client.get("/")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(
        r'<script(?! type="module" src="/static/[\w.-]+"></script>)', response.text
    )
    assert "style=" not in response.text


# -- by password -------------------------------------------------------------------------------


def test_form_signs_in_as_a_browser(client, user, store):
    response = sign_in(client)
    assert response.status_code == 303
    assert response.headers["location"] == "/"
    cookies = cookies_of(response)
    assert cookies.keys() == COOKIES
    assert all(cookie["httponly"] for cookie in cookies.values())
    assert "Your boards" in client.get("/").text
    (device,) = store.read(lambda tx: devices.list_for_user(tx, user.user_id))
    assert device.kind == "browser"


def test_signing_in_leads_on_to_the_page_that_was_asked_for(inbox, client, user):
    wanted = "/boards/any/draw"
    problem = client.get(wanted, headers=HTML)
    assert problem.status_code == 401
    assert f'href="/?next={wanted}"' in problem.text
    assert f'name="next" value="{wanted}"' in client.get(f"/?next={wanted}").text
    form = {"email": "ann@example.org", "password": "wrong", "next": wanted}
    again = client.post("/sign-in", data=form)
    assert f'name="next" value="{wanted}"' in again.text
    form["password"] = PASSWORD
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == wanted
    page = client.post("/sign-in/code", data=form)
    assert f'name="next" value="{wanted}"' in page.text
    form["code"] = inbox.code("ann@example.org")
    answer = client.post("/sign-in/verify", data=form, follow_redirects=False)
    assert answer.headers["location"] == wanted


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/x"]
)
def test_signing_in_leads_to_no_other_server(client, user, path):
    page = client.get("/", params={"next": path})
    assert 'name="next" value="/"' in page.text
    form = {"email": "ann@example.org", "password": PASSWORD, "next": path}
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_wrong_password_shows_the_form_again(client, user):
    response = sign_in(client, password="<wrong>")
    assert response.status_code == 401
    assert "The address or the password is wrong." in response.text
    assert 'value="ann@example.org"' in response.text
    assert "&lt;wrong&gt;" not in response.text and "<wrong>" not in response.text
    assert "set-cookie" not in response.headers
    assert "www-authenticate" not in response.headers


def test_form_and_api_count_tries_together(client, user):
    for _ in range(3):
        sign_in(client, password="wrong")
    for _ in range(2):
        client.post("/api/auth/jwt/token/", json={"email": user.email, "password": "wrong"})
    response = sign_in(client)
    assert response.status_code == 429
    assert "Wait" in response.text
    assert "set-cookie" not in response.headers


def test_another_sites_form_signs_nobody_in(client, user):
    response = sign_in(client, headers={"Origin": "https://evil.example"})
    assert_problem(response, 403)
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "content", [b"", b"email=ann%40example.org", b"\xff=%ff", b"email=%00&password=%00"]
)
def test_odd_forms_sign_nobody_in(client, user, content):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = client.post("/sign-in", content=content, headers=headers)
    assert response.status_code == 401
    assert "set-cookie" not in response.headers


def test_signing_out_ends_the_device_and_its_cookies(client, user, store, keys):
    access = cookies_of(sign_in(client))["access_token"].value
    response = client.post("/sign-out", follow_redirects=False)
    assert response.status_code == 303
    assert all(cookie["max-age"] == "0" for cookie in cookies_of(response).values())
    with pytest.raises(Exception, match="signed out"):
        tokens.verify(store, keys, access)
    assert "Your boards" not in client.get("/").text


def test_another_sites_page_signs_nobody_out(client, user):
    sign_in(client)
    response = client.post("/sign-out", headers={"Origin": "https://evil.example"})
    assert_problem(response, 403)
    assert "Your boards" in client.get("/").text


# -- by link -----------------------------------------------------------------------------------


def test_link_opened_by_hand_signs_in_at_once(client, link):
    response = client.get(link, headers=BY_HAND, follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"] == "/"
    assert cookies_of(response).keys() == COOKIES
    assert client.get("/api/v1/me").json()["email"] == "owner@localhost"
    assert client.get("/api/v1/me").json()["is_staff"] is True


@pytest.mark.parametrize(
    "headers",
    [
        HTML,
        BY_HAND | {"Sec-Purpose": "prefetch;prerender"},
        BY_HAND | {"Purpose": "prefetch"},
        BY_HAND | {"Sec-Fetch-Site": "cross-site"},
        BY_HAND | {"Sec-Fetch-Dest": "iframe"},
        BY_HAND | {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    ],
    ids=str,
)
def test_just_looking_at_a_link_does_not_use_it_up(client, link, headers):
    response = client.get(link, headers=headers, follow_redirects=False)
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    assert f'action="{link}"' in response.text
    assert client.post(link, follow_redirects=False).status_code == 303
    assert client.get("/api/v1/me").status_code == 200


def test_link_works_once(client, link):
    client.post(link)
    client.cookies.clear()
    response = client.post(link, headers=HTML)
    assert response.status_code == 410
    assert "solosync open" in response.text
    assert "set-cookie" not in response.headers


def test_another_sites_page_cannot_use_a_link(client, link):
    assert_problem(client.post(link, headers={"Origin": "https://evil.example"}), 403)
    assert client.post(link, follow_redirects=False).status_code == 303


def test_owner_who_is_signed_in_stays_the_same_device(client, store, keys, link):
    client.post(link)
    another = f"/link/{links.issue_owner_link(store, keys)}"
    response = client.get(another, headers=BY_HAND, follow_redirects=False)
    assert response.status_code == 303
    assert "set-cookie" not in response.headers
    owner = accounts.get_owner(store)
    assert len(store.read(lambda tx: devices.list_for_user(tx, owner.user_id))) == 1


def test_link_changes_who_is_signed_in(client, user, link):
    sign_in(client)
    client.post(link)
    assert client.get("/api/v1/me").json()["email"] == "owner@localhost"


def test_link_made_by_another_process_is_good(client, data_dir):
    with Store.open(data_dir / "solosync.db") as beside:
        token = links.issue_owner_link(beside, crypto.load_keys(data_dir))
    assert client.post(f"/link/{token}", follow_redirects=False).status_code == 303


def test_link_says_whom_it_signs_in_and_a_dead_one_nothing(client, link):
    assert "owner@localhost" in client.get(link, headers=HTML).text
    client.post(link)
    client.cookies.clear()
    response = client.get(link, headers=HTML)
    assert response.status_code == 410
    assert "owner@localhost" not in response.text


# -- by a mailed code --------------------------------------------------------------------------


def ask_code(client, email="ann@example.org", **settings):
    return client.post("/sign-in/code", data={"email": email}, **settings)


def enter_code(client, code, email="ann@example.org", **settings):
    form = {"email": email, "code": code}
    return client.post("/sign-in/verify", data=form, follow_redirects=False, **settings)


def test_mailed_code_signs_in(inbox, client, user, store):
    page = ask_code(client)
    assert page.status_code == 200
    assert 'action="/sign-in/verify"' in page.text
    assert 'value="ann@example.org"' in page.text
    response = enter_code(client, inbox.code(user.email))
    assert response.status_code == 303
    assert cookies_of(response).keys() == COOKIES
    assert "Your boards" in client.get("/").text
    (device,) = store.read(lambda tx: devices.list_for_user(tx, user.user_id))
    assert device.kind == "browser"


def test_page_is_the_same_for_nobodys_address(inbox, client, user):
    known, unknown = ask_code(client), ask_code(client, "bob@example.org")
    assert known.text.replace("ann@", "bob@") == unknown.text
    assert inbox.code(user.email)
    assert inbox.is_empty


def test_wrong_code_asks_again(inbox, client, user):
    ask_code(client)
    response = enter_code(client, "<1>")
    assert response.status_code == 400
    assert "wrong, was used, or is too old" in response.text
    assert "<1>" not in response.text
    assert "set-cookie" not in response.headers
    assert enter_code(client, inbox.code(user.email)).status_code == 303


@pytest.mark.parametrize("email", ["", "ann", "x" * 300])
def test_code_for_what_is_no_address_shows_the_form_again(client, email):
    response = ask_code(client, email)
    assert response.status_code == 400
    assert 'action="/sign-in"' in response.text
    assert "is no email address" in response.text


@pytest.fixture
def magic(inbox, client, user):
    """The path of a mailed link."""

    def ask():
        ask_code(client)
        match = re.search(r"/magic-verify\?token=[\w-]+", inbox.text(user.email))
        assert match
        return match[0]

    return ask


def use_magic(client, link, **settings):
    form = {"token": link.partition("=")[2]}
    return client.post("/magic-verify", data=form, follow_redirects=False, **settings)


@pytest.mark.parametrize("headers", [HTML, BY_HAND], ids=["preview", "by hand"])
def test_looking_at_a_mailed_link_does_not_use_it_up(client, magic, headers):
    link = magic()
    for _ in range(2):
        response = client.get(link, headers=headers)
        assert response.status_code == 200
        assert "ann@example.org" in response.text
        assert "set-cookie" not in response.headers
    response = use_magic(client, link)
    assert response.status_code == 303
    assert cookies_of(response).keys() == COOKIES
    assert client.get("/api/v1/me").json()["email"] == "ann@example.org"


def test_mailed_link_works_once_and_then_leads_to_signing_in(client, magic):
    link = magic()
    use_magic(client, link)
    client.cookies.clear()
    for response in (client.get(link, headers=HTML), use_magic(client, link)):
        assert response.status_code == 400
        assert "was used" in response.text
        assert 'action="/sign-in"' in response.text
        assert "set-cookie" not in response.headers


def test_mailed_link_leaves_a_browser_the_device_that_it_is(client, magic, user, store):
    for _ in range(2):
        use_magic(client, magic())
    assert len(store.read(lambda tx: devices.list_for_user(tx, user.user_id))) == 1


# -- registration ------------------------------------------------------------------------------


NEWCOMER = {"email": "new@example.org", "full_name": "New <Person>", "password": PASSWORD}


@pytest.fixture
def open_client(inbox, serving, config):
    return serving(dataclasses.replace(config, registration="open"))


def test_newcomer_makes_an_account_and_the_password_counts(inbox, open_client):
    assert "/register" in open_client.get("/").text
    assert 'action="/register"' in open_client.get("/register").text
    page = open_client.post("/register", data=NEWCOMER)
    assert page.status_code == 200
    assert "in this browser" in page.text
    code = inbox.code("new@example.org")
    assert enter_code(open_client, code, "new@example.org").status_code == 303
    assert "New &lt;Person&gt;" in open_client.get("/").text
    open_client.post("/sign-out")
    assert sign_in(open_client, "new@example.org").status_code == 303


@pytest.mark.parametrize("fields", [{"email": "x"}, {"password": "short"}], ids=str)
def test_unusable_registration_shows_the_form_again(open_client, store, fields):
    response = open_client.post("/register", data=NEWCOMER | fields)
    assert response.status_code == 400
    assert "New &lt;Person&gt;" in response.text
    assert PASSWORD not in response.text
    assert accounts.list_users(store) == []


def test_closed_registration_has_no_page(client, store):
    assert "/register" not in client.get("/").text
    assert client.get("/register", headers=HTML).status_code == 403
    assert client.post("/register", data=NEWCOMER, headers=HTML).status_code == 403
    assert accounts.list_users(store) == []


def test_page_says_that_registration_is_for_the_invited(serving, config):
    client = serving(dataclasses.replace(config, registration="invite"))
    assert "were invited" in client.get("/register").text


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/code", "/sign-in/verify", "/magic-verify", "/register"]
)
def test_another_sites_page_can_use_no_form(open_client, store, path):
    response = open_client.post(path, data=NEWCOMER, headers={"Origin": "https://evil.example"})
    assert_problem(response, 403)
    assert "set-cookie" not in response.headers
    assert accounts.list_users(store) == []


def test_ways_in_are_those_that_are_configured(serving, config, client):
    assert "/api/auth/openid/start" not in client.get("/").text
    settings = {"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_name": "My ID"}
    page = serving(dataclasses.replace(config, **settings)).get("/").text
    assert "Continue with My ID" in page
    assert 'href="/api/auth/openid/start?next=/"' in page


def test_start_page_leads_to_the_whiteboard_if_it_is_elsewhere(serving, config, store, sign_in):
    client = serving(dataclasses.replace(config, frontend_url="https://draw.example"))
    assert 'href="https://draw.example"' in sign_in(client=client).get("/").text


# -- what goes wrong, and what pages need ------------------------------------------------------


def test_person_in_a_browser_gets_a_page_of_what_went_wrong(client):
    response = client.get("/nowhere", headers=HTML)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "Not Found" in response.text


def test_program_gets_a_problem_document_even_from_a_page(client):
    assert_problem(client.get("/nowhere"), 404)
    assert_problem(client.get("/api/nowhere", headers=HTML), 404)


def test_assets_of_a_page_are_there_and_kept_by_browsers(client):
    page = client.get("/").text
    assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    names = {asset.partition("?")[0].rpartition("/")[2] for asset in assets}
    plain = {name for name in names if not name.endswith(".js")}
    assert plain == {"base.css", "colors.css", "site.css", "icon.svg", "icon-maskable.png"}
    assert any(name.startswith("kept-") for name in names)
    for asset in assets:
        response = client.get(asset)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        media_type = response.headers["content-type"].split(";")[0]
        assert media_type in ("text/css", "image/svg+xml", "image/png", "text/javascript")
        again = client.get(asset, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""
        if "?" in asset:  # else its name tells its content
            bare = client.get(asset.partition("?")[0])
            assert bare.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.css", "..%2fpage.html", "%2e%2e", "page.html"])
def test_nothing_else_is_served_from_the_folder(client, name):
    assert client.get(f"/static/{name}").status_code == 404
