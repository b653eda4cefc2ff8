"""Solo boards: ours beside a Konva page's in a browser."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from solosync.render import backdrops, fonts, raster
from solosync.render.geometry import Box
from solosync.render.images import Pictures
from solosync.render.scene import Sheet
from solosync.render.scenes import solo
from tests import nodejs
from tests.visual.compare import SOLO as LIMITS
from tests.visual.solo_states import HEIGHT, WIDTH, Page, pages

__all__ = ["LIMITS", "draw", "pairs"]

HERE = Path(__file__).resolve().parent
NODE = HERE / "node"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SCALE = 2
# Between its versions 9 and 10, Konva moved the lines of texts.
WITH_KONVA_10 = ("scripts", "long-text", "notes")


class BrowserMissing(Exception):
    """No browser to compare with; the message says which would do."""


def browser_path() -> str:
    for name in BROWSERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise BrowserMissing(f"A browser is needed to compare with, one of {', '.join(BROWSERS)}")


def pairs(folder: Path) -> Iterator[tuple[str, Image.Image, Image.Image]]:
    """Name, ours and the reference of each page. ``folder`` is where the references are made."""
    made = pages()
    look = {"width": WIDTH, "height": HEIGHT, "scale": SCALE}
    requests = [{"name": name, "page": page, **look} for name, page in made.items()]
    for name in WITH_KONVA_10:
        again = f"{name}-konva-10"
        made[again] = made[name]
        requests.append({"name": again, "page": made[name], **look, "konva": 10})
    references = browser_pictures(folder, NODE / "solo_page.mjs", requests)
    for name, page in made.items():
        with Image.open(references / f"{name}.png") as reference:
            yield name, draw(page), reference.convert("RGBA")


def draw(page: Page) -> Image.Image:
    return raster.draw(sheet(page), SCALE)


def sheet(page: Page) -> Sheet:
    """All of a page, without a margin."""
    shown = solo.scene({"pages": [page]}, Pictures()).pages[0]
    ground = backdrops.paint(shown.backdrop, Box(0, 0, WIDTH, HEIGHT))
    return Sheet(shown.name, WIDTH, HEIGHT, ground, shown.ops)


def browser_pictures(folder: Path, page: Path, requests: list[dict[str, object]]) -> Path:
    """The folder with <name>.png for each request. Raises BrowserMissing, NodeMissing, and
    CalledProcessError with what the page said."""
    nodejs.npm_install(NODE)
    site, out = folder / "site", folder / "references"
    shutil.rmtree(folder, ignore_errors=True)
    site.mkdir(parents=True)
    out.mkdir()
    for font in fonts.files():
        shutil.copy(font, site)
    node = str(nodejs.node_path())
    subprocess.run([node, NODE / "bundle.mjs", page, site], check=True)
    asked = folder / "requests.json"
    asked.write_text(json.dumps(requests), encoding="utf-8")
    subprocess.run([node, NODE / "browser.mjs", browser_path(), site, asked, out], check=True)
    return out
