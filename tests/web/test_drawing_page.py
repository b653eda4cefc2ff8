"""The page of a board as it leaves the server; what it does in a browser is in tests/interop."""

import gzip
import html
import re

import pytest

from solosync.web import static
from tests.asserts import assert_problem

LARGEST_SCRIPT = 350 * 1024


@pytest.fixture
def addresses(ann):
    """Of the style sheet, the script, and what that imports."""
    page = ann.get(f"/boards/{ann.make_board()['id']}/draw").text
    found = re.findall(r'"(/static/[\w-]+-[\w-]{8}\.(?:css|js))"', page)
    return sorted(found, key=lambda it: (not it.endswith(".css"), "/board-" not in it))


def test_page_tells_its_script_which_board_and_who(ann):
    board = ann.make_board(name='<script>alert("1")</script>')
    page = ann.get(f"/boards/{board['id']}/draw").text
    told = {name: html.unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', page)}
    assert told["session"] == board["id"]
    assert told["name"] == '<script>alert("1")</script>'
    assert told["person"] == "Ann Example"
    assert page.count("<script") == 1


def test_board_of_somebody_else_and_one_in_the_trash_are_not_there(ann, bob):
    board = ann.make_board()["id"]
    assert_problem(bob.get(f"/boards/{board}/draw"), 404)
    assert_problem(ann.get("/boards/no-such-board/draw"), 404)
    ann.delete(f"/api/v1/solo/sessions/{board}/")
    assert_problem(ann.get(f"/boards/{board}/draw"), 404)


def test_script_and_styles_are_kept_by_browsers_for_ever(client, addresses):
    assert [address.rpartition(".")[2] for address in addresses][:2] == ["css", "js"]
    for address in addresses:
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        assert plain.headers["cache-control"] == static.FOREVER
        assert "content-encoding" not in plain.headers
        again = {"If-None-Match": plain.headers["etag"], "Accept-Encoding": "identity"}
        assert client.get(address, headers=again).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("*", "br")],
)
def test_script_comes_in_the_best_coding_that_the_browser_takes(
    client, addresses, accepted, coding
):
    with client.stream("GET", addresses[1], headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    name = addresses[1].rpartition("/")[2]
    assert raw == static.assets()[name].packed[coding]
    assert coding == "br" or gzip.decompress(raw) == static.assets()[name].content


def test_script_stays_small(addresses):
    scripts = [static.assets()[name.rpartition("/")[2]] for name in addresses if ".js" in name]
    assert sum(len(script.packed["gzip"]) for script in scripts) < LARGEST_SCRIPT


def test_what_lies_beside_the_built_files_cannot_be_asked_for(client, addresses):
    for name in ("manifest.json", "sources.txt", addresses[1].rpartition("/")[2] + ".gz"):
        assert client.get(f"/static/{name}").status_code == 404
