"""Contract "Solo", History."""

import pytest

from tests.asserts import assert_problem
from tests.web.conftest import BOARDS


@pytest.fixture
def url(ann):
    """A board with revs 0, 1 and 2."""
    board = ann.make_board({"zoom": 0, "strokes": [{"id": "a"}]}, name="Plan")
    url = f"{BOARDS}{board['id']}/"
    for rev in (1, 2):
        state = {"zoom": rev, "strokes": [{"id": "a"}]}
        ann.patch(url, json={"state": state}, headers={"If-Match": str(rev - 1)})
    return url


def test_versions_are_listed_newest_first(ann, url):
    answer = ann.get(f"{url}versions/").json()
    assert answer.keys() == {"count", "results"}
    assert answer["count"] == 3
    assert [version["rev"] for version in answer["results"]] == [2, 1, 0]
    newest = answer["results"][0]
    assert newest.keys() == {"rev", "created_at", "actor", "device", "summary", "size"}
    assert newest["actor"] == "Ann Example"
    assert newest["device"] == "Test"
    assert newest["size"] > 0
    assert newest["created_at"].endswith("Z")
    assert ann.user.email not in str(answer)


def test_versions_come_in_pages(ann, url):
    first = ann.get(f"{url}versions/?limit=2").json()
    assert ([version["rev"] for version in first["results"]], first["count"]) == ([2, 1], 3)
    ann.patch(url, json={"state": {"zoom": 3}}, headers={"If-Match": "2"})
    last = ann.get(f"{url}versions/?limit=2&cursor={first['next']}").json()
    assert [version["rev"] for version in last["results"]] == [0]
    assert last["next"] is None
    for query in ("limit=0", "limit=x", "cursor=zz"):
        assert_problem(ann.get(f"{url}versions/?{query}"), 400)


def test_rename_makes_no_version(ann, url):
    ann.patch(url, json={"name": "Other"})
    assert ann.get(f"{url}versions/").json()["count"] == 3


def test_version_shows_the_board_as_it_was(ann, url):
    response = ann.get(f"{url}versions/1/")
    version = response.json()
    assert response.status_code == 200
    assert version.keys() == {"rev", "created_at", "state", "set_aside"}
    assert version["rev"] == 1
    assert version["state"] == {"zoom": 1, "strokes": [{"id": "a"}]}
    assert version["set_aside"] == []


def test_version_lists_what_its_merge_set_aside(ann, url, sign_in):
    def save(person, color):
        state = {"zoom": 2, "strokes": [{"id": "a", "color": color}]}
        return person.patch(url, json={"state": state}, headers={"If-Match": "2"})

    save(ann, "#ff0000")
    save(sign_in(ann.user), "#0000ff")
    (aside,) = ann.get(f"{url}versions/4/").json()["set_aside"]
    assert aside["list"] == "strokes"
    assert aside["id"] == "a"
    assert aside["field"] == "color"
    assert aside["value"] == "#ff0000"


def test_all_that_was_ever_set_aside_is_listed_with_its_version(ann, url, sign_in):
    other = sign_in(ann.user)
    for rev, color in enumerate(("#ff0000", "#00ff00", "#0000ff"), 2):
        state = {"zoom": 2, "strokes": [{"id": "a", "color": color}]}
        person = other if rev % 2 else ann
        person.patch(url, json={"state": state}, headers={"If-Match": "2"})
    first = ann.get(f"{url}set-aside/?limit=1").json()
    assert (first["count"], len(first["results"])) == (2, 1)
    (newest,) = first["results"]
    assert newest["rev"] == 5
    assert newest["actor"] == "Ann Example"
    assert newest["set_aside"] == ann.get(f"{url}versions/5/").json()["set_aside"]
    rest = ann.get(f"{url}set-aside/?limit=1&cursor={first['next']}").json()
    assert rest["next"] is None
    assert [entry["value"] for entry in rest["results"][0]["set_aside"]] == ["#ff0000"]
    for query in ("limit=0", "cursor=zz", "sort=rev"):
        assert_problem(ann.get(f"{url}set-aside/?{query}"), 400)


def test_restoring_is_a_new_rev_that_can_be_undone(ann, url):
    response = ann.post(f"{url}versions/0/restore/")
    assert response.status_code == 200
    assert response.headers["etag"] == 'W/"rev:3"'
    assert response.json()["state"]["zoom"] == 0
    assert response.json()["name"] == "Plan"
    undone = ann.post(f"{url}versions/2/restore/").json()
    assert undone["rev"] == 4
    assert undone["state"]["zoom"] == 2


def test_restoring_the_same_content_makes_no_rev(ann, url):
    assert ann.post(f"{url}versions/2/restore/").json()["rev"] == 2


@pytest.mark.parametrize("rev", ["3", "99999999999999999999", "-1", "x", "1.0", "٢"])
def test_unknown_rev_is_not_found(ann, url, rev):
    assert_problem(ann.get(f"{url}versions/{rev}/"), 404, code="version.not_found")
    assert_problem(ann.post(f"{url}versions/{rev}/restore/"), 404, code="version.not_found")
    assert ann.get(url).json()["rev"] == 2
