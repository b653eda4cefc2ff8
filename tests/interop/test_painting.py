"""The page of a board draws again only what changed: what is seen then is what a whole new picture
would show."""

import base64
import io
import random

import numpy as np
from PIL import Image

from tests.browser import IN_BROWSER
from tests.interop.drawer import drawing

pytestmark = IN_BROWSER
SEED = 11
STROKES = 62
PICTURE = "document.querySelectorAll('#canvas canvas')[1].toDataURL()"
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def crowd(dice: random.Random) -> dict[str, object]:
    """Over and through each other, some through which one sees, and one that erases."""
    strokes: list[dict[str, object]] = []
    for number in range(STROKES - 2):
        x, y = dice.uniform(100, 900), dice.uniform(100, 500)
        points = [(x + 9 * at, y + dice.uniform(-30, 30)) for at in range(12)]
        strokes.append(
            {
                "id": f"s{number}",
                "tool": "eraser" if number == 40 else ("pen", "highlighter", "pen")[number % 3],
                "color": ("#d92d20", "#2563eb", "#1a8f4b")[number % 3],
                "size": dice.choice((2, 8, 16)),
                "points": [{"x": left, "y": top} for left, top in points],
            }
        )
    for number, (x, y) in enumerate(((90, 40), (1090, 560))):  # all that is seen lies between them
        strokes.append({"id": f"corner{number}", "tool": "pen", "points": [[x, y], [x + 9, y]]})
    words = {"id": "t1", "type": "text", "text": "Words", "x": 400, "y": 300, "fontSize": 60}
    return {"pages": [{"id": "p1", "strokes": strokes, "texts": [words]}]}


def picture(ann) -> np.ndarray:
    """Levels of the colours, as seen on white."""
    ann.page.run(DRAWN)
    _, _, data = ann.page.run(PICTURE).partition(",")
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        shown = image.convert("RGBA")
    white = Image.new("RGBA", shown.size, (255, 255, 255, 255))
    return np.asarray(Image.alpha_composite(white, shown).convert("RGB"), int)


def unlike(one: np.ndarray, other: np.ndarray) -> int:
    """Pixels that differ by more than the softened edge of a line does when part of it is drawn."""
    return int((np.abs(one - other).max(axis=2) > 8).sum())


def test_what_is_drawn_again_in_part_is_as_if_all_were_drawn_anew(server, device):
    board = device.make_board(crowd(random.Random(SEED)))
    with drawing(server, board) as ann:
        ann.wait_for_count(STROKES + 1)
        ann.press("0")
        first = picture(ann)
        ann.press("e")
        ann.drag((500, 150), (500, 420))
        ann.press("z", control=True)
        ann.wait_for_count(STROKES + 1)
        assert unlike(picture(ann), first) < 100
        ann.drag((860, 150), (860, 420))
        ann.press("p")
        ann.draw()
        ann.press("v")
        ann.drag((150, 130), (420, 400))
        ann.press("ArrowRight", shift=True)
        ann.press("Escape")
        ann.wait_for_status("Saved")
        changed = picture(ann)
        assert unlike(changed, first) > 1000
        ann.open()
        ann.press("0")
        anew = picture(ann)
        for _ in range(200):  # frames that a busy machine may take to draw it
            if (different := unlike(anew, changed)) < 200:
                break
            anew = picture(ann)
        assert different < 200
