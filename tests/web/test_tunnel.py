"""The tunnel's switch, for staff: on the page of the settings, and in the API."""

import sys
import time

import pytest

from solosync.domain import audit
from solosync.records.listing import Query, Sort
from tests import tunnels
from tests.servers import PATIENCE_SECONDS
from tests.tunnels import Programs

TUNNEL = "/api/v1/admin/tunnel/"


@pytest.fixture
def programs(tmp_path, monkeypatch):
    programs = Programs(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(programs.folder))
    return programs


@pytest.fixture
def sid(sign_in):
    return sign_in(is_staff=True)


def switch(person, change, **fields):
    answer = person.post("/admin/tunnel", data={"change": change, **fields}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")


def wait_until(person, state):
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while (told := person.get(TUNNEL).json())["state"] != state:
        assert time.monotonic() < give_up_at, told
        time.sleep(0.02)
    return told


def test_only_staff_see_the_switch(ann, sid, programs):
    assert 'id="tunnel"' not in ann.get("/settings").text
    page = sid.get("/settings").text
    assert "Install cloudflared, Tailscale or ngrok" in page
    assert 'id="open-tunnel"' not in page


def test_what_cannot_be_opened_says_what_to_do_in_the_readers_language(sid, programs):
    switch(sid, "open")
    told = sid.get(TUNNEL).json()
    assert told["state"] == "failed"
    assert told["advice"].startswith("Install cloudflared")
    page = sid.get("/settings", headers={"Accept-Language": "uk"}).text
    assert "Жодної з програм, що відкривають тунелі, не встановлено." in page
    for fields in ({"change": "else"}, {"change": "open", "client": "nc"}):
        assert sid.post("/admin/tunnel", data=fields).status_code == 400


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
def test_switch_opens_shows_and_closes_it_and_is_written_down(sid, store, programs):
    programs.add("cloudflared", tunnels.CLOUDFLARED)
    assert sid.get(TUNNEL).json()["clients"] == ["cloudflared"]
    switch(sid, "open", client="cloudflared")
    url = wait_until(sid, "open")["url"]
    page = sid.get("/settings").text
    assert f"<b>{url}</b>" in page
    assert f'aria-label="QR code of {url}"' in page
    assert 'hx-trigger="every 15s"' in page
    switch(sid, "close")
    assert sid.get(TUNNEL).json()["state"] == "off"
    query = Query((Sort("seq", is_descending=True),), {"action": "tunnel"}, 9)
    events = [entry.event for entry in audit.list_entries(store, query).items]
    done = [(event.action, event.actor_id) for event in events]
    assert done == [("tunnel.close", sid.user.user_id), ("tunnel.open", sid.user.user_id)]
