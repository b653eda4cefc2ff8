"""A board is shared by its page: with somebody who looks on, and with one who draws along."""

import pytest
from playwright.sync_api import expect

from tests.journeys.person import PHONE
from tests.live import PREFIX, strokes

pytestmark = pytest.mark.browser


def make_link(ann, board, *checks):
    """By the form on the page about the board; a new link replaces the last one."""
    ann.page.goto(f"{ann.url}/boards/{board}")
    for name in checks:
        ann.page.get_by_label(name).check()
    ann.page.get_by_role("button", name="Make a link").click()
    return ann.page.locator("#share-url").input_value()


def test_a_friend_without_an_account_draws_along_until_the_link_ends(arrive, device):
    board = device.make_board()
    device.http.patch(f"{PREFIX}{board}/", json={"name": "Garden"})
    ann, friend = arrive(), arrive(**PHONE)
    ann.sign_in()
    url = make_link(ann, board, "Whoever has the link may draw on the board, without an account")
    ann.open(board)
    ann.draw()
    ann.see_status("saved")
    friend.page.goto(url)
    friend.see_status("saved")
    friend.see_count(1)
    friend.touch("touchStart", (100, 500))
    friend.touch("touchMove", (200, 540))
    friend.touch("touchMove", (300, 500))
    friend.touch("touchEnd")
    friend.see_count(2)
    ann.see_count(2)
    friend.see_status("saved")
    friend.look("guest-on-a-phone")
    assert len(strokes(device.get(board)["state"])) == 2
    assert device.http.delete(f"{PREFIX}{board}/share/").status_code == 204
    expect(friend.page.get_by_text("This link doesn't lead anywhere")).to_be_visible()
    friend.look("link-ended")
    ann.see_count(2)


def test_who_looks_on_sees_each_stroke_and_changes_nothing(arrive, device):
    board = device.make_board()
    device.http.patch(f"{PREFIX}{board}/", json={"name": "Garden"})
    ann, viewer = arrive(), arrive(color_scheme="dark")
    ann.sign_in()
    url = make_link(ann, board)
    viewer.page.goto(url)
    expect(viewer.page.get_by_text("Live", exact=True)).to_be_visible()
    ann.open(board)
    ann.draw()
    expect(viewer.page.get_by_role("application")).to_have_attribute(
        "aria-label", "The board, to look at. On this page: 1."
    )
    viewer.draw(down=100)
    viewer.look("viewer-dark")
    ann.see_status("saved")
    assert len(strokes(device.get(board)["state"])) == 1
    assert viewer.complaints == []
