"""The server is gone: who has the page, or had it once, goes on."""

import re

import pytest
from playwright.sync_api import expect

from tests.live import PREFIX, strokes

pytestmark = pytest.mark.browser


def test_reload_while_the_server_is_down_keeps_everything(arrive, server, device):
    board = device.make_board()
    device.http.patch(f"{PREFIX}{board}/", json={"name": "Plan"})
    ann = arrive()
    ann.sign_in()
    ann.open(board)
    ann.draw()
    ann.see_status("saved")
    ann.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    ann.page.reload()  # the first time under the worker's eyes
    ann.see_count(1)
    server.kill()
    ann.see_status("offline")
    ann.draw(down=60)
    ann.see_count(2)
    ann.page.reload()
    ann.see_count(2)
    expect(ann.page.locator("#status")).to_contain_text("1 change kept on this device")
    ann.draw(down=120)
    ann.see_count(3)
    ann.look("reloaded-offline")

    ann.page.goto(ann.url)  # as the installed app begins
    expect(ann.page.get_by_text(re.compile("2 changes"))).to_be_visible()
    ann.look("home-offline")
    ann.page.get_by_role("link", name="Plan").click()
    ann.see_count(3)

    server.start()
    ann.see_status("saved")
    ann.see_count(3)
    assert len(strokes(device.get(board)["state"])) == 3
