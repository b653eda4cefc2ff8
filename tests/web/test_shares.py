"""Contract "Solo", shares: links that show a board to whoever has them, and counted views."""

import concurrent.futures
import dataclasses
import json
import re

import pytest

from solosync.clock import now_ms
from solosync.domain import api_keys, shares
from solosync.store import organizations
from tests.asserts import assert_problem
from tests.make import make_member, make_organization
from tests.web.conftest import BOARDS

STATE = {"pages": [{"id": "p", "name": "One", "strokes": []}]}
SHARE = {
    *("id", "token", "url", "session_id", "is_active", "expires_at", "max_views"),
    *("view_count", "allow_download", "created_at", "last_accessed_at"),
}
GONE = "Invalid or expired share link"


@pytest.fixture
def board(ann):
    return ann.make_board(STATE, name="Plan")


@pytest.fixture
def url(board):
    return f"{BOARDS}{board['id']}/"


def share(person, url, **fields):
    answer = person.post(f"{url}share/", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def public(made):
    return f"/api/v1/solo/public/{made['token']}/"


def view(client, made, **body):
    return client.post(f"{public(made)}view/", json=body)


def proof(client, made, **body):
    answer = view(client, made, **body)
    assert answer.status_code == 200, answer.text
    return {"X-Share-View": answer.json()["view"]}


def assert_gone(response):
    problem = assert_problem(response, 404, code="share.not_found")
    assert problem["error"] == GONE
    return {
        name: value for name, value in problem.items() if name not in ("request_id", "instance")
    }


def count(person, url):
    return person.get(f"{url}share/").json()["view_count"]


def test_link_is_made_with_all_that_the_contract_names(ann, board, url, clock):
    made = share(ann, url)
    assert made.keys() == SHARE
    assert made["session_id"] == board["id"]
    assert made["url"] == f"http://127.0.0.1:8765/solo/shared/{made['token']}"
    assert re.fullmatch(r"[\w-]{43}", made["token"])
    assert made["is_active"] is True
    assert made["created_at"].startswith("2026-01-02T03:04:05")
    assert made["expires_at"].startswith("2026-01-09T03:04:05")
    assert made["max_views"] is None
    assert made["allow_download"] is False
    assert (made["view_count"], made["last_accessed_at"]) == (0, None)


@pytest.mark.parametrize("days", [None, 0])
def test_link_that_never_expires(ann, client, url, clock, days):
    made = share(ann, url, expires_in_days=days)
    assert made["expires_at"] is None
    clock.advance(days=20_000)
    assert client.get(public(made)).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_in_days": -1},
        {"expires_in_days": 1e9},
        {"expires_in_days": "soon"},
        {"max_views": 0},
        {"max_views": -3},
        {"max_views": 1.5},
        {"allow_download": "yes"},
        {"may_edit": 1},
        {"password": 7},
    ],
)
def test_what_can_not_be_meant_is_refused(ann, url, fields):
    problem = assert_problem(ann.post(f"{url}share/", json=fields), 400, code="invalid")
    assert problem["fields"].keys() == fields.keys()
    assert ann.get(f"{url}share/").json() == {"is_shared": False}


def test_link_is_shown_again_while_it_is_good(ann, sign_in, url, clock):
    assert ann.get(f"{url}share/").json() == {"is_shared": False}
    made = share(ann, url)
    found = ann.get(f"{url}share/").json()
    told = {"is_shared": True, "is_valid": True, "token_prefix": made["token"][:8]} | made
    assert found == told
    clock.advance(days=7)
    found = sign_in(ann.user).get(f"{url}share/").json()
    ended = {"is_valid": False, "token": None, "url": None, "is_active": False}
    assert found == told | ended


def test_board_is_shown_to_whoever_has_the_link(ann, client, board, url):
    made = share(ann, url, allow_download=True)
    answer = client.get(public(made))
    assert answer.status_code == 200
    assert answer.json() == {
        "id": board["id"],
        "name": "Plan",
        "state": STATE,
        "page_count": 1,
        "owner": "Ann Example",
        "allow_download": True,
        "created_at": board["created_at"],
        "thumbnail_url": None,
    }
    assert ann.user.email not in answer.text


def test_owners_address_is_not_told_where_it_is_their_name(sign_in, client):
    carl = sign_in(full_name="carl@example.org")
    board = carl.make_board(STATE)
    made = share(carl, f"{BOARDS}{board['id']}/")
    assert client.get(public(made)).json()["owner"] == "carl"


def test_board_is_shown_as_it_is_now(ann, client, url):
    made = share(ann, url)
    changed = {"pages": [{"id": "p", "name": "Changed", "strokes": []}]}
    ann.patch(url, json={"state": changed})
    assert client.get(public(made)).json()["state"] == changed


def test_boards_say_whether_they_are_shared(ann, sign_in, url, clock):
    def told():
        person = sign_in(ann.user)
        item = person.get(BOARDS).json()["results"][0]["is_shared"]
        assert person.get(url).json()["is_shared"] is item
        return item

    assert told() is False
    share(ann, url)
    assert told() is True
    ann.delete(f"{url}share/")
    assert told() is False
    share(ann, url)
    clock.advance(days=7)
    assert told() is False


def test_link_takes_the_place_of_an_earlier_one(ann, client, url):
    first, second = share(ann, url), share(ann, url)
    assert first["token"] != second["token"]
    assert_gone(client.get(public(first)))
    assert client.get(public(second)).status_code == 200


def test_wrong_expired_used_up_and_revoked_links_look_alike(ann, client, url, clock):
    told = [assert_gone(client.get("/api/v1/solo/public/wrong/"))]
    used = share(ann, url, max_views=1)
    assert client.get(public(used)).status_code == 200
    told.append(assert_gone(client.get(public(used))))
    told.append(assert_gone(view(client, used)))
    revoked = share(ann, url, password="open sesame")
    assert ann.delete(f"{url}share/").status_code == 204
    told.append(assert_gone(client.get(public(revoked))))
    told.append(assert_gone(view(client, revoked, password="open sesame")))
    expired = share(ann, url)
    clock.advance(days=7)
    told.append(assert_gone(client.get(public(expired))))
    told.append(assert_gone(view(client, expired)))
    assert all(answer == told[0] for answer in told)


def test_link_expires_at_the_second(ann, client, url, clock):
    made = share(ann, url, expires_in_days=1)
    header = proof(client, made)
    clock.advance(days=1, milliseconds=-1)
    assert view(client, made).status_code == 200
    clock.advance(milliseconds=1)
    assert_gone(view(client, made))
    assert_gone(client.get(public(made), headers=header))


def test_revoking_twice_does_no_harm(ann, url):
    share(ann, url)
    for _ in range(2):
        assert ann.delete(f"{url}share/").status_code == 204
    assert ann.get(f"{url}share/").json() == {"is_shared": False}


def test_each_view_is_counted_and_told(ann, client, url, clock):
    made = share(ann, url)
    agent = {"User-Agent": "Telescope/1.0 " + "x" * 1000}
    client.get(public(made), headers=agent)
    clock.advance(seconds=5)
    view(client, made)
    found = ann.get(f"{url}share/access/").json()
    assert found["count"] == 2
    newest, oldest = found["results"]
    assert newest["accessed_at"] > oldest["accessed_at"]
    assert oldest["user_agent"] == agent["User-Agent"][:300]
    assert oldest["ip_address"]
    told = ann.get(f"{url}share/").json()
    assert (told["view_count"], told["last_accessed_at"]) == (2, newest["accessed_at"])


def test_view_within_the_hour_is_not_counted_again(ann, sign_in, client, url, clock):
    made = share(ann, url, max_views=2)
    header = proof(client, made)
    for _ in range(5):
        assert client.get(public(made), headers=header).status_code == 200
    assert count(ann, url) == 1
    clock.advance(hours=1)
    assert client.get(public(made), headers=header).status_code == 200
    assert count(sign_in(ann.user), url) == 2
    assert_gone(client.get(public(made), headers=header))


def test_who_was_counted_sees_the_board_when_all_views_are_used(ann, client, url):
    made = share(ann, url, max_views=1)
    header = proof(client, made)
    assert_gone(view(client, made))
    assert client.get(public(made), headers=header).status_code == 200
    assert ann.get(f"{url}share/").json()["is_valid"] is False


def test_view_proves_nothing_for_another_link(ann, client, board, url):
    other = ann.make_board(STATE)
    first, second = share(ann, url), share(ann, f"{BOARDS}{other['id']}/", password="open sesame")
    header = proof(client, first)
    assert_problem(client.get(public(second), headers=header), 401, code="password_required")
    for nonsense in ("", "x", header["X-Share-View"] + "x", ann.sign_in.tokens.access):
        answer = client.get(public(second), headers={"X-Share-View": nonsense})
        assert_problem(answer, 401, code="password_required")


def test_of_a_hundred_visitors_at_once_exactly_ten_are_let_in(ann, client, url):
    made = share(ann, url, max_views=10)

    def visit(number):
        return (client.get(public(made)) if number % 2 else view(client, made)).status_code

    with concurrent.futures.ThreadPoolExecutor(25) as visitors:
        statuses = list(visitors.map(visit, range(100)))
    assert (statuses.count(200), statuses.count(404)) == (10, 90)
    assert count(ann, url) == 10
    assert ann.get(f"{url}share/access/").json()["count"] == 10


def test_password_is_asked_for(ann, client, url):
    made = share(ann, url, password="open sesame")
    assert made["has_password"] is True
    for answer in (client.get(public(made)), view(client, made), view(client, made, password="x")):
        problem = assert_problem(answer, 401, code="password_required")
        assert problem["error"] == "password_required"
        assert "Plan" not in answer.text
    assert count(ann, url) == 0
    header = proof(client, made, password="open sesame")
    assert client.get(public(made), headers=header).json()["name"] == "Plan"
    assert count(ann, url) == 1


def test_password_can_not_be_guessed(ann, client, url):
    made = share(ann, url, password="open sesame")
    for _ in range(5):
        assert view(client, made, password="guess").status_code == 401
    refused = view(client, made, password="open sesame")
    assert_problem(refused, 429, code="rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    assert count(ann, url) == 0


def test_nobody_guesses_from_many_addresses_either(ann, client, url):
    made = share(ann, url, password="open sesame")
    strays = client.app.state["services"].strays
    for _ in range(100):
        strays.start((f"share {made['id']}",))
    assert_problem(view(client, made, password="open sesame"), 429, code="rate_limited")


def test_who_knows_the_password_may_come_as_often_as_they_like(ann, client, url):
    made = share(ann, url, password="open sesame")
    for _ in range(8):
        assert view(client, made, password="open sesame").status_code == 200


def test_link_ends_with_the_board_and_comes_back_with_it(ann, client, url):
    made = share(ann, url)
    ann.delete(url)
    assert_gone(client.get(public(made)))
    ann.post(f"{url}restore/")
    assert client.get(public(made)).status_code == 200


def test_link_ends_with_the_role_of_whoever_made_it(ann, bob, client, store):
    team = make_organization(store, ann.user)
    make_member(store, team, bob.user, "member")
    board = ann.make_board(STATE, organization_id=team.organization_id)
    url = f"{BOARDS}{board['id']}/"
    made = share(bob, url)
    assert client.get(public(made)).status_code == 200
    store.write(lambda tx: organizations.remove_member(tx, team.organization_id, bob.user.user_id))
    assert_gone(client.get(public(made)))
    found = ann.get(f"{url}share/").json()
    assert (found["is_shared"], found["is_valid"], found["token"]) == (True, False, None)


def test_nothing_that_opens_a_link_is_stored_in_clear(ann, url, store):
    made = share(ann, url, password="open sesame")
    rows = store.read(
        lambda tx: repr(tx.all("SELECT * FROM shares") + tx.all("SELECT * FROM audit"))
    )
    assert made["token"] not in rows
    assert "open sesame" not in rows
    assert made["token"][:8] in rows


def test_what_is_done_with_links_is_audited(ann, client, board, url, store):
    made = share(ann, url, max_views=3)
    client.get(public(made))
    ann.delete(f"{url}share/")
    ann.delete(f"{url}share/")
    rows = store.read(
        lambda tx: tx.all("SELECT action, actor_id, target FROM audit WHERE action LIKE 'share.%'")
    )
    user_id, target = ann.user.user_id, board["id"]
    assert rows == [
        ("share.create", user_id, target),
        ("share.access", None, target),
        ("share.revoke", user_id, target),
    ]


def test_frontends_own_page_is_named_where_there_is_one(serving, config, sign_in):
    client = serving(dataclasses.replace(config, frontend_url="https://draw.example.org"))
    dora = sign_in(client=client)
    made = share(dora, f"{BOARDS}{dora.make_board(STATE)['id']}/")
    assert made["url"] == f"https://draw.example.org/solo/shared/{made['token']}"


def test_links_that_ended_long_ago_are_forgotten(ann, client, url, store, clock):
    made = share(ann, url)
    client.get(public(made))
    ann.delete(f"{url}share/")
    kept = share(ann, url, expires_in_days=None)
    clock.advance(days=shares.KEPT_DAYS, seconds=-1)
    assert shares.clean_up(store, now_ms()) == 0
    clock.advance(seconds=2)
    assert shares.clean_up(store, now_ms()) == 1
    assert store.read(lambda tx: tx.all("SELECT count(*) FROM share_accesses")) == [(0,)]
    assert kept["is_active"]


def test_log_of_visitors_is_bounded(ann, client, url, monkeypatch):
    monkeypatch.setattr("solosync.store.shares.MOST_ACCESSES", 3)
    made = share(ann, url)
    for number in range(5):
        client.get(public(made), headers={"User-Agent": str(number)})
    found = ann.get(f"{url}share/access/").json()
    assert [access["user_agent"] for access in found["results"]] == ["4", "3", "2"]
    assert count(ann, url) == 5


def test_log_of_visitors_is_read_page_by_page(ann, client, url):
    made = share(ann, url)
    for number in range(5):
        client.get(public(made), headers={"User-Agent": str(number)})
    agents, asked = [], {"limit": 2}
    while asked.get("cursor", "") is not None:
        found = ann.get(f"{url}share/access/", params=asked).json()
        agents.append("".join(access["user_agent"] for access in found["results"]))
        asked["cursor"] = found["next"]
        # Somebody who comes meanwhile moves nothing.
        client.get(public(made), headers={"User-Agent": "new"})
    assert agents == ["43", "21", "0"]
    assert found["count"] == 7
    for query in ({"limit": 0}, {"cursor": "x"}, {"sort": "ip_address"}):
        assert_problem(ann.get(f"{url}share/access/", params=query), 400)


def test_what_the_contract_does_not_name_is_told_where_it_is_so(ann, client, url):
    made = share(ann, url, password="open sesame", may_edit=True)
    assert made.keys() == SHARE | {"has_password", "may_edit"}
    assert client.get(public(made), headers=proof(client, made, password="open sesame")).json()[
        "may_edit"
    ]


SHARES = "/api/v1/solo/shares/"


def boards_listed(person, **query):
    answer = person.get(SHARES, params=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["results"]]


def test_all_links_are_listed_newest_first_and_revoked_there(ann, bob, client, clock):
    made = []
    for name in ("One", "Two", "Three"):
        board = ann.make_board(STATE, name=name)
        made.append(share(ann, f"{BOARDS}{board['id']}/", may_edit=name == "Two"))
        clock.advance(hours=1)
    listed = ann.get(SHARES).json()
    assert [item["name"] for item in listed["results"]] == ["Three", "Two", "One"]
    about = {"name": "One", "created_by": "Ann Example"}
    about["organization_id"] = listed["results"][0]["organization_id"]
    assert listed["results"][2] == made[0] | about | {"token_prefix": made[0]["token"][:8]}
    assert boards_listed(ann, may_edit="true") == ["Two"]
    assert boards_listed(ann, sort="name", limit=1) == ["One"]
    assert boards_listed(bob) == []
    assert_problem(bob.delete(f"{SHARES}{made[0]['id']}/"), 404, code="link.not_found")
    assert view(client, made[0]).status_code == 200
    assert ann.delete(f"{SHARES}{made[0]['id']}/").status_code == 204
    assert_gone(view(client, made[0]))
    assert_problem(ann.delete(f"{SHARES}{made[0]['id']}/"), 404, code="link.not_found")
    assert boards_listed(ann) == ["Three", "Two"]
    ann.delete(f"{BOARDS}{made[1]['session_id']}/")
    assert boards_listed(ann) == ["Three"]
    clock.advance(days=7)
    (ended,) = ann.get(SHARES).json()["results"]
    assert (ended["is_active"], ended["token"], ended["url"]) == (False, None, None)


def test_links_of_a_team_are_listed_for_its_admins_and_their_makers(ann, sign_in, store):
    team = make_organization(store, ann.user)
    mel, moe = sign_in(), sign_in()
    for member in (mel, moe):
        make_member(store, team, member.user, "member")
    board = mel.make_board(STATE, name="Team", organization_id=team.organization_id)
    made = share(mel, f"{BOARDS}{board['id']}/")
    assert [boards_listed(person) for person in (mel, ann, moe)] == [["Team"], ["Team"], []]
    assert ann.delete(f"{SHARES}{made['id']}/").status_code == 204
    assert boards_listed(mel) == []


def test_audit_says_which_links_may_edit_and_who_came_by_them(ann, client, url, store):
    made = share(ann, url, may_edit=True)
    proof(client, made)
    entries = store.read(
        lambda tx: tx.all(
            "SELECT action, parameters FROM audit WHERE action LIKE 'share.%' ORDER BY seq"
        )
    )
    told = [(action, json.loads(parameters)["may_edit"]) for action, parameters in entries]
    assert told == [("share.create", True), ("share.access", True)]


def test_a_key_that_may_only_look_is_not_told_of_a_link_by_which_one_draws(
    ann, client, store, keys, url
):
    made = {
        scope: api_keys.create(store, keys, ann.sign_in.actor, name="K", scopes=scope)
        for scope in (("sessions:read",), ("sessions:read", "sessions:write"))
    }
    looking, writing = ({"X-API-Key": key.secret} for key in made.values())
    for may_edit in (True, False):
        token = share(ann, url, may_edit=may_edit)["token"]
        for headers, expected in ((looking, None if may_edit else token), (writing, token)):
            shown = client.get(f"{url}share/", headers=headers).json()
            (listed,) = client.get("/api/v1/solo/shares/", headers=headers).json()["results"]
            assert shown["token"] == listed["token"] == expected
            assert (shown["url"] is None) == (listed["url"] is None) == (expected is None)
            assert shown["is_valid"] and listed["is_active"]
