"""If-None-Match: what a client has already isn't sent again."""

from dataclasses import replace

import pytest

from tests.web.conftest import BOARDS

ME = "/api/v1/me"


def held(etag):
    return {"If-None-Match": etag}


def test_json_has_a_weak_etag_that_goes_by_its_content(ann, bob):
    etag = ann.get(ME).headers["etag"]
    assert etag.startswith('W/"')
    assert ann.get(ME).headers["etag"] == etag
    assert bob.get(ME).headers["etag"] != etag


def test_large_answers_have_one_too(ann):
    board = ann.make_board({"text": "x" * 2_000_000})
    path = f"{BOARDS}{board['id']}/versions/0/"
    etag = ann.get(path).headers["etag"]
    assert ann.get(path, headers=held(etag)).status_code == 304


def test_what_the_client_has_is_answered_304_without_a_body(ann):
    full = ann.get(ME)
    response = ann.get(ME, headers=held(full.headers["etag"]))
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == full.headers["etag"]
    assert response.headers["cache-control"] == full.headers["cache-control"]
    assert "x-request-id" in response.headers
    assert "content-type" not in response.headers


@pytest.mark.parametrize("form", ["{}", '"x", {}', '{} ,"y"', "*", '  {}, W/"z"'])
def test_all_forms_of_the_header_are_read(ann, form):
    etag = ann.get(ME).headers["etag"]
    for given in (etag, etag.removeprefix("W/")):
        assert ann.get(ME, headers=held(form.format(given))).status_code == 304


@pytest.mark.parametrize("given", ["", '"x"', "W/", "x" * 5000, 'W/"rev:0"', "é"])
def test_other_etags_get_it_all(ann, given):
    response = ann.get(ME, headers=held(given.encode()))
    assert response.status_code == 200
    assert response.json()["id"] == ann.user.user_id


def test_what_has_changed_is_sent(ann):
    etag = ann.get(ME).headers["etag"]
    ann.patch(ME, json={"username": "ann"})
    assert ann.get(ME, headers=held(etag)).json()["username"] == "ann"


def test_it_is_answered_only_to_those_who_may_see_it(ann, bob, client):
    board = ann.make_board()
    path = f"{BOARDS}{board['id']}/"
    for url in (path, path + "versions/", BOARDS, ME):
        assert client.get(url, headers=held("*")).status_code == 401
    assert bob.get(path, headers=held("*")).status_code == 404


def test_errors_are_never_what_the_client_has(ann):
    response = ann.get(f"{BOARDS}nowhere/", headers=held("*"))
    assert response.status_code == 404
    assert "etag" not in response.headers


def test_board_is_held_by_its_rev(ann):
    board = ann.make_board({"a": 1})
    path = f"{BOARDS}{board['id']}/"
    assert ann.get(path, headers=held('W/"rev:0"')).status_code == 304
    saved = ann.patch(path, json={"state": {"a": 2}})
    assert saved.headers["etag"] == 'W/"rev:1"'
    assert ann.get(path, headers=held('W/"rev:0"')).json()["state"] == {"a": 2}
    unchanged = ann.get(path, headers=held('W/"rev:1"'))
    assert (unchanged.status_code, unchanged.headers["etag"]) == (304, 'W/"rev:1"')


def test_new_name_of_a_board_is_seen_though_its_rev_stays(ann, clock):
    path = f"{BOARDS}{ann.make_board({'a': 1})['id']}/"
    clock.advance(seconds=1)
    ann.patch(path, json={"name": "New"})
    response = ann.get(path, headers=held('W/"rev:0"'))
    assert response.status_code == 200
    assert (response.json()["name"], response.headers["etag"]) == ("New", 'W/"rev:0"')


def test_device_that_was_told_304_holds_that_rev(ann, sign_in):
    """So its next save is merged as of that rev: what it left out then, it deleted."""
    board = ann.make_board({"pages": [{"id": "p", "strokes": [{"id": "s"}]}]})
    path = f"{BOARDS}{board['id']}/"
    tablet = sign_in(ann.user)
    assert tablet.get(path, headers=held('W/"rev:0"')).status_code == 304
    saved = tablet.patch(path, json={"state": {"pages": [{"id": "p", "strokes": []}]}})
    assert saved.json()["state"]["pages"][0]["strokes"] == []


def test_pages_of_other_origins_may_read_the_etag(serving, config, sign_in):
    client = serving(replace(config, cors_origins=("https://board.example",)))
    ann = sign_in(client=client)
    origin = {"Origin": "https://board.example"}
    full = ann.get(ME, headers=origin)
    unchanged = ann.get(ME, headers=origin | held(full.headers["etag"]))
    assert unchanged.status_code == 304
    for response in (full, unchanged):
        assert response.headers["access-control-allow-origin"] == "https://board.example"
        assert "origin" in response.headers["vary"].lower()
        assert "etag" in response.headers["access-control-expose-headers"]


def test_writes_know_no_etags_of_bodies(ann):
    response = ann.patch(ME, json={"username": "ann"}, headers=held("*"))
    assert response.status_code == 200
    assert "etag" not in response.headers
