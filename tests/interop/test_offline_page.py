"""The board's page without its server, in real browsers: what is kept on the device, and that what
the page says of it is true."""

import contextlib

import pytest

from tests.browser import browsing, find_browser
from tests.interop.test_drawing_page import Drawer
from tests.live import strokes

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="needs a browser"),
]
# What a browser does when it has no space left: the transaction comes to nothing.
FULL = """
    window.add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (value) {
        const request = window.add.call(this, value);
        this.transaction.abort();
        return request;
    };
    undefined
"""


@pytest.fixture
def device(server):
    return server.sign_in()


class Tab(Drawer):
    """One of somebody who is signed in already."""

    def __init__(self, page, server, board):
        self.page, self.server, self.board = page, server, board


@contextlib.contextmanager
def another_tab(drawer):
    with drawer.page.tab() as page:
        yield Tab(page, drawer.server, drawer.board)


def test_two_tabs_agree_on_what_is_drawn_and_how_much_of_it_is_saved(server, device):
    board = device.make_board()
    with browsing() as page:
        one = Drawer(page, server, board)
        with another_tab(one) as two:
            two.open()
            server.kill()
            one.draw()
            two.draw(40)
            two.draw(80)
            for tab in (one, two):
                tab.wait_for_count(3)
                tab.wait_for_status("Offline — 3 changes kept on this device")
            two.go_offline()
            server.start()
            one.wait_for_status("Saved")  # what the other tab drew is saved with it
            two.wait_for_status("Offline — changes will be kept on this device")
            assert len(strokes(device.get(board)["state"])) == 3
            two.draw(120)
            two.wait_for_status("Offline — 1 change kept on this device")
        one.wait_for_status("Saved")
        one.wait_for_count(4)
        assert len(strokes(device.get(board)["state"])) == 4

        one.go_offline()
        page.run(FULL)
        one.draw(160)
        one.wait_for_status("Offline — 1 change only in this tab: keep it open")
        page.run("IDBObjectStore.prototype.add = window.add")
        one.draw(200)
        one.wait_for_status("Offline — 2 changes kept on this device")
        with another_tab(one) as two:
            two.open()  # and saves what the database holds again
            two.wait_for_count(6)
