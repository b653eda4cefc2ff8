"""A backup is restored while devices hold more than it: nothing they have is lost."""

import pytest

from tests.browser import browsing, find_browser
from tests.interop.boards import Autosaver, by_id, stroke
from tests.interop.test_kept_on_device import Person
from tests.live import PREFIX, strokes
from tests.node_client import NodeClient

pytestmark = pytest.mark.interop


def test_devices_that_have_more_than_the_backup_lose_nothing(server, tmp_path):
    """[REV6] [SAVE14] The server is backed up at work; then both draw on."""
    device = server.sign_in()
    first = [stroke(f"first{number}") for number in range(4)]
    board = device.make_board({"pages": [{"id": "p1", "strokes": first}]})
    with NodeClient("client.mjs") as client:
        device.connect(client, board)
        saver = Autosaver(server.sign_in(), board)
        server.solosync("backup", "-o", str(tmp_path / "backup.zip"))

        saver.mine[0]["color"] = "#00ff00"
        saver.mine.append(stroke("saved since"))
        del saver.mine[3]  # first3
        assert saver.save()
        client.call("wait", key="saved since", field="id", value="saved since")
        drawn = client.call("add", page="p1", list="strokes", element=stroke("drawn since"))
        client.call("delete", key="first1")
        seen = by_id(device.get(board)["state"])  # a GET comes after what was sent before it
        assert seen.keys() == {"first0", "first2", "saved since", "drawn since"}
        lost_rev = device.get(board)["rev"]
        server.stop()

        told = server.solosync("restore", str(tmp_path / "backup.zip"), "--yes")
        assert "before-restore-" in told
        server.start()
        assert saver.device.http.get(f"{PREFIX}{board}/").status_code == 401
        again = server.sign_in()
        restored = again.get(board)
        assert restored["rev"] == 1_000_000
        assert by_id(restored["state"]).keys() == {item["id"] for item in first}

        # A tab that goes on from what it keeps, and one that says which rev it had: of a time that
        # the server knows nothing of.
        saver = Autosaver(server.sign_in(), board, saver.state)
        assert saver.save()
        saver.device.patch(board, saver.state, **{"If-Match": f'W/"rev:{lost_rev}"'})
        now = by_id(again.get(board)["state"])
        assert now["first0"]["color"] == "#00ff00"
        assert now.keys() == {*by_id(restored["state"]), "saved since"}

        again.connect(client, board)
        client.call("wait", key="first0", field="color", value="#00ff00")
        merged = by_id(again.get(board)["state"])
        assert {"first0", "first2", "saved since", "drawn since"} <= merged.keys()
        assert "first1" not in merged
        assert merged["drawn since"] == stroke("drawn since")
        assert drawn["key"]


@pytest.mark.browser
@pytest.mark.skipif(find_browser() is None, reason="needs a browser")
def test_page_that_was_open_gives_back_what_the_backup_lacks(server, tmp_path):
    device = server.sign_in()
    board = device.make_board()
    with browsing() as page:
        ann = Person(page, server, board)
        ann.draw()
        ann.wait_for_status("Saved")
        server.solosync("backup", "-o", str(tmp_path / "backup.zip"))
        ann.draw(40)
        ann.wait_for_status("Saved")
        server.stop()
        page.wait_for("document.querySelector('#status').dataset.state === 'offline'")
        ann.draw(80)
        server.solosync("restore", str(tmp_path / "backup.zip"), "--yes")
        server.start()
        again = server.sign_in()
        assert len(strokes(again.get(board)["state"])) == 1

        ann.wait_for_status("You are signed out.")
        ann.visit("/")
        ann.sign_in()
        ann.open()
        ann.wait_for_count(3)
        assert len(strokes(again.get(board)["state"])) == 3
        versions = again.http.get(f"{PREFIX}{board}/versions/").json()["results"]
        assert "restored from a backup" in [version["summary"] for version in versions]
