import re
from dataclasses import replace

import pytest

from solosync.domain import api_keys, invitations
from solosync.store import organizations, users
from tests.asserts import assert_problem
from tests.make import make_member, make_organization, make_user

pytestmark = pytest.mark.usefixtures("inbox")  # before the server starts

ORGANIZATIONS = "/api/v1/organizations/"
ACCEPT = "/api/v1/invitations/accept/"
NOTIFICATIONS = "/api/v1/notifications/"
ITEM = {"id", "organization_id", "email", "role", "invited_by", "created_at", "expires_at"}


@pytest.fixture
def organization(ann, store):
    return make_organization(store, ann.user)


@pytest.fixture
def team(organization):
    return f"{ORGANIZATIONS}{organization.organization_id}/"


@pytest.fixture
def invite(ann, team):
    def invite(email="eve@example.org", role="member", *, by=ann):
        response = by.post(f"{team}invitations/", json={"email": email, "role": role})
        assert response.status_code == 201, response.text
        return response.json()

    return invite


@pytest.fixture
def mailed(inbox):
    """The path that the next mail to somebody leads to."""
    return lambda email: path(re.findall(r"http://\S+/invitation/\S+", inbox.text(email))[0])


def path(link):
    assert link.startswith("http://127.0.0.1:8765/invitation/")
    return link.removeprefix("http://127.0.0.1:8765")


def token(link):
    return link.rsplit("/", 1)[-1]


def role_of(store, organization, user):
    return store.read(
        lambda tx: organizations.find_role(tx, organization.organization_id, user.user_id)
    )


def listed(person, team):
    response = person.get(f"{team}invitations/")
    assert response.status_code == 200, response.text
    return response.json()["data"]


def told(person):
    return [item["message"] for item in person.get(NOTIFICATIONS).json()["data"]]


# -- inviting ----------------------------------------------------------------------------------


def test_admin_invites_by_mail_and_sees_the_link_once(ann, store, team, invite, mailed):
    made = invite(" Eve@Example.org ", "billing")
    assert made.keys() == ITEM | {"link"}
    assert (made["email"], made["role"]) == ("eve@example.org", "billing")
    assert made["invited_by"] == ann.user.user_id
    (shown,) = listed(ann, team)
    assert shown.keys() == ITEM
    assert token(made["link"]) not in ann.get(f"{team}invitations/").text
    assert mailed("eve@example.org").startswith(path(made["link"]))
    stored = "\n".join(store.read(lambda tx: list(map(str, tx.all("SELECT * FROM invitations")))))
    assert token(made["link"]) not in stored
    audited = str(store.read(lambda tx: tx.all("SELECT * FROM audit")))
    assert "invitation.create" in audited and token(made["link"]) not in audited


def test_another_one_takes_the_place_of_the_first(ann, bob, team, invite):
    first = invite("eve@example.org")
    second = invite("EVE@example.org", "admin")
    assert [item["id"] for item in listed(ann, team)] == [second["id"]]
    assert_problem(bob.post(ACCEPT, json={"token": token(first["link"])}), 410)
    joined = bob.post(ACCEPT, json={"token": token(second["link"])})
    assert joined.json()["role"] == "admin"


def test_member_is_not_invited_again(ann, bob, store, organization, team):
    make_member(store, organization, bob.user, "billing")
    response = ann.post(
        f"{team}invitations/", json={"email": bob.user.email.upper(), "role": "admin"}
    )
    assert_problem(response, 409)
    assert listed(ann, team) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "nobody", "role": "member"},
        {"email": "a@b.example\nBcc: c@d.example", "role": "member"},
        {"email": "eve@example.org", "role": "owner"},
        {"email": None, "role": "member"},
    ],
    ids=str,
)
def test_unusable_invitation_is_refused(ann, team, body):
    assert_problem(ann.post(f"{team}invitations/", json=body), 400)
    assert listed(ann, team) == []


@pytest.mark.parametrize("role", ["member", "billing"])
def test_only_admins_invite_list_and_revoke(ann, bob, store, organization, team, invite, role):
    made = invite()
    make_member(store, organization, bob.user, role)
    body = {"email": "x@example.org", "role": "member"}
    assert_problem(bob.post(f"{team}invitations/", json=body), 403)
    assert_problem(bob.get(f"{team}invitations/"), 403)
    assert_problem(bob.delete(f"{team}invitations/{made['id']}/"), 403)
    assert [item["id"] for item in listed(ann, team)] == [made["id"]]


def test_somebody_with_an_account_is_told_and_somebody_without_costs_the_same(bob, invite):
    assert invite(bob.user.email).keys() == invite("nobody@example.org").keys()
    assert told(bob) == [
        "Ann Example invites you to Team. The link to join is in your mail.",
    ]


def test_one_person_invites_a_hundred_a_day_at_most(ann, clock, team, invite, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    invite("a@example.org")
    invite("b@example.org")
    body = {"email": "c@example.org", "role": "member"}
    refused = ann.post(f"{team}invitations/", json=body)
    assert_problem(refused, 429)
    assert refused.headers["retry-after"]
    assert len(listed(ann, team)) == 2


# -- accepting ---------------------------------------------------------------------------------


def test_whoever_is_signed_in_joins_and_the_admins_are_told_who(
    ann, bob, store, organization, invite
):
    made = invite("eve@example.org")
    joined = bob.post(ACCEPT, json={"token": token(made["link"])})
    assert joined.status_code == 200
    assert joined.json()["id"] == organization.organization_id
    assert role_of(store, organization, bob.user) == "member"
    assert told(ann) == [
        f"Bob Example ({bob.user.email}) joined Team: member. The invitation was for"
        " eve@example.org."
    ]
    assert told(bob) == []


def test_link_is_good_once(bob, sign_in, store, organization, invite):
    made = invite()
    bob.post(ACCEPT, json={"token": token(made["link"])})
    late = sign_in()
    assert_problem(late.post(ACCEPT, json={"token": token(made["link"])}), 410)
    assert role_of(store, organization, late.user) is None


def test_member_keeps_their_role_and_the_link_stays_good(ann, bob, store, organization, invite):
    made = invite(role="billing")
    assert_problem(ann.post(ACCEPT, json={"token": token(made["link"])}), 409)
    assert role_of(store, organization, ann.user) == "admin"
    assert bob.post(ACCEPT, json={"token": token(made["link"])}).status_code == 200


def test_link_ends_after_a_week(ann, bob, clock, sign_in, team, invite):
    made = invite()
    clock.advance(days=7)
    ann, late = sign_in(ann.user), sign_in(bob.user)
    assert_problem(late.post(ACCEPT, json={"token": token(made["link"])}), 410)
    assert listed(ann, team) == []


def test_revoked_link_is_good_no_more(ann, bob, team, invite):
    made = invite()
    one = f"{team}invitations/{made['id']}/"
    assert ann.delete(one).status_code == 204
    assert_problem(ann.delete(one), 404)
    assert_problem(bob.post(ACCEPT, json={"token": token(made["link"])}), 410)


def test_links_end_with_the_role_of_whoever_made_them(
    ann, bob, sign_in, store, organization, team, invite
):
    make_member(store, organization, bob.user, "admin")
    made = invite(role="admin", by=bob)
    ann.delete(f"{team}members/{bob.user.user_id}/")
    assert_problem(bob.post(ACCEPT, json={"token": token(made["link"])}), 410)
    assert_problem(sign_in().post(ACCEPT, json={"token": token(made["link"])}), 410)
    assert listed(ann, team) == []


def test_unknown_token_is_not_repeated(bob):
    for given in ("s3cret", "", "s3cret.s3cret", "\\ud800", "x" * 5000):
        refused = bob.post(ACCEPT, content=f'{{"token": "{given}"}}')
        assert_problem(refused, 410)
        assert "s3cret" not in refused.text


def test_no_key_accepts(bob, store, keys, organization, invite):
    made = invite()
    key = api_keys.create(store, keys, bob.actor, name="Robot", scopes=["organizations:write"])
    bearer = {"Authorization": f"Bearer {key.secret}"}
    refused = bob.client.post(ACCEPT, headers=bearer, json={"token": token(made["link"])})
    assert_problem(refused, 403)
    assert role_of(store, organization, bob.user) is None


# -- the page ----------------------------------------------------------------------------------


def test_looking_uses_nothing_up(client, bob, invite):
    made = invite(role="admin")
    page = client.get(path(made["link"]))
    assert page.status_code == 200
    assert "Join Team" in page.text and "as an admin" in page.text
    assert ">Join</button>" not in page.text
    page = client.get(path(made["link"]), headers=bob.cookies)
    assert "signed in as Bob Example" in page.text and ">Join</button>" in page.text
    assert bob.post(ACCEPT, json={"token": token(made["link"])}).status_code == 200
    assert client.get(path(made["link"])).status_code == 410


def test_who_is_signed_in_joins_by_the_page(client, bob, store, organization, invite):
    made = invite()
    response = client.post(path(made["link"]), headers=bob.cookies, follow_redirects=False)
    assert response.status_code == 303
    assert role_of(store, organization, bob.user) == "member"


def test_other_sites_join_nobody(client, bob, store, organization, invite):
    made = invite()
    headers = bob.cookies | {"Origin": "https://evil.example"}
    assert_problem(client.post(path(made["link"]), headers=headers), 403)
    assert role_of(store, organization, bob.user) is None


@pytest.mark.parametrize("registration", ["open", "invite"])
def test_mailed_link_makes_the_account_and_signs_it_in(
    serving, config, store, organization, invite, mailed, registration
):
    browser = serving(replace(config, registration=registration))
    invite("eve@example.org")
    link = mailed("eve@example.org")
    assert "You get an account here for eve@example.org." in browser.get(link).text
    response = browser.post(link, follow_redirects=False)
    assert response.status_code == 303
    me = browser.get("/api/v1/me").json()
    assert me["email"] == "eve@example.org"
    assert [item["name"] for item in me["organizations"]] == ["eve", "Team"]
    user = store.read(lambda tx: users.find(tx, me["id"]))
    assert user.email_verified_at is not None
    assert role_of(store, organization, user) == "member"


def test_mailed_link_makes_no_account_where_registration_is_closed(client, store, invite, mailed):
    invite("eve@example.org")
    response = client.post(mailed("eve@example.org"))
    assert_problem(response, 403)
    assert store.read(lambda tx: users.find_by_email(tx, "eve@example.org")) is None


def test_link_that_the_admin_saw_makes_nobody_an_account(serving, config, store, invite, mailed):
    """Or they could sign in as whomever they invite."""
    browser = serving(replace(config, registration="open"))
    made = invite("eve@example.org")
    proof = mailed("eve@example.org").rpartition(".")[2]
    assert "Sign in first" in browser.post(path(made["link"])).text
    for forged in (f"{path(made['link'])}.{proof[::-1]}", f"{path(made['link'])}.x"):
        assert_problem(browser.post(forged), 410)
    assert store.read(lambda tx: users.find_by_email(tx, "eve@example.org")) is None
    assert "set-cookie" not in browser.get("/").headers


def test_mail_that_was_passed_on_opens_nobodys_account(
    serving, config, store, organization, invite, mailed
):
    browser = serving(replace(config, registration="open"))
    eve = make_user(store, "eve@example.org")
    invite("eve@example.org")
    link = mailed("eve@example.org")
    for response in (browser.get(link), browser.post(link)):
        assert "Sign in first" in response.text
        assert ">Join</button>" not in response.text
        assert "set-cookie" not in response.headers
    assert role_of(store, organization, eve) is None


def test_mailed_link_proves_the_address_of_an_account_that_somebody_else_registered(
    serving, config, store, organization, invite, mailed
):
    browser = serving(replace(config, registration="open"))
    eve = make_user(store, "eve@example.org", password_hash="somebody else's")
    store.write(
        lambda tx: tx.execute(
            "UPDATE users SET email_verified_at = NULL WHERE user_id = ?", (eve.user_id,)
        )
    )
    invite("eve@example.org")
    assert browser.post(mailed("eve@example.org"), follow_redirects=False).status_code == 303
    proved = store.read(lambda tx: users.find(tx, eve.user_id))
    assert proved.email_verified_at is not None
    assert proved.password_hash is None
    assert role_of(store, organization, eve) == "member"


def test_names_on_the_page_and_in_the_mail_are_text(ann, client, mailed):
    made = ann.post(ORGANIZATIONS, json={"name": "<b>Team</b>"}).json()
    ann.post(
        f"{ORGANIZATIONS}{made['id']}/invitations/",
        json={"email": "eve@example.org", "role": "member"},
    )
    page = client.get(mailed("eve@example.org"))
    assert "<b>Team" not in page.text and "&lt;b&gt;Team" in page.text
