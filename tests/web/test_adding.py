"""The page "Add a device": addresses, codes, and the certificate to trust."""

import re
from dataclasses import replace

import pytest
from cryptography import x509

from solosync.net import certificates
from solosync.net.addresses import Reach
from solosync.web.texts_uk_network import SENTENCES
from tests.asserts import assert_problem
from tests.web.conftest import BASE_URL

PAGE = "/devices/add"
CLAIM = "/api/v1/devices/claim/"
OURS = "192.168.1.20"
HTML = {"Accept": "text/html"}


@pytest.fixture
def on_network(serving, config, sign_in):
    """Ann, at a server that listens on the network."""

    def serve(**settings):
        client = serving(replace(config, host=OURS, lan=True, **settings))
        return sign_in(client=client)

    return serve


def codes(page):
    return re.findall(r'<p class="digits"[^>]*>(\d{3}) (\d{3})</p>', page)


def test_one_has_to_be_signed_in(client):
    for method in ("GET", "POST"):
        assert client.request(method, PAGE, headers=HTML).status_code == 401


def test_server_for_this_machine_alone_says_how_to_let_others_in(ann):
    page = ann.get(PAGE).text
    assert "solosync serve --lan" in page
    assert "<svg" not in page


def test_every_address_is_shown_with_a_code_to_scan(on_network):
    ann = on_network(public_url="https://boards.example")
    page = ann.get(PAGE).text
    shown = re.findall(r'<a href="([^"]*)/pair">', page)
    assert shown[:2] == ["https://boards.example", f"http://{OURS}:8765"]
    assert page.count("<svg") == len(shown)
    assert codes(page) == []


def test_page_is_said_in_ukrainian_too(on_network):
    ann = on_network()
    page = ann.get(PAGE, headers={"Accept-Language": "uk"}).text
    assert "Додати пристрій" in page
    for english in SENTENCES:
        assert f">{english}<" not in page


def test_looking_makes_no_code(on_network, store):
    ann = on_network()
    ann.get(PAGE)
    assert store.read(lambda tx: tx.one("SELECT count(*) FROM pairings")) == (0,)


def test_button_makes_a_code_that_lets_one_device_in(on_network):
    ann = on_network()
    response = ann.post(PAGE)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    ((first, second),) = codes(response.text)
    form = {"code": first + second, "name": "Tablet"}
    claimed = ann.client.post(CLAIM, json=form)
    assert claimed.json()["user"]["email"] == ann.user.email
    assert ann.client.post(CLAIM, json=form).status_code == 400


def test_another_sites_page_makes_no_code(on_network, store):
    ann = on_network()
    foreign = ann.cookies | {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert ann.client.post(PAGE, headers=foreign).status_code == 403
    assert store.read(lambda tx: tx.one("SELECT count(*) FROM pairings")) == (0,)


def test_name_full_of_markup_is_shown_as_it_is(on_network, sign_in):
    ann = on_network()
    eve = sign_in(client=ann.client, full_name="<script>alert(1)</script>")
    for page in (eve.get(PAGE).text, eve.post(PAGE).text):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


def test_plain_http_and_what_it_leaves_out_are_said(on_network):
    assert "What plain http leaves out" in on_network().get(PAGE).text
    assert "What plain http leaves out" not in on_network(tls=True).get(PAGE).text


def test_address_for_the_other_device_is_one_that_it_can_use(on_network, ann):
    path = "/api/v1/devices/pair/"
    assert on_network().post(path).json()["url"].startswith(f"http://{OURS}:8765/pair?code=")
    assert ann.post(path).json()["url"].startswith(f"{BASE_URL}/pair?code=")


def test_certificate_is_there_for_everybody_as_one_to_install(on_network, data_dir):
    certificates.prepare(data_dir, Reach((OURS,), ()))
    ann = on_network(tls=True)
    answer = ann.client.get("/certificate.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    found = x509.load_der_x509_certificate(answer.content)
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert b"PRIVATE" not in answer.content
    shown = certificates.authority(data_dir)
    assert shown is not None
    assert answer.content == shown.der
    assert shown.fingerprint in ann.get(PAGE).text


def test_without_tls_there_is_no_certificate(client, data_dir):
    certificates.prepare(data_dir, Reach())
    assert_problem(client.get("/certificate.crt"), 404)


def test_browsers_are_not_bound_to_a_certificate_of_our_own(serving, config):
    client = serving(replace(config, tls=True, public_url="https://boards.example"))
    for host in ("localhost", "boards.example"):
        headers = client.get("https://127.0.0.1:8765/", headers={"Host": host}).headers
        assert headers["strict-transport-security"] == "max-age=0"
    # Browsers keep nothing of the kind for an address.
    headers = client.get("https://127.0.0.1:8765/").headers
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_other_devices_page_is_said_in_ukrainian_too(client):
    uk = HTML | {"Accept-Language": "uk"}
    page = client.get("/pair?code=123456", headers=uk).text
    assert "Як назвати цей пристрій" in page
    refused = client.post("/pair", data={"code": "000000", "name": "Tablet"}, headers=uk)
    assert refused.status_code == 400
    assert "Попросіть нові" in refused.text
    for english in SENTENCES:
        assert f">{english}<" not in page + refused.text
