"""The page of a board, where files are in an object store: it asks nobody but its own server."""

import pytest

from tests.browser import IN_BROWSER
from tests.interop.drawer import drawing
from tests.interop.giving import GIVE, assets, give, picture
from tests.live import LiveServer

pytestmark = IN_BROWSER


@pytest.fixture
def server(tmp_path, s3_url):
    with LiveServer(tmp_path / "data", "--storage-url", s3_url) as server:
        yield server


def test_pictures_come_onto_a_board_whose_files_are_in_an_object_store(server, s3_server):
    device = server.sign_in()
    board = device.make_board()
    with drawing(server, board) as ann:
        ann.page.run(GIVE)
        give(ann, "drop", picture("PNG", (300, 200), "#5a8cc8"), at=(400, 300))
        ann.wait_for_count(1)
        ann.wait_for_status("Saved")
        ann.page.wait_for(ann.has_ink(300, 280, 500, 320))
        asked = [
            about["request"]["url"]
            for name, about in ann.page.events
            if name == "Network.requestWillBeSent"
        ]
        assert [url for url in asked if url.startswith(s3_server)] == []
        assert ann.complaints() == []
    [shown] = assets(device, board)
    assert shown["src"].startswith(f"{server.url}/files/")
    assert not (server.folder / "files").exists()  # not on the disk
