"""Contract "Solo", Sessions and The state: at the level of HTTP."""

import gzip
import json
import re

import pytest

from solosync.ids import is_uuid
from tests.asserts import assert_problem, digest
from tests.make import make_member, make_organization
from tests.web.conftest import BOARDS

ITEM = {
    "id",
    "name",
    "page_count",
    "thumbnail_url",
    "is_shared",
    "owner_id",
    "created_at",
    "updated_at",
}
DETAIL = ITEM | {"state", "rev", "state_digest"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
STROKE = {"id": "s1", "tool": "pen", "color": "#112233", "size": 3, "points": [{"x": 1, "y": 2.5}]}
STATE = {
    "pages": [{"id": "p1", "name": "Page 1", "strokes": [STROKE], "background": {"type": "grid"}}],
    "activePageId": "p1",
    "zoom": 1.5,
    "pan": {"x": 0, "y": -4},
    "unknown": {"deep": [1, None, True, "é ☃"]},
}


def path(board):
    return f"{BOARDS}{board['id']}/"


# -- making ------------------------------------------------------------------------------------


def test_new_board_is_answered_in_detail(ann):
    response = ann.post(BOARDS, json={"name": "Plan", "state": STATE})
    board = response.json()
    assert response.status_code == 201
    assert response.headers["etag"] == 'W/"rev:0"'
    assert board.keys() == DETAIL
    assert board["name"] == "Plan"
    assert board["state"] == STATE
    assert board["rev"] == 0
    assert board["state_digest"] == digest(STATE)
    assert board["owner_id"] == ann.user.user_id
    assert board["is_shared"] is False
    assert board["thumbnail_url"] is None
    assert is_uuid(board["id"])
    assert TIME.fullmatch(board["created_at"])
    assert board["updated_at"] == board["created_at"]


def test_new_board_without_a_body_has_one_empty_page(ann):
    response = ann.post(BOARDS)
    board = response.json()
    assert response.status_code == 201
    assert board["name"] == "Untitled"
    assert board["page_count"] == 1
    (page,) = board["state"]["pages"]
    assert is_uuid(page.pop("id"))
    assert page == {"strokes": [], "shapes": [], "texts": [], "assets": []}


def test_page_count_is_computed_whatever_the_client_says(ann):
    two_pages = {"pages": [{"id": "a"}, {"id": "b"}]}
    assert ann.make_board(two_pages, page_count=17)["page_count"] == 2
    assert ann.make_board({"strokes": []}, page_count="many")["page_count"] == 1


def test_thumbnail_url_is_kept(ann):
    board = ann.make_board(thumbnail_url="https://example.org/a.png")
    assert board["thumbnail_url"] == "https://example.org/a.png"
    response = ann.patch(path(board), json={"thumbnail_url": None})
    assert response.json()["thumbnail_url"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"name": 7},
        {"name": None},
        {"name": "n" * 256},
        {"state": []},
        {"state": None},
        {"state": "text"},
        {"thumbnail_url": 1},
        {"organization_id": 1},
        [],
        "text",
    ],
    ids=str,
)
def test_unusable_body_makes_no_board(ann, body):
    assert_problem(ann.post(BOARDS, json=body), 400, code="invalid")
    assert ann.get(BOARDS).json() == {"count": 0, "results": []}


def test_name_of_255_characters_is_taken(ann):
    assert ann.make_board(name="☃" * 255)["name"] == "☃" * 255


def test_board_goes_into_the_named_organization(ann, bob, store):
    team = make_organization(store, ann.user)
    make_member(store, team, bob.user, "member")
    board = ann.make_board(organization_id=team.organization_id)
    assert [item["id"] for item in bob.get(BOARDS).json()["results"]] == [board["id"]]


def test_board_goes_into_no_organization_of_others(ann, bob, store):
    team = make_organization(store, ann.user)
    body = {"organization_id": team.organization_id}
    assert_problem(bob.post(BOARDS, json=body), 404, code="organization.not_found")
    make_member(store, team, bob.user, "billing")
    assert_problem(bob.post(BOARDS, json=body), 403, code="forbidden")
    assert ann.get(BOARDS).json()["count"] == 0


# -- lists -------------------------------------------------------------------------------------


def test_list_has_items_without_states_last_changed_first(ann):
    first, second = ann.make_board(STATE, name="First"), ann.make_board(name="Second")
    ann.patch(path(first), json={"name": "First, renamed"})
    answer = ann.get(BOARDS).json()
    assert answer.keys() == {"count", "results"}
    assert answer["count"] == 2
    assert [item["id"] for item in answer["results"]] == [first["id"], second["id"]]
    assert all(item.keys() == ITEM for item in answer["results"])


def test_list_shows_only_what_one_may_open(ann, bob):
    ann.make_board(name="Secret")
    response = bob.get(BOARDS)
    assert response.json() == {"count": 0, "results": []}
    assert "Secret" not in response.text


def test_list_comes_in_pages_that_stay_put(ann):
    made = [ann.make_board(name=str(number))["id"] for number in range(5)]
    page = ann.get(f"{BOARDS}?limit=2").json()
    seen = [item["id"] for item in page["results"]]
    ann.make_board(name="Added meanwhile")
    while page["next"] is not None:
        page = ann.get(f"{BOARDS}?limit=2&cursor={page['next']}").json()
        seen += [item["id"] for item in page["results"]]
        assert page["count"] == 6
    assert seen == made[::-1]


def test_list_is_whole_and_without_a_cursor_unless_a_limit_is_given(ann):
    for _ in range(3):
        ann.make_board()
    assert ann.get(BOARDS).json().keys() == {"count", "results"}
    assert len(ann.get(BOARDS).json()["results"]) == 3


def test_list_is_sorted_and_filtered_as_asked(ann):
    made = {name: ann.make_board(name=name) for name in ("Beta", "alpha", "Gamma ray")}

    def names(query):
        return [item["name"] for item in ann.get(f"{BOARDS}?{query}").json()["results"]]

    assert names("sort=name") == ["alpha", "Beta", "Gamma ray"]
    assert names("sort=-name&limit=2") == ["Gamma ray", "Beta"]
    assert names("sort=created_at") == list(made)
    assert names("filter[name]=GAMMA") == ["Gamma ray"]
    assert names(f"filter[owner_id]={made['Beta']['owner_id']}&sort=-created_at") == [*made][::-1]
    assert names("filter[organization_id]=x") == []


@pytest.mark.parametrize("query", ["filter[size]=1", "sort=size", "filter[]=1"])
def test_list_refuses_what_it_cannot_be_asked_and_says_what_it_can(ann, query):
    problem = assert_problem(ann.get(f"{BOARDS}?{query}"), 400)
    assert "name" in problem["detail"]


@pytest.mark.parametrize("of", ["versions", "exports"])
@pytest.mark.parametrize("query", ["filter[size]=1", "sort=size"])
def test_lists_of_a_board_have_one_order(ann, of, query):
    problem = assert_problem(ann.get(f"{path(ann.make_board())}{of}/?{query}"), 400)
    assert "nothing" in problem["detail"]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1001", "cursor=zz", "cursor=MQ"])
def test_unusable_paging_is_refused(ann, query):
    assert_problem(ann.get(f"{BOARDS}?{query}"), 400)


# -- reading -----------------------------------------------------------------------------------


def test_board_is_read_with_its_rev(ann):
    board = ann.make_board(STATE)
    response = ann.get(path(board))
    assert response.status_code == 200
    assert response.headers["etag"] == 'W/"rev:0"'
    assert response.json() == board


@pytest.mark.parametrize(
    "wrong", ["00000000-0000-4000-8000-000000000000", "x", "%00", "..%2f", "é"]
)
def test_unknown_and_malformed_ids_are_not_found(ann, wrong):
    assert_problem(ann.get(f"{BOARDS}{wrong}/"), 404)


def test_path_is_taken_with_and_without_its_slash(ann):
    board = ann.make_board()
    assert ann.get(BOARDS.rstrip("/")).json()["count"] == 1
    assert ann.get(path(board).rstrip("/")).json() == board


# -- saving ------------------------------------------------------------------------------------


def test_save_is_answered_with_the_new_state(ann):
    board = ann.make_board(STATE)
    changed = json.loads(json.dumps(STATE))
    changed["pages"][0]["strokes"].append({"id": "s2", "tool": "lasso", "mystery": [0.1, 1e-7]})
    response = ann.patch(path(board), json={"state": changed})
    saved = response.json()
    assert response.status_code == 200
    assert response.headers["etag"] == 'W/"rev:1"'
    assert saved.keys() == DETAIL
    assert saved["state"] == changed
    assert saved["state_digest"] == digest(changed)
    assert saved["rev"] == 1
    assert saved["updated_at"] > board["updated_at"]
    assert ann.get(path(board)).json() == saved


@pytest.mark.parametrize("body", [{}, {"name": "New"}, {"page_count": 3}, {"state": STATE}])
def test_any_patch_sets_the_time_but_only_content_makes_a_rev(ann, body):
    board = ann.make_board(STATE)
    saved = ann.patch(path(board), json=body).json()
    assert saved["updated_at"] > board["updated_at"]
    assert saved["created_at"] == board["created_at"]
    assert saved["rev"] == 0
    assert saved["state"] == STATE
    assert saved["name"] == body.get("name", "Untitled")


def test_answered_number_forms_fit_the_digest(ann):
    text = '{"numbers": [1.0, -0.0, 1e3, 1e22, 0.1, 123456789012345678901234567890]}'
    board = ann.make_board(json.loads(text))
    response = ann.patch(path(board), content=f'{{"state": {text}}}')
    answered = response.text.partition('"state":')[2].rpartition(',"rev":')[0]
    assert answered == '{"numbers":[1,0,1000,1e+22,0.1,123456789012345678901234567890]}'
    assert response.json()["state_digest"] == digest(json.loads(answered))


@pytest.mark.parametrize("stated", [{"If-Match": 'W/"rev:0"'}, {"X-Rev": "0"}, {"X-Revision": "0"}])
def test_stated_rev_is_the_base_of_the_merge(ann, sign_in, stated):
    board = ann.make_board({"strokes": [{"id": "a"}]})
    other = sign_in(ann.user)
    other.patch(
        path(board), json={"state": {"strokes": [{"id": "a"}, {"id": "b"}]}}, headers=stated
    )
    response = ann.patch(
        path(board), json={"state": {"strokes": [{"id": "a"}, {"id": "c"}]}}, headers=stated
    )
    assert response.status_code == 200
    ids = {stroke["id"] for stroke in response.json()["state"]["strokes"]}
    assert ids == {"a", "b", "c"}


def test_stated_current_rev_replaces(ann):
    board = ann.make_board({"strokes": [{"id": "a"}]})
    response = ann.patch(
        path(board), json={"state": {"strokes": []}}, headers={"If-Match": 'W/"rev:0"'}
    )
    saved = response.json()
    assert saved["state"]["strokes"] == []


@pytest.mark.parametrize("stated", ["rubbish", 'W/"rev:x"', "*", "", "99"])
def test_unreadable_or_future_rev_deletes_nothing(ann, stated):
    board = ann.make_board({"strokes": [{"id": "a"}]})
    body = {"state": {"strokes": [{"id": "b"}]}}
    response = ann.patch(path(board), json=body, headers={"If-Match": stated})
    assert response.status_code == 200
    ids = {stroke["id"] for stroke in response.json()["state"]["strokes"]}
    assert ids == {"a", "b"}


@pytest.mark.parametrize("wish", ["handling=strict", "respond-async, handling=Strict; x=1"])
def test_strict_save_from_an_old_rev_is_refused(ann, wish):
    board = ann.make_board({"strokes": []})
    ann.patch(path(board), json={"state": {"strokes": [{"id": "a"}]}})
    response = ann.patch(
        path(board),
        json={"state": {"strokes": [{"id": "b"}]}, "name": "No"},
        headers={"If-Match": 'W/"rev:0"', "Prefer": wish},
    )
    assert_problem(response, 412, error="precondition_failed", server_rev=1)
    after = ann.get(path(board)).json()
    assert after["state"]["strokes"] == [{"id": "a"}]
    assert after["name"] == "Untitled"


def test_strict_rename_from_an_old_rev_is_refused_too(ann):
    board = ann.make_board({"strokes": []})
    ann.patch(path(board), json={"state": {"strokes": [{"id": "a"}]}})
    strict = {"If-Match": 'W/"rev:0"', "Prefer": "handling=strict"}
    response = ann.patch(path(board), json={"name": "No"}, headers=strict)
    assert_problem(response, 412, error="precondition_failed", server_rev=1)
    for headers in (strict | {"If-Match": 'W/"rev:1"'}, {"If-Match": 'W/"rev:0"'}):
        assert ann.patch(path(board), json={"name": "Yes"}, headers=headers).json()["name"] == "Yes"


def test_strict_save_from_the_current_rev_is_taken(ann):
    board = ann.make_board({"strokes": []})
    headers = {"X-Rev": "0", "Prefer": "handling=strict"}
    body = {"state": {"strokes": [{"id": "b"}]}}
    assert ann.patch(path(board), json=body, headers=headers).json()["rev"] == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"state": {"a": NaN}}',
        '{"state": {"a": -Infinity}}',
        '{"state": {"a": 1e999}}',
        '{"state": {"pages": [{"strokes": [{"x": -1e999}]}]}}',
        '{"state": {"a": 1' + "0" * 309 + "}}",
        '{"name": "x", "other": 1e999}',
        '{"state": ',
        '{"state": {}} {}',
        '{"state": {"a": 01}}',
        "{'state': {}}",
        "\ufeff{}",
        '{"state": {"a": "\x01"}}',
    ],
)
def test_what_is_no_json_is_refused(ann, text):
    board = ann.make_board(STATE)
    assert_problem(ann.patch(path(board), content=text.encode()), 400)
    assert ann.get(path(board)).json()["state"] == STATE


def test_bytes_that_are_no_utf8_are_refused(ann):
    board = ann.make_board()
    assert_problem(ann.patch(path(board), content=b'{"state": {"a": "\xff"}}'), 400)


def nested(depth, *, opening="[", closing="]"):
    return opening * depth + closing * depth


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_a_hundred_levels_are_fine_and_one_more_is_refused(ann, opening, closing):
    board = ann.make_board()

    def save(levels):
        # The body is the first level, the state the second; a number ends the innermost object.
        inside = opening * (levels - 2) + ("0" if opening != "[" else "") + closing * (levels - 2)
        return ann.patch(path(board), content='{"state": {"deep": ' + inside + "}}")

    assert save(100).status_code == 200
    assert_problem(save(101), 400)
    assert_problem(save(200), 400)
    assert_problem(save(50_000), 400)


def test_depth_counts_in_elements_and_outside_the_state(ann):
    board = ann.make_board()

    def save(text):
        return ann.patch(path(board), content=text).status_code

    element = '{"state": {"pages": [{"strokes": [{"p": %s}]}]}}'
    assert save(element % nested(94)) == 200
    assert save(element % nested(95)) == 400
    assert save(f'{{"client_ts": {nested(99)}}}') == 200
    assert save(f'{{"client_ts": {nested(100)}}}') == 400


def test_brackets_in_texts_are_no_depth(ann):
    text = "[" * 500 + '"\\' + "{" * 500
    assert ann.make_board({"note": text})["state"] == {"note": text}


def test_lone_surrogates_become_replacement_characters(ann):
    board = ann.make_board()
    content = b'{"name": "\\udfffx", "state": {"a": "\\ud800", "b": "\\ud83d\\ude00"}}'
    saved = ann.patch(path(board), content=content).json()
    assert saved["name"] == "\ufffdx"
    assert saved["state"] == {"a": "\ufffd", "b": "\U0001f600"}


def test_gzipped_save_is_the_same_save(ann):
    board = ann.make_board()
    content = gzip.compress(json.dumps({"state": STATE}).encode())
    response = ann.patch(path(board), content=content, headers={"Content-Encoding": "gzip"})
    assert response.json()["state"] == STATE


# -- the trash ---------------------------------------------------------------------------------


def test_deleted_board_is_in_the_trash_and_nowhere_else(ann):
    board = ann.make_board(STATE)
    response = ann.delete(path(board))
    assert response.status_code == 204
    assert response.content == b""
    assert_problem(ann.get(path(board)), 404, code="session.not_found")
    assert_problem(ann.patch(path(board), json={"name": "x"}), 404)
    assert_problem(ann.delete(path(board)), 404)
    assert ann.get(BOARDS).json()["count"] == 0
    trash = ann.get(f"{BOARDS}?trash=true").json()
    assert [item["id"] for item in trash["results"]] == [board["id"]]


def test_restored_board_is_as_it_was(ann):
    board = ann.make_board(STATE)
    ann.delete(path(board))
    response = ann.post(path(board) + "restore/")
    assert response.status_code == 200
    assert response.json()["state"] == STATE
    assert ann.get(BOARDS).json()["count"] == 1
    assert ann.get(f"{BOARDS}?trash=true").json()["count"] == 0


def test_restoring_what_is_not_in_the_trash_changes_nothing(ann):
    board = ann.make_board(STATE)
    assert ann.post(path(board) + "restore/").json() == board


# -- copies ------------------------------------------------------------------------------------


def test_copy_holds_everything_drawn_and_goes_its_own_way(ann):
    board = ann.make_board(STATE, name="Plan")
    ann.patch(path(board), json={"state": STATE | {"zoom": 3}})
    response = ann.post(path(board) + "duplicate/")
    copy = response.json()
    assert response.status_code == 201
    assert copy["name"] == "Plan (Copy)"
    assert copy["state"] == STATE | {"zoom": 3}
    assert copy["rev"] == 0
    assert copy["id"] != board["id"]
    ann.patch(path(copy), json={"state": {"pages": []}}, headers={"If-Match": "0"})
    assert ann.get(path(board)).json()["state"] == STATE | {"zoom": 3}


def test_name_of_a_copy_is_cut_to_fit(ann):
    board = ann.make_board(name="n" * 255)
    copy = ann.post(path(board) + "duplicate/").json()
    assert copy["name"] == "n" * 248 + " (Copy)"


# -- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role, sees", [("admin", True), ("member", True), ("billing", False)])
def test_role_decides_who_sees_a_teams_board(ann, bob, store, role, sees):
    team = make_organization(store, ann.user)
    make_member(store, team, bob.user, role)
    board = ann.make_board(STATE, organization_id=team.organization_id)
    response = bob.get(path(board))
    assert (response.status_code == 200) is sees
    assert ("s1" in response.text) is sees
    assert bob.get(BOARDS).json()["count"] == int(sees)
