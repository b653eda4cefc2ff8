"""Contract "Solo", thumbnails: made when asked for and when a board has rested."""

import io
import re

import pytest
from PIL import Image

from solosync import clock
from solosync.domain import thumbnails
from tests.asserts import assert_problem
from tests.web.conftest import BOARDS

STROKE = {
    "id": "s", "tool": "pen", "color": "#ff0000", "size": 20, "opacity": 1,
    "points": [{"x": 10, "y": 10}, {"x": 300, "y": 200}],
}  # fmt: skip
STATE = {"pages": [{"id": "p", "name": "One", "strokes": [STROKE]}]}


@pytest.fixture
def board(ann):
    return ann.make_board(STATE, name="Plan")


@pytest.fixture
def url(board):
    return f"{BOARDS}{board['id']}/"


def make(person, url):
    answer = person.post(f"{url}thumbnail/")
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"thumbnail_url", "status"}
    assert answer.json()["status"] == "success"
    return answer.json()["thumbnail_url"]


def picture(response):
    assert response.status_code == 200, response.text
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image


def has_red(image):
    return any(
        r > 180 and g < 90 and b < 90 for r, g, b in image.convert("RGB").get_flattened_data()
    )


def test_thumbnail_shows_the_board_and_its_address_works_for_anyone(ann, client, board, url):
    assert board["thumbnail_url"] is None
    address = make(ann, url)
    response = client.get(address)
    shown = picture(response)
    assert shown.format == "WEBP"
    assert has_red(shown)
    assert response.headers["content-type"] == "image/webp"
    assert "immutable" in response.headers["cache-control"]
    assert ann.get(url).json()["thumbnail_url"] == address
    assert ann.get(BOARDS).json()["results"][0]["thumbnail_url"] == address
    as_png = client.get(address.replace(".webp", ".png"))
    assert as_png.headers["content-type"] == "image/png"
    assert picture(as_png).size == shown.size
    again = client.get(address, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


def test_size_of_what_came_over_sockets_is_known_once_it_is_drawn(store, ann, url):
    [told] = re.findall(r"1 board here,\s+.* in all", ann.get("/").text)
    store.write(lambda tx: tx.execute("UPDATE sessions SET state_bytes = 2"))
    assert told not in ann.get("/").text
    make(ann, url)
    assert told in ann.get("/").text


def test_new_thumbnail_has_a_new_version_at_the_same_place(ann, client, url, data_dir):
    first = make(ann, url)
    ann.patch(url, json={"state": {"pages": [{"id": "p", "strokes": []}]}})
    second = make(ann, url)
    assert first != second
    assert first.partition("?")[0] == second.partition("?")[0]
    assert not has_red(picture(client.get(second)))
    old = client.get(first)
    assert not has_red(picture(old))
    assert old.headers["cache-control"] == "no-cache"
    # What nothing shows any more is gone from the disk too.
    assert len([path for path in (data_dir / "files").glob("??/*")]) == 2


def test_same_picture_keeps_its_address(ann, client, url):
    address = make(ann, url)
    assert make(ann, url) == address
    assert "immutable" in client.get(address).headers["cache-control"]


def test_thumbnails_come_and_go_with_what_the_client_gives(ann, client, board, url):
    given = "https://example.org/mine.png"
    assert ann.patch(url, json={"thumbnail_url": given}).json()["thumbnail_url"] == given
    address = make(ann, url)
    assert ann.get(url).json()["thumbnail_url"] == address
    # A client that sends back what it got changes nothing: the next version will be shown too.
    assert ann.patch(url, json={"thumbnail_url": address}).json()["thumbnail_url"] == address
    ann.patch(url, json={"state": {}})
    later = make(ann, url)
    assert ann.get(url).json()["thumbnail_url"] == later != address
    ann.patch(url, json={"thumbnail_url": given})
    assert ann.get(url).json()["thumbnail_url"] == given


def test_altered_or_anothers_address_is_not_found(ann, client, url):
    address = make(ann, url)
    other = ann.make_board({})
    place, _, query = address.partition("?")
    base, _, name = place.rpartition("/")
    stem = name.removesuffix(".webp")
    altered = [
        f"{base}/{stem[:-1]}{'A' if stem[-1] != 'A' else 'B'}.webp",
        f"{base}/{other['id']}{stem[36:]}.webp",
        f"{base}/{stem}.gif",
        f"{base}/{stem}",
        f"{base}/{stem[:36]}.webp",
        f"{base}/x.webp",
    ]
    for wrong in altered:
        assert client.get(f"{wrong}?{query}").status_code == 404, wrong


def test_thumbnail_of_a_board_in_the_trash_is_gone(ann, client, url):
    address = make(ann, url)
    ann.delete(url)
    assert client.get(address).status_code == 404
    ann.post(f"{url}restore/")
    assert client.get(address).status_code == 200


def test_nobody_makes_thumbnails_of_anothers_board(bob, client, url):
    assert_problem(bob.post(f"{url}thumbnail/"), 404)
    assert_problem(client.post(f"{url}thumbnail/"), 401)


# -- by itself ---------------------------------------------------------------------------------


def test_board_is_due_when_it_has_changed_and_rested(store, ann, board, url, client):
    from solosync.store import thumbnails as rows

    def due(seconds):
        since = (clock.now_ms() + seconds * 1000 - thumbnails.REST_MS) * 1000
        found = store.read(lambda tx: list(rows.each_due(tx, thumbnails.TASK, since)))
        return board["id"] in [session_id for session_id, _ in found]

    assert not due(28)
    assert due(31)
    make(ann, url)
    assert not due(31)
    ann.patch(url, json={"state": {}})
    assert due(31)
    ann.patch(url, json={"thumbnail_url": "https://example.org/mine.png"})
    assert not due(31)


def test_copy_shows_the_picture_of_its_original_until_it_has_its_own(
    store, ann, client, board, url
):
    ann.post(f"{url}duplicate/")
    original = make(ann, url)
    copy = ann.post(f"{url}duplicate/").json()
    assert has_red(picture(client.get(copy["thumbnail_url"])))
    assert thumbnails.queue_due(store, clock.now_ms() + 60_000) == 2  # both copies are due
    ann.patch(f"{BOARDS}{copy['id']}/", json={"state": {"pages": [{"id": "p", "strokes": []}]}})
    assert not has_red(picture(client.get(make(ann, f"{BOARDS}{copy['id']}/"))))
    assert has_red(picture(client.get(original)))


def test_what_cant_be_drawn_isnt_tried_again_until_it_changes(store, ann, board, url):
    thumbnails.fail(store, board["id"])
    later = clock.now_ms() + 60_000
    assert thumbnails.queue_due(store, later) == 0
    ann.patch(url, json={"state": {}})
    assert thumbnails.queue_due(store, later) == 1
    assert thumbnails.queue_due(store, later) == 0


def test_button_on_the_boards_page_renews_the_picture(ann, board):
    here = f"/boards/{board['id']}"
    assert "No picture yet" in ann.get(here).text
    response = ann.post(f"{here}/picture", data={"back": here}, follow_redirects=False)
    assert response.headers["location"] == f"{here}?done=picture"
    page = ann.get(response.headers["location"]).text
    assert "The picture is as the board is now." in page
    assert f'src="/thumbnails/{board["id"]}' in page
