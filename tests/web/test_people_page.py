import re

import pytest

from tests.asserts import assert_problem
from tests.make import make_user
from tests.web.conftest import BASE_URL

NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def sid(sign_in):
    return sign_in(email="sid@example.org", is_staff=True)


def change(staff, person, what):
    form = {"change": what, "back": "/admin/people?email=bob"}
    return staff.post(f"/admin/people/{person.user.user_id}", data=form, follow_redirects=False)


def test_staff_see_everybody_and_nobody_else_does(sid, ann, sign_in):
    bob = sign_in(email="bob@example.org", full_name=NASTY)
    page = sid.get("/admin/people").text
    assert bob.user.email in page and ann.user.email in page
    assert NASTY not in page
    assert page.count("This is you") == 1
    page = sid.get("/admin/people?email=BOB").text
    assert bob.user.email in page and ann.user.email not in page
    assert_problem(ann.get("/admin/people"), 403)
    assert "/admin/people" not in ann.get("/").text
    assert "/admin/people" in sid.get("/").text


def test_who_is_deactivated_is_out_and_can_be_let_in_again(sid, sign_in):
    bob = sign_in(email="bob@example.org")
    response = change(sid, bob, "deactivate")
    assert response.headers["location"] == "/admin/people?email=bob&done=deactivate"
    assert "let in no more" in sid.get(response.headers["location"]).text
    assert bob.get("/devices").status_code == 401
    change(sid, bob, "activate")
    assert "Let in again" not in sid.get("/admin/people").text


def test_staff_are_made_and_unmade(sid, sign_in):
    bob = sign_in(email="bob@example.org")
    change(sid, bob, "make_staff")
    assert bob.get("/admin/people").status_code == 200
    change(sid, bob, "end_staff")
    assert bob.get("/admin/people").status_code == 403


@pytest.mark.parametrize("what, status", [("deactivate", 409), ("end_staff", 409), ("x", 400)])
def test_nobody_does_that_to_themselves(sid, what, status):
    assert_problem(change(sid, sid, what), status)
    assert sid.get("/admin/people").status_code == 200


def test_another_sites_page_changes_nobody(sid, ann, client):
    headers = sid.cookies | {"Origin": "https://evil.example"}
    path = f"/admin/people/{ann.user.user_id}"
    assert_problem(client.post(path, data={"change": "deactivate"}, headers=headers), 403)
    assert ann.get("/devices").status_code == 200


def test_more_people_are_a_click_away(sid, store):
    for number in range(55):
        make_user(store, f"person{number:02}@example.org")
    page = sid.get("/admin/people?email=person").text
    start = page.index('href="/admin/people?email=person') + len('href="')
    rest = sid.get(page[start : page.index('"', start)].replace("&amp;", "&")).text
    assert "person54@" in rest and "person54@" not in page
    assert 'id="more"' not in rest


# -- invitations -------------------------------------------------------------------------------


def invite(staff, organization, email="new@example.org", role="member"):
    form = {"email": email, "role": role, "organization": organization}
    return staff.post("/admin/invitations", data=form, headers={"Accept": "text/html"})


def personal(person):
    return person.get("/api/v1/me").json()["organizations"][0]["id"]


def test_somebody_is_invited_by_a_link_that_is_shown_once(sid, bob):
    page = invite(sid, personal(sid)).text
    (link,) = re.findall(r'value="(http[^"]*/invitation/[^"]*)"', page)
    assert "new@example.org is invited." in page
    later = sid.get("/admin/people").text
    assert "/invitation/" not in later and "new@example.org" in later
    path = link.removeprefix(BASE_URL)
    headers = {"Accept": "text/html", "Accept-Language": "uk"}
    assert "запрошує вас як учасника" in bob.get(path, headers=headers).text
    assert bob.post(path, follow_redirects=False).status_code == 303
    assert "new@example.org" not in sid.get("/admin/people").text
    assert "використано, скасовано" in bob.get(path, headers=headers).text


def test_invitation_is_taken_back(sid):
    organization = personal(sid)
    page = invite(sid, organization).text
    (path,) = re.findall(r'action="(/admin/invitations/[^"]*/revoke)"', page)
    form = {"organization": organization, "back": "/admin/people"}
    response = sid.post(path, data=form, follow_redirects=False)
    assert response.headers["location"] == "/admin/people?done=revoked"
    assert "new@example.org" not in sid.get("/admin/people").text
    assert_problem(sid.post(path, data=form), 404)


def test_nobody_invites_into_what_is_not_theirs(sid, ann):
    assert invite(sid, personal(ann)).status_code == 404
    for email, role in (("nobody", "member"), ("new@example.org", "owner")):
        response = invite(sid, personal(sid), email, role)
        assert response.status_code == 400
        assert re.search(r'id="reason" role="alert">[^<]', response.text)
    assert "Invited, and not here yet" not in sid.get("/admin/people").text


def test_names_on_the_page_of_people_are_text(sid):
    page = invite(sid, personal(sid), f'"{NASTY.replace(" ", "")}"@example.org').text
    assert "<img" not in page.replace('<img src="/static', "")
