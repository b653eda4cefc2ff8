"""Pictures that come onto a board's page in a real browser: pasted, dropped and chosen."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import IN_BROWSER
from tests.interop.drawer import around_ink, drawing
from tests.interop.giving import GIVE, PROBLEMS, assets, give, picture
from tests.visual.compare import SOLO, compare

pytestmark = IN_BROWSER


def test_pictures_are_kept_by_the_server_and_shown_where_they_were_put(server, device):
    board = device.make_board()
    with drawing(server, board) as ann:
        ann.page.run(GIVE)
        top = ann.page.run("document.querySelector('#canvas').getBoundingClientRect().top")
        first_file, second_file = (
            picture("PNG", (300, 200), "#5a8cc8"),
            picture("JPEG", (200, 100), "blue"),
        )
        assert give(ann, "dragover", first_file)
        assert give(ann, "drop", first_file, at=(400, 300))
        ann.wait_for_count(1)
        assert give(ann, "paste", second_file)
        ann.wait_for_count(2)

        assert give(ann, "drop", b"no picture")
        assert give(
            ann, "drop", first_file, extra=20 * 2**20
        )  # what follows a PNG is nothing to see
        ann.page.wait_for(f"{PROBLEMS}.sort().join() === 'kind,large'")
        told = ann.page.run("document.querySelector('.sending').textContent")
        assert "a <b>.png isn't a PNG, JPEG or WebP picture." in told
        for _ in range(2):
            ann.page.run("document.querySelector('.sending button').click()")
            ann.page.run("new Promise(requestAnimationFrame)")
        assert ann.page.run(PROBLEMS) == []

        ann.wait_for_status("Saved")
        shown = ann.picture()
        exported = server.folder / "board.png"
        server.solosync("export", board, "--format", "png", "-o", str(exported))

        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        ann.page.call("Emulation.setEmulatedMedia", features=features)
        ann.page.run(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        dark = ann.page.call("Page.captureScreenshot")["data"]

        ann.go_offline()
        file = Path(server.folder) / "wide.webp"
        file.write_bytes(picture("WEBP", (5000, 1000), "green"))
        root = ann.page.call("DOM.getDocument")["root"]["nodeId"]
        found = ann.page.call("DOM.querySelector", nodeId=root, selector="#pictures")
        ann.page.call("DOM.setFileInputFiles", files=[str(file)], nodeId=found["nodeId"])
        ann.page.wait_for(f"{PROBLEMS}.join() === 'offline'")
        assert len(assets(device, board)) == 2
        ann.go_offline(False)
        ann.wait_for_count(3)
        ann.wait_for_status("Saved")
    first, second, third = assets(device, board)
    assert first | {"type": "image", "x": 250, "y": 200 - top, "width": 300, "height": 200} == first
    assert (second["width"], second["height"]) == (200, 100)
    assert third["width"] == 5 * third["height"] == pytest.approx(1280 * 0.8)
    assert [one["zIndex"] for one in (first, second, third)] == [1, 2, 3]
    ends = [
        (one["src"].startswith(f"{server.url}/files/"), one["src"][-4:])
        for one in (first, second, third)
    ]
    assert ends == [(True, ".png"), (True, ".jpg"), (True, "webp")]

    with Image.open(io.BytesIO(base64.b64decode(dark))) as window:
        spots = [window.convert("RGB").crop((500, y, 501, y + 1)).tobytes() for y in (220, 450)]
    assert list(spots[0]) == pytest.approx(
        [0x5A, 0x8C, 0xC8], abs=12
    )  # not turned round, as paper is
    assert max(spots[1]) < 60

    with Image.open(exported) as ours, Image.open(io.BytesIO(shown)) as canvas:
        assert SOLO.failures(compare(around_ink(ours), around_ink(canvas))) == []
