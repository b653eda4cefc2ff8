"""A real OpenID provider, npm's oidc-provider, signs people in through its own pages."""

import contextlib
import os
import re
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.browser import browsing, find_browser
from tests.node_client import NodeClient
from tests.servers import FROM_SOURCE, ROOT, free_port, running

pytestmark = pytest.mark.interop

NODE = Path(__file__).parent / "node"
ANN = {"email": "ann@example.org", "email_verified": True, "name": "Ann Example"}
MALLORY = {"email": "ann@example.org", "email_verified": False}
CONFIDENTIAL = {"client_id": "solosync", "client_secret": "a secret: with + and %"}
KINDS = {
    "secret by header": CONFIDENTIAL,
    "secret in the form": CONFIDENTIAL | {"token_endpoint_auth_method": "client_secret_post"},
    "no secret": {"client_id": "solosync", "token_endpoint_auth_method": "none"},
}


class Browser:
    """What a person's browser does, without a window: cookies, redirects one by one, and forms."""

    def __init__(self):
        self.http = httpx.Client(timeout=30)
        self.visited = []

    def open(self, method, url, **parts):
        """The page at the end of all redirects."""
        headers = {"Accept": "text/html"}
        answer = self.http.request(method, url, headers=headers, **parts)
        self.visited.append(str(answer.url))
        while answer.is_redirect:
            url = urljoin(str(answer.url), answer.headers["location"])
            answer = self.http.get(url, headers=headers)
            self.visited.append(str(answer.url))
        return answer

    def submit(self, page, **fields):
        """The first form of a page, with its hidden fields and those filled in."""
        action = re.findall(r'<form[^>]* action="([^"]+)"', page.text)[0]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        url = urljoin(str(page.url), action)
        return self.open("POST", url, data=hidden | fields)

    def sign_in(self, server, login, **query):
        """Through the provider's pages for signing in and consenting, as far as it shows them."""
        page = self.open("GET", f"{server}/api/auth/openid/start", params=query)
        if 'name="login"' in page.text:
            page = self.submit(page, login=login, password="any will do")
        if 'value="consent"' in page.text:
            page = self.submit(page)
        return page


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.http.close()


@pytest.fixture
def provider():
    with NodeClient(NODE / "provider.mjs") as node:
        node.call("people", people={"ann": ANN, "mallory": MALLORY})
        yield node


@pytest.fixture
def start(provider, tmp_path):
    """Starts the provider with us as a client of a kind, and us; returns our address."""
    with contextlib.ExitStack() as stack:

        def start(
            client=CONFIDENTIAL,
            registration="open",
            program=FROM_SOURCE,
            host="127.0.0.1",
            **settings,
        ):
            port = free_port()
            url = f"http://{host}:{port}"
            back = f"{url}/api/auth/openid/callback"
            answer = provider.call("start", client=client, redirect_uri=back, **settings)
            options = {
                "data-dir": str(tmp_path / "data"),
                "registration": registration,
                "oidc-issuer": answer["issuer"],
                "oidc-client-id": client["client_id"],
                "oidc-client-secret": client.get("client_secret", ""),
            }
            given = (f"--{name}={value}" for name, value in options.items())
            # It is killed in the end; what the one-file program has unpacked goes with the folder.
            env = os.environ | {"TMPDIR": str(tmp_path)}
            stack.enter_context(running(port, "--no-rate-limits", *given, program=program, env=env))
            return url

        yield start


def me(browser, server):
    answer = browser.http.get(f"{server}/api/v1/me")
    return answer.json() if answer.status_code == 200 else None


@pytest.mark.parametrize("in_token", [True, False], ids=["ID token", "userinfo"])
@pytest.mark.parametrize("client", KINDS.values(), ids=KINDS)
def test_a_person_signs_in_through_the_providers_pages(start, browser, client, in_token):
    server = start(client, in_token=in_token)
    page = browser.sign_in(server, "ann", next="/health/live")
    assert page.url == f"{server}/health/live", page.text
    person = me(browser, server)
    assert (person["email"], person["full_name"]) == ("ann@example.org", "Ann Example")


def test_somebody_who_is_known_there_signs_in_without_a_question(start, provider, browser):
    server = start()
    browser.sign_in(server, "ann")
    first = me(browser, server)["id"]
    for name in ("access_token", "refresh_token"):
        browser.http.cookies.delete(name, domain="127.0.0.1")
    assert me(browser, server) is None
    provider.call("rotate")
    browser.sign_in(server, "ann")
    assert me(browser, server)["id"] == first


def test_nobody_gets_an_account_by_an_unverified_address_or_while_registration_is_closed(
    start, browser
):
    server = start(registration="closed")
    page = browser.sign_in(server, "ann")
    assert (page.status_code, me(browser, server)) == (403, None)
    browser.http.cookies.clear()
    page = browser.sign_in(server, "mallory")
    assert (page.status_code, me(browser, server)) == (403, None)
    assert "verified" in page.text


def test_who_declines_there_is_not_signed_in_here(start, browser):
    server = start()
    page = browser.open("GET", f"{server}/api/auth/openid/start")
    [abort] = re.findall(r'href="([^"]+/abort)"', page.text)
    page = browser.open("GET", urljoin(str(page.url), abort))
    assert (page.status_code, me(browser, server)) == (403, None)
    assert page.url.path == "/api/auth/openid/callback"


@pytest.mark.browser
@pytest.mark.skipif(find_browser() is None, reason="no browser here")
def test_a_real_browser_goes_there_from_the_sign_in_page_and_comes_back(start):
    """From one site to another and back, which cookies and the page's own policy have to let be."""
    server = start(host="localhost")
    with browsing() as page:
        page.open(f"{server}/")
        page.follow("document.querySelector('a[href^=\"/api/auth/openid/\"]').click()")
        assert page.run("location.hostname") == "127.0.0.1"
        page.run("document.querySelector('[name=login]').value = 'ann'")
        page.run("document.querySelector('[name=password]').value = 'any will do'")
        page.follow("document.forms[0].submit()")
        page.follow("document.forms[0].submit()")
        assert page.run("location.href") == f"{server}/"
        email = "fetch('/api/v1/me').then(answer => answer.json()).then(me => me.email)"
        assert page.run(email) == "ann@example.org"


@pytest.mark.binary
def test_the_one_file_program_signs_in_too(start, browser):
    server = start(program=[ROOT / "dist" / "solosync"])
    browser.sign_in(server, "ann")
    assert me(browser, server)["email"] == "ann@example.org"
