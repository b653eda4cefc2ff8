"""Several people on one board, whatever happens to the network or the server meanwhile."""

import pytest
from playwright.sync_api import expect

from tests.live import strokes

pytestmark = pytest.mark.browser
CURSOR = [690, 490, 40, 40]
INK_ABOVE = """([left, top, width, height]) => {
    const canvas = document.querySelectorAll("#canvas canvas")[2];
    const at = canvas.getBoundingClientRect();
    const part = [left - at.left, top - at.top, width, height];
    return canvas.getContext("2d").getImageData(...part).data.some(value => value > 0);
}"""


def at_board(arrive, board):
    person = arrive()
    person.sign_in()
    person.open(board)
    return person


def see_the_same(*people):
    """Everybody shows everything, and so the same picture."""
    pictures = []
    for person in people:
        person.page.keyboard.press("0")
        person.page.mouse.move(30, 400)
    for person in people:
        expect(person.page.locator("output")).to_have_text("100 %")
        pictures.append(person.drawn())
    assert pictures[0][0] > 0
    assert all(picture == pictures[0] for picture in pictures)


def test_two_see_each_others_strokes_and_cursors(arrive, device):
    board = device.make_board()
    ann, bob = at_board(arrive, board), at_board(arrive, board)
    ann.draw()
    bob.see_count(1)
    bob.draw(down=100)
    ann.see_count(2)
    assert not ann.page.evaluate(INK_ABOVE, CURSOR)
    bob.page.mouse.move(700, 500)
    ann.page.wait_for_function(INK_ABOVE, arg=CURSOR)
    expect(ann.page.get_by_text("people here")).to_have_count(0)  # both are one person
    ann.look("two-people")
    ann.see_status("saved")
    bob.see_status("saved")
    see_the_same(ann, bob)
    assert len(strokes(device.get(board)["state"])) == 2
    assert ann.complaints == bob.complaints == []


def test_edits_made_apart_meet_when_one_returns(arrive, device):
    board = device.make_board()
    ann, bob = at_board(arrive, board), at_board(arrive, board)
    ann.draw()
    bob.see_count(1)
    bob.context.set_offline(True)
    bob.see_status("offline")
    ann.draw(down=60)
    bob.draw(down=120)
    bob.draw(down=180)
    expect(bob.page.locator("#status")).to_contain_text("2 changes kept on this device")
    bob.look("offline")
    ann.see_status("saved")
    assert len(strokes(device.get(board)["state"])) == 2
    bob.context.set_offline(False)
    for person in (ann, bob):
        person.see_count(4)
        person.see_status("saved")
    see_the_same(ann, bob)
    assert len(strokes(device.get(board)["state"])) == 4


def test_nothing_is_lost_when_the_server_is_killed_in_the_middle(arrive, server, device):
    board = device.make_board()
    ann, bob = at_board(arrive, board), at_board(arrive, board)
    for number in range(6):
        ann.draw(down=30 * number)
        bob.draw(down=30 * number, right=200)
        if number == 2:
            server.kill()
            ann.see_status("offline")
    bob.see_status("offline")
    server.start()
    for person in (ann, bob):
        person.see_count(12)
        person.see_status("saved")
    see_the_same(ann, bob)
    assert len(strokes(device.get(board)["state"])) == 12
