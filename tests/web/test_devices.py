"""A person's devices, and how another one is let in."""

import re
from dataclasses import replace

import pytest

from solosync import clock as clocks
from solosync.domain import accounts, audit, credentials, pairings, upkeep
from solosync.errors import CodeRefused
from solosync.records.listing import Query, Sort
from solosync.store import devices
from tests.asserts import assert_problem
from tests.make import make_device
from tests.web.conftest import BASE_URL, BOARDS

DEVICES = "/api/v1/devices/"
ME = "/api/v1/me"
KEPT = ("id", "name", "kind", "created_at", "last_seen_at", "address", "is_current")


def pair(person):
    response = person.post(f"{DEVICES}pair/")
    assert response.status_code == 201, response.text
    return response.json()


def claim(client, code, name="Phone"):
    return client.post(f"{DEVICES}claim/", json={"code": code, "name": name})


def names(person, **query):
    response = person.get(DEVICES, params=query)
    assert response.status_code == 200, response.text
    return [device["name"] for device in response.json()["data"]]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def actions(store):
    newest = Query((Sort("seq", is_descending=True),), {}, 50)
    entries = audit.list_entries(store, newest).items
    return [(entry.event.action, entry.event.outcome) for entry in reversed(entries)]


# -- the list ----------------------------------------------------------------------------------


def test_every_sign_in_is_a_device_and_one_of_them_is_the_one_that_asks(ann, sign_in):
    phone = sign_in(ann.user)
    page = phone.get(DEVICES).json()
    assert page["meta"] == {"next": None, "prev": None, "total": 2}
    assert {tuple(device) for device in page["data"]} == {KEPT}
    current = [device["id"] for device in page["data"] if device["is_current"]]
    assert current == [phone.actor.device_id]
    assert {device["address"] for device in page["data"]} == {"127.0.0.1", "testclient"}


def test_nobody_sees_anothers_devices(ann, bob):
    assert len(bob.get(DEVICES).json()["data"]) == 1
    theirs = f"{DEVICES}{ann.actor.device_id}/"
    for response in (bob.patch(theirs, json={"name": "Mine"}), bob.delete(theirs)):
        missing = bob.delete(f"{DEVICES}00000000-0000-4000-8000-000000000000/")
        assert_problem(response, 404, code="device.not_found")
        assert response.json()["detail"] == missing.json()["detail"]
    assert names(ann) == ["Test"]


def test_list_is_sorted_and_filtered_as_asked(ann, store):
    for name in ("b", "a"):
        make_device(store, ann.user, name=name)
    assert names(ann, sort="name") == ["Test", "a", "b"]
    assert names(ann, **{"filter[kind]": "api"}) == ["Test"]
    assert_problem(ann.get(DEVICES, params={"sort": "address"}), 400)


def test_device_whose_tokens_ran_out_is_not_shown_but_a_paired_one_is(clock, ann, client, sign_in):
    assert claim(client, pair(ann)["code"]).status_code == 200
    clock.advance(days=31)
    assert names(sign_in(ann.user), sort="created_at") == ["Phone", "Test"]


def test_device_can_be_renamed(ann, store):
    path = f"{DEVICES}{ann.actor.device_id}/"
    response = ann.patch(path, json={"name": " Kitchen "})
    assert response.status_code == 200
    assert response.json()["name"] == "Kitchen"
    assert names(ann) == ["Kitchen"]
    for name in ("", "   ", "x" * 101, 7):
        assert_problem(ann.patch(path, json={"name": name}), 400)
    assert names(ann) == ["Kitchen"]
    assert ("device.rename", "done") in actions(store)


def test_when_a_device_was_last_seen_is_written_once_a_minute(clock, sign_in):
    ann = sign_in()

    def seen():
        return ann.get(DEVICES).json()["data"][0]["last_seen_at"]

    before = seen()
    clock.advance(seconds=59)
    assert seen() == before
    clock.advance(seconds=2)
    assert seen() > before


# -- revoking ----------------------------------------------------------------------------------


def test_revoked_device_loses_all_its_tokens_at_once(ann, sign_in, client, store):
    phone = sign_in(ann.user)
    assert phone.get(ME).status_code == 200
    response = ann.delete(f"{DEVICES}{phone.actor.device_id}/")
    assert (response.status_code, response.content) == (204, b"")
    assert_problem(phone.get(ME), 401)
    assert client.get(ME, headers=phone.cookies).status_code == 401
    refresh = {"refresh": phone.sign_in.tokens.refresh}
    assert client.post("/api/auth/jwt/refresh/", json=refresh).status_code == 401
    assert ann.get(ME).status_code == 200
    assert_problem(ann.delete(f"{DEVICES}{phone.actor.device_id}/"), 404)
    assert actions(store).count(("device.revoke", "done")) == 1


def test_ones_own_device_can_be_revoked_which_clears_its_cookies(ann, client):
    headers = ann.cookies | {"Sec-Fetch-Site": "same-origin"}
    response = client.delete(f"{DEVICES}{ann.actor.device_id}/", headers=headers)
    assert response.status_code == 204
    cleared = response.headers.get_list("set-cookie")
    assert any("access_token=" in cookie and "Max-Age=0" in cookie for cookie in cleared)
    assert client.get(ME, headers=ann.cookies).status_code == 401


# -- pairing -----------------------------------------------------------------------------------


def test_paired_device_is_signed_in_for_good(clock, ann, client, store):
    code = pair(ann)
    assert code.keys() == {"code", "url", "expires_at"}
    assert re.fullmatch("[0-9]{6}", code["code"])
    assert code["url"] == f"{BASE_URL}/pair?code={code['code']}"
    response = claim(client, code["code"])
    assert response.status_code == 200
    device = response.json()
    assert device.keys() == {"device_token", "access", "refresh", "user"}
    assert device["device_token"].startswith("dev_")
    assert device["user"] == ann.get(ME).json()
    assert client.get(ME, headers=bearer(device["access"])).status_code == 200
    clock.advance(days=365)
    assert client.get(ME, headers=bearer(device["access"])).status_code == 401
    response = client.get(DEVICES, headers=bearer(device["device_token"]))
    (shown,) = response.json()["data"]
    assert (shown["name"], shown["kind"], shown["is_current"]) == ("Phone", "device", True)
    assert actions(store) == [
        ("sign_in.password", "done"),
        ("device.pair", "done"),
        ("sign_in.device", "done"),
    ]


def test_paired_device_does_all_that_its_person_may(ann, client):
    token = claim(client, pair(ann)["code"]).json()["device_token"]
    board = client.post(BOARDS, json={}, headers=bearer(token)).json()
    saved = client.patch(f"{BOARDS}{board['id']}/", json={"state": {"a": 1}}, headers=bearer(token))
    assert saved.json()["state"] == {"a": 1}
    assert ann.get(f"{BOARDS}{board['id']}/").json()["rev"] == 1


def test_revoked_paired_device_is_refused(ann, client):
    token = claim(client, pair(ann)["code"]).json()["device_token"]
    device_id = ann.get(DEVICES, params={"filter[kind]": "device"}).json()["data"][0]["id"]
    assert ann.delete(f"{DEVICES}{device_id}/").status_code == 204
    assert_problem(client.get(ME, headers=bearer(token)), 401)


def test_person_is_told_that_a_device_was_paired(ann, client):
    claim(client, pair(ann)["code"], "Bathroom mirror")
    (told,) = ann.get("/api/v1/notifications/").json()["data"]
    assert told["type"] == "device.paired"
    assert "Bathroom mirror" in told["message"]


def test_code_works_once(ann, client):
    code = pair(ann)["code"]
    assert claim(client, code).status_code == 200
    for wrong in (code, "", "x" * 1000):
        assert_problem(claim(client, wrong), 400, error="invalid_or_expired")


def test_code_works_for_five_minutes(clock, ann, client):
    early, late = pair(ann)["code"], pair(ann)["code"]
    clock.advance(seconds=5 * 60 - 1)
    assert claim(client, early).status_code == 200
    clock.advance(seconds=2)
    assert_problem(claim(client, late), 400, error="invalid_or_expired")


def test_ten_wrong_codes_end_all_that_are_live(ann, bob, keys, store):
    codes = [pair(ann)["code"], pair(bob)["code"]]
    wrong = next(f"{n:06}" for n in range(9) if f"{n:06}" not in codes)

    def try_claim(code):
        return pairings.claim(store, keys, code, name="X", address="", device_token=None)

    for _ in range(10):
        with pytest.raises(CodeRefused):
            try_claim(wrong)
    for code in codes:
        with pytest.raises(CodeRefused):
            try_claim(code)
    assert try_claim(pair(ann)["code"]).user.user_id == ann.user.user_id
    assert actions(store).count(("sign_in.device", "refused")) == 12


def test_one_address_may_be_wrong_five_times_a_minute(ann, client):
    code = pair(ann)["code"]
    wrong = "000000" if code != "000000" else "000001"
    statuses = [claim(client, wrong).status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    assert claim(client, code).status_code == 429


def test_only_the_newest_few_codes_of_a_person_are_live(ann, client):
    codes = [pair(ann)["code"] for _ in range(pairings.MOST_LIVE + 1)]
    assert claim(client, codes[0]).status_code == 400
    assert claim(client, codes[1]).status_code == 200


def test_claim_needs_a_code_and_a_name(client):
    for body in ({}, {"code": 123456, "name": "x"}, {"code": "1"}, {"code": "1", "name": ""}):
        assert_problem(client.post(f"{DEVICES}claim/", json=body), 400)


def test_codes_of_somebody_who_was_deactivated_are_not_good(ann, client, store):
    code = pair(ann)["code"]
    accounts.deactivate(store, email=ann.user.email)
    assert claim(client, code).status_code == 400


def test_codes_and_tokens_are_stored_as_hashes_only(ann, client, store, keys):
    code = pair(ann)["code"]
    hashes = [row[0] for row in store.read(lambda tx: tx.all("SELECT code_hash FROM pairings"))]
    assert hashes == [keys.hash_token(pairings.PAIRING, code)]
    token = claim(client, code).json()["device_token"]
    hashes = store.read(lambda tx: tx.all("SELECT token_hash FROM device_tokens"))
    assert hashes == [(keys.hash_token(credentials.DEVICE, token),)]
    told = store.read(lambda tx: tx.all("SELECT * FROM audit"))
    assert code not in str(told)
    assert token not in str(told)


# -- the page ----------------------------------------------------------------------------------


def form(client, **fields):
    headers = {"Origin": BASE_URL}
    return client.post("/pair", data=fields, headers=headers, follow_redirects=False)


def test_page_for_the_other_device_only_looks_until_its_button_is_pressed(ann, client):
    code = pair(ann)["code"]
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    for _ in range(2):
        page = client.get("/pair", params={"code": code}, headers={"User-Agent": agent})
        assert page.status_code == 200
        assert f'value="{code}"' in page.text
        assert 'value="Firefox on Linux"' in page.text
        assert "set-cookie" not in page.headers
    response = form(client, code=code, name="Wall")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    client.cookies.clear()
    cookies = "; ".join(
        cookie.partition(";")[0] for cookie in response.headers.get_list("set-cookie")
    )
    shown = client.get(DEVICES, headers={"Cookie": cookies}).json()["data"]
    assert ("Wall", "browser", True) in [(d["name"], d["kind"], d["is_current"]) for d in shown]


def test_page_says_when_a_code_is_not_good(client):
    response = form(client, code='12"><b>', name="Wall")
    assert response.status_code == 400
    assert "That code" in response.text
    assert "<b>" not in response.text
    assert "set-cookie" not in response.headers


def test_another_sites_page_signs_nobody_in(ann, client):
    fields = {"code": pair(ann)["code"], "name": "Wall"}
    headers = {"Origin": "https://evil.example"}
    response = client.post("/pair", data=fields, headers=headers, follow_redirects=False)
    assert_problem(response, 403)
    assert form(client, **fields).status_code == 303


def test_claims_are_counted_against_the_budget_of_sign_ins(serving, config):
    client = serving(replace(config, rate_limits=True, rate_sign_in=3))
    statuses = [claim(client, "000000").status_code for _ in range(4)]
    assert statuses == [400, 400, 400, 429]


def test_devices_that_were_revoked_or_forgotten_long_ago_are_purged_but_not_those_that_rest(
    clock, ann, client, store, sign_in
):
    claim(client, pair(ann)["code"], "Frame")
    revoked = sign_in(ann.user)
    assert ann.delete(f"{DEVICES}{revoked.actor.device_id}/").status_code == 204
    clock.advance(days=100)
    upkeep.drop_expired(store, clocks.now_ms())
    assert store.read(lambda tx: devices.find(tx, revoked.actor.device_id)) is None
    assert store.read(lambda tx: devices.find(tx, ann.actor.device_id)) is None
    assert [d.name for d in store.read(lambda tx: devices.list_for_user(tx, ann.user.user_id))] == [
        "Frame"
    ]
