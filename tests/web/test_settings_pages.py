import re

import pytest

from tests.asserts import assert_problem
from tests.web.conftest import BASE_URL

NASTY = "<script>alert(1)</script>"


def choose(client, language, **headers):
    return client.post(
        "/language", data={"language": language}, headers=headers, follow_redirects=False
    )


# -- languages ---------------------------------------------------------------------------------


def test_language_is_chosen_for_the_browser_before_anybody_signs_in(client):
    assert choose(client, "uk").status_code == 303
    assert '<html lang="uk">' in client.get("/", headers={"Accept-Language": "en"}).text
    choose(client, "en")
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "uk"}).text


@pytest.mark.parametrize("language", ["", "xx", "uk;x", "<b>"])
def test_language_that_is_not_spoken_changes_nothing(client, language):
    response = choose(client, language)
    assert_problem(response, 400)
    assert "set-cookie" not in response.headers


def test_another_sites_page_chooses_no_language(client):
    assert_problem(choose(client, "uk", Origin="https://evil.example"), 403)


@pytest.mark.parametrize(
    "referer, location",
    [
        (f"{BASE_URL}/trash?sort=name", "/trash?sort=name"),
        (f"{BASE_URL}/invitation/a-B_9.x", "/invitation/a-B_9.x"),
        (f"{BASE_URL}/sign-in", "/"),
        (f"{BASE_URL}//evil.example", "/"),
        ("https://evil.example/trash", "/"),
        ("", "/"),
    ],
)
def test_language_is_chosen_on_the_page_one_is_on(client, referer, location):
    assert choose(client, "uk", Referer=referer).headers["location"] == location


# -- settings ----------------------------------------------------------------------------------


def test_people_change_their_names(ann):
    page = ann.get("/settings").text
    assert 'value="Ann Example"' in page
    form = {"full_name": f" {NASTY} ", "username": "ann"}
    response = ann.post("/settings", data=form, follow_redirects=False)
    assert response.headers["location"] == "/settings?done=saved"
    assert ann.get("/api/v1/me").json()["full_name"] == NASTY
    for path in ("/settings?done=saved", "/", "/trash", "/devices"):
        assert NASTY not in ann.get(path).text
    assert "Saved." in ann.get("/settings?done=saved").text


def test_too_long_a_name_changes_nothing(ann):
    form = {"full_name": "x" * 256, "username": ""}
    assert ann.post("/settings", data=form, follow_redirects=False).status_code == 400
    assert ann.get("/api/v1/me").json()["full_name"] == "Ann Example"


# -- passwords ---------------------------------------------------------------------------------

PASSWORD = "correct horse battery"


def set_password(person, **fields):
    return person.post("/settings/password", data=fields, follow_redirects=False)


def may_sign_in(client, person, password):
    form = {"email": person.user.email, "password": password}
    return client.post("/sign-in", data=form, follow_redirects=False).status_code == 303


def test_password_is_set_and_changed_by_who_knows_the_current_one(ann, client, store):
    assert "Current password" not in ann.get("/settings").text
    assert set_password(ann, password=PASSWORD).headers["location"] == "/settings?done=password"
    assert "The password is set." in ann.get("/settings?done=password").text
    assert may_sign_in(client, ann, PASSWORD)
    for current in ("", "wrong", PASSWORD * 50):
        assert_problem(set_password(ann, current=current, password="another one"), 403)
    assert_problem(set_password(ann, current=PASSWORD, password="short"), 400)
    assert set_password(ann, current=PASSWORD, password="another one").status_code == 303
    assert may_sign_in(client, ann, "another one") and not may_sign_in(client, ann, PASSWORD)
    query = "SELECT outcome, parameters FROM audit WHERE action = 'account.password' ORDER BY seq"
    rows = store.read(lambda tx: tx.all(query))
    assert [outcome for outcome, _ in rows] == ["done", "refused", "refused", "refused", "done"]
    assert PASSWORD not in str(rows)


def test_other_sign_ins_end_with_the_old_password_if_wanted(ann, sign_in):
    other = sign_in(ann.user)
    set_password(ann, password=PASSWORD)
    assert other.get("/settings").status_code == 200
    set_password(ann, current=PASSWORD, password="another one", ends_others="1")
    assert other.get("/settings").status_code == 401
    assert ann.get("/settings").status_code == 200


def test_current_password_is_not_guessed(ann):
    set_password(ann, password=PASSWORD)
    for _ in range(5):
        set_password(ann, current="wrong", password="another one")
    response = set_password(ann, current=PASSWORD, password="another one")
    assert_problem(response, 429)
    assert int(response.headers["retry-after"]) <= 60


# -- devices -----------------------------------------------------------------------------------


def test_ones_devices_are_listed_renamed_and_signed_out(ann, sign_in, bob):
    other = sign_in(ann.user)
    path = f"/devices/{other.actor.device_id}"
    ann.post(f"{path}/rename", data={"name": NASTY}, follow_redirects=False)
    page = ann.get("/devices").text
    assert "&lt;script&gt;alert(1)" in page and NASTY not in page
    assert page.count("This device") == 1
    assert bob.actor.device_id not in page
    response = ann.post(f"{path}/sign-out", follow_redirects=False)
    assert response.headers["location"] == "/devices?done=device_signed_out"
    assert other.get("/devices").status_code == 401
    assert other.actor.device_id not in ann.get("/devices").text


def test_device_that_signs_itself_out_has_to_sign_in_again(ann, client):
    path = f"/devices/{ann.actor.device_id}/sign-out"
    response = client.post(path, headers=ann.cookies, follow_redirects=False)
    assert response.headers["location"] == "/"
    assert re.search('access_token=""?;', response.headers["set-cookie"])
    assert ann.get("/devices").status_code == 401


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_device_keeps_its_name_when_the_new_one_cannot_be_used(ann, name):
    path = f"/devices/{ann.actor.device_id}/rename"
    assert ann.post(path, data={"name": name}, follow_redirects=False).status_code == 400
    assert 'value="Test"' in ann.get("/devices").text


def test_another_sites_page_changes_no_settings_and_no_devices(ann, client):
    headers = ann.cookies | {"Origin": "https://evil.example"}
    device = f"/devices/{ann.actor.device_id}"
    for path in ("/settings", "/settings/password", f"{device}/rename", f"{device}/sign-out"):
        assert_problem(client.post(path, data={"name": "x"}, headers=headers), 403)
    assert ann.get("/devices").status_code == 200
