"""Figures for Prometheus, read as Prometheus reads them."""

import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from solosync.domain import audit
from solosync.web.measures import BOUNDS, Durations, Measures
from tests.asserts import assert_problem


@pytest.fixture
def client(serving, config):
    return serving(replace(config, metrics=True))


@pytest.fixture
def scrape(client):
    def scrape():
        """(name, its labels) to value."""
        response = client.get("/metrics")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/plain; version=")
        assert response.headers["content-type"].count("charset=") == 1
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
        }

    return scrape


def labels(**values):
    return tuple(sorted(values.items()))


def test_there_is_nothing_unless_it_is_switched_on(serving, config):
    hidden = serving(config)
    assert_problem(hidden.get("/metrics"), 404)


def test_requests_are_counted_by_route_and_status(ann, bob, client, scrape):
    board = ann.make_board()
    url = f"/api/v1/solo/sessions/{board['id']}/"
    for _ in range(3):
        ann.get(url)
    bob.get(url)
    client.get("/api/v1/me")
    client.get("/nowhere/secret")
    client.request("BREW", "/nowhere")
    client.head("/health/live")
    found = scrape()

    def count(method, route, status):
        return found.get(
            ("solosync_requests_total", labels(method=method, route=route, status=status))
        )

    session = "/api/v1/solo/sessions/{session_id}"
    assert count("POST", "/api/v1/solo/sessions", "201") == 1
    assert count("GET", session, "200") == 3
    assert count("GET", session, "404") == 1
    assert count("GET", "/api/v1/me", "401") == 1
    assert count("GET", "(none)", "404") == 1
    assert count("(other)", "(none)", "404") == 1
    assert count("HEAD", "/health/live", "200") == 1
    name = "solosync_request_duration_seconds"
    assert found[f"{name}_count", labels(method="GET", route=session)] == 4
    assert found[f"{name}_bucket", labels(method="GET", route=session, le="+Inf")] == 4
    assert found[f"{name}_sum", labels(method="GET", route=session)] > 0


def test_no_label_tells_of_anybody(ann, client, scrape):
    board = ann.make_board(name="s3cret name")
    ann.get(f"/api/v1/solo/sessions/{board['id']}/?token=s3cret")
    client.get("/link/s3cret")
    client.get("/s3cret")
    client.get("/static/s3cret")
    scrape()
    text = client.get("/metrics").text
    assert "s3cret" not in text
    for private in (board["id"], ann.user.user_id, ann.user.email, ann.actor.device_id):
        assert private not in text


def test_labels_are_bounded_whatever_is_asked(client, scrape):
    before = len(scrape())
    for number in range(50):
        client.get(f"/nowhere/{number}")
        client.get(f"/api/v1/solo/sessions/{number}/")
        client.request(f"X{number}", "/")
    after = scrape()
    routes = {dict(labels).get("route") for _, labels in after}
    assert len(routes) <= 6
    assert len(after) - before < 120


def test_sign_ins_and_jobs_are_counted_by_how_they_ended(ann, scrape, store):
    refused = audit.event("sign_in.password", outcome="refused")
    store.write(lambda tx: audit.record(tx, refused))
    board = ann.make_board({"pages": []})
    assert ann.post(f"/api/v1/solo/sessions/{board['id']}/thumbnail/").status_code == 200
    found = scrape()
    sign_ins = "solosync_sign_ins_total"
    assert found[sign_ins, labels(way="password", outcome="done")] == 1
    assert found[sign_ins, labels(way="password", outcome="refused")] == 1
    made = labels(task="solo.generate_thumbnail", status="done")
    assert found["solosync_jobs_total", made] == 1


def test_what_is_there_is_told(ann, scrape):
    board = ann.make_board({"pages": []})
    ann.patch(f"/api/v1/solo/sessions/{board['id']}/", json={"state": {"a": 1}})
    found = scrape()
    assert found["solosync_boards", ()] == 1
    assert found["solosync_people", ()] == 1
    assert found["solosync_rooms", ()] == 1
    assert found["solosync_sockets", ()] == 0
    assert found["solosync_updates_total", ()] >= 2
    assert found["solosync_store_bytes", labels(part="database")] > 0
    assert found["solosync_mails_kept", labels(status="queued")] == 0
    assert found["solosync_rate_limited_total", ()] == 0
    assert found["process_cpu_seconds_total", ()] > 0


def test_refused_requests_are_counted(serving, config):
    client = serving(replace(config, metrics=True, rate_limits=True, rate_anon=2))
    answers = [client.get("/nowhere").status_code for _ in range(5)]
    refused = answers.count(429)
    assert refused >= 2
    assert f"solosync_rate_limited_total {refused}.0" in client.get("/metrics").text
    assert client.get("/metrics").status_code == 200  # which has no limit


def test_durations_fall_where_they_belong():
    durations = Durations()
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] * 1.01, 0.3, 99.0):
        durations.add(seconds)
    cumulated = dict(durations.cumulated())
    assert cumulated["0.001"] == 2
    assert cumulated["0.0025"] == 3
    assert cumulated["0.25"] == 3
    assert cumulated["0.5"] == cumulated["10.0"] == 4
    assert cumulated["+Inf"] == 5
    assert durations.seconds == pytest.approx(99.30201)


def test_nothing_of_it_is_loaded_until_it_is_asked_for():
    code = "import sys, solosync.app; print('prometheus_client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_counting_goes_on_while_it_is_read():
    """From two threads, as the server does."""
    measures = Measures()

    def count():
        for number in range(3000):
            measures.answered("GET", f"/{number}", 200, 0.001)

    thread = threading.Thread(target=count)
    thread.start()
    while thread.is_alive():
        assert measures.requests >= measures.errors == 0
    assert measures.requests == 3000
