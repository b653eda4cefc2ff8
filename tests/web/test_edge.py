"""What every request passes: request id, Host, headers."""

import logging
from dataclasses import replace

import pytest

from solosync.ids import is_uuid
from tests.asserts import assert_problem
from tests.web.conftest import BASE_URL


def test_every_answer_has_a_request_id(client):
    for path in ("/", "/health/live", "/nowhere", "/api/v1/me"):
        assert is_uuid(client.get(path).headers["x-request-id"])


@pytest.mark.parametrize("given", ["abc", "A-b_c.1:2/3+4=@", "x" * 128])
def test_well_formed_request_id_is_taken(client, given):
    response = client.get("/api/v1/me", headers={"X-Request-ID": given})
    assert_problem(response, 401, request_id=given)


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>", "é"])
def test_other_request_ids_are_replaced(client, given):
    response = client.get("/health/live", headers={"X-Request-ID": given.encode()})
    assert is_uuid(response.headers["x-request-id"])


def test_every_request_is_a_line_in_a_talkative_log_which_tells_no_secret(client, caplog):
    with caplog.at_level(logging.INFO, "solosync.web.edge"):
        client.get("/link/secret?token=secret")
        client.get("/secret")
    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition(",")[0] for line in lines] == [
        "GET /link/{token}: 410",
        "GET no route: 404",
    ]
    assert "secret" not in "".join(lines)


def ask(client, host):
    return client.get("/api/v1/me", headers={"Host": host})


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8765",
        "LOCALHOST:1",
        "127.0.0.1:8765",
        "127.1.2.3",
        "[::1]:8765",
        "boards.localhost",
        "localhost.",
    ],
)
def test_names_of_this_machine_are_served(client, host):
    assert_problem(ask(client, host), 401)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "192.168.1.5:8765",
        "0.0.0.0",
        "[::2]",
        "testserver.local",
        "evil.example:8765",
        "evil.example@localhost",
        "evil.example\\@localhost",
        "evil.example,.localhost",
        "evil.example%2f.localhost",
        "localhost/evil",
        "localhost?evil",
        "localhost:8765@evil.example",
        "localhost:",
        "localhost:123456",
        "[::1%25evil]",
        "[::1",
        "::1",
    ],
)
def test_other_names_are_not(client, host):
    response = ask(client, host)
    assert_problem(response, 421, code="wrong_host")
    assert "x-content-type-options" in response.headers


@pytest.mark.parametrize("host", ["[", "a b", "", "x" * 300])
def test_nonsense_hosts_are_refused(client, host):
    assert ask(client, host).status_code in (400, 421)


def test_wrong_host_reaches_no_page_and_no_socket(client):
    from litestar.exceptions import WebSocketDisconnect

    for path in ("/", "/link/x", "/static/site.css", "/api/schema/"):
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 421
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect("/ws/boards/x", headers={"Host": "evil.example"}),
    ):
        pass
    assert caught.value.code == 4403


def test_health_is_told_to_whoever_asks(client):
    assert client.get("/health/ready", headers={"Host": "10.0.0.7:8765"}).status_code == 200


def test_public_url_is_served(serving, config):
    client = serving(replace(config, public_url="https://boards.example:8443"))
    assert_problem(ask(client, "boards.example:8443"), 401)
    assert_problem(ask(client, "localhost"), 401)
    assert_problem(ask(client, "other.example"), 421)


def test_on_a_network_the_address_of_the_connection_is_served(serving, config):
    client = serving(replace(config, lan=True, host="0.0.0.0"))
    # Litestar's test client says that the connection came in on this address.
    assert_problem(ask(client, "127.0.0.1"), 401)
    assert_problem(ask(client, "evil.example"), 421)
    assert_problem(ask(client, "198.51.100.7"), 421)


def test_address_that_is_listened_on_is_served(serving, config):
    client = serving(replace(config, host="192.0.2.7"))
    assert_problem(ask(client, "192.0.2.7:8765"), 401)


@pytest.mark.parametrize(
    "path", ["/", "/health/live", "/nowhere", "/api/v1/me", "/static/site.css"]
)
def test_every_answer_keeps_browsers_from_guessing_and_framing(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert "cache-control" in headers
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_answers_of_the_api_are_not_kept(ann):
    assert ann.get("/api/v1/me").headers["cache-control"] == "no-store"


def test_tls_is_insisted_on_where_there_is_tls(serving, config):
    client = serving(replace(config, public_url="https://boards.example"))
    headers = client.get("/health/live", headers={"Host": "boards.example"}).headers
    assert headers["strict-transport-security"].startswith("max-age=")
    # By its other name it is reached without, where a browser must not believe it.
    assert "strict-transport-security" not in client.get("/health/live").headers


def test_two_hosts_are_nobody(client):
    hosts = [("Host", "127.0.0.1:8765"), ("Host", "evil.example")]
    assert_problem(client.get("/api/v1/me", headers=hosts), 421)


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere/", "/api/v1/solo/sessions/a/b/c"])
def test_unknown_path_is_a_problem(client, path):
    assert_problem(client.get(path), 404, code="not_found", instance=path)


def test_wrong_method_is_told_the_right_ones(client):
    response = client.delete("/api/v1/me")
    assert_problem(response, 405, code="method_not_allowed")
    assert set(response.headers["allow"].split(", ")) == {"GET", "PATCH", "OPTIONS"}
    assert "GET" in response.json()["detail"]


def test_people_get_a_page_for_what_is_not_there(client):
    response = client.get("/nowhere", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "There is nothing at this address." in response.text
    response = client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": "uk"})
    assert "знайдено · solosync</title>" in response.text
    assert "цією адресою нічого немає." in response.text


def test_forms_address_typed_in_leads_to_the_start_page(client):
    response = client.get("/sign-in", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert_problem(client.get("/sign-in"), 405, code="method_not_allowed")


@pytest.mark.parametrize("place", ["header", "query", "path"])
def test_endless_heads_are_refused(client, place):
    long = "a" * 70_000
    match place:
        case "header":
            response = client.get("/health/live", headers={"X-Long": long})
        case "query":
            response = client.get("/health/live?" + long[:60_000], headers={"X-Long": long[:8_000]})
        case _:
            response = client.get("/" + long[:60_000], headers={"X-Long": long[:8_000]})
    assert_problem(response, 431, code="head_too_large")


def test_head_of_a_usual_length_is_taken(client):
    assert client.get("/health/live", headers={"Cookie": "a=" + "b" * 32_000}).status_code == 200


def test_doubled_slashes_lead_to_the_same_rules(client, ann):
    """Or one more slash would be a way around them."""
    path = f"{BASE_URL}//api//v1/solo/sessions/{ann.make_board()['id']}/"
    assert ann.get(path).status_code == 200
    assert ann.request("HEAD", path).status_code == 405
    assert_problem(client.get(f"{BASE_URL}//ws//boards/x"), 426)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_request_to_a_socket_is_told_to_upgrade(client, method):
    response = client.request(method, "/ws/boards/8d3bdf7d-7e79-4970-a587-d234fa4d15c1")
    assert_problem(response, 426, code="upgrade_required")
    assert response.headers["upgrade"] == "websocket"


@pytest.mark.parametrize("path", ["/", "/health/live", "/health/ready", "/static/site.css"])
def test_head_is_answered_as_get(client, path):
    answer, head = client.get(path), client.head(path)
    assert head.status_code == answer.status_code == 200
    assert head.headers["content-type"] == answer.headers["content-type"]
    assert_problem(client.post("/health/live"), 405)


def test_head_never_counts_as_having_read_a_board(ann):
    board = ann.make_board()
    assert ann.request("HEAD", f"/api/v1/solo/sessions/{board['id']}/").status_code == 405
