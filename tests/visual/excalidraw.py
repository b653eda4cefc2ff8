"""Excalidraw boards: ours beside Excalidraw's own export in a browser.

The boards of tests/fixtures/excalidraw, and those in the folder that SOLOSYNC_EXAMPLE_BOARDS names.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from solosync.render import backdrops, fonts, raster
from solosync.render.geometry import Box, moved, scaled
from solosync.render.images import Pictures
from solosync.render.scene import Group, Scene, Sheet, bounds
from solosync.render.scenes import excalidraw
from tests import nodejs
from tests.visual.compare import EXCALIDRAW as LIMITS
from tests.visual.compare import TALLEST, WIDTH
from tests.visual.solo import browser_path

__all__ = ["LIMITS", "pairs"]

HERE = Path(__file__).resolve().parent
NODE = HERE / "excalidraw_node"
BROWSER = HERE / "node"  # what drives the browser, for both dialects
FIXTURES = HERE.parent / "fixtures" / "excalidraw"
MARGIN = 40.0


def boards() -> list[Path]:
    found = sorted(FIXTURES.glob("*.excalidraw"))
    examples = os.environ.get("SOLOSYNC_EXAMPLE_BOARDS")
    return found + (sorted(Path(examples).glob("*.excalidraw")) if examples else [])


def pairs(folder: Path) -> Iterator[tuple[str, Image.Image, Image.Image]]:
    """Name, ours and the reference of each board. ``folder`` is where the references are made."""
    scenes = {
        path: excalidraw.scene(json.loads(path.read_text(encoding="utf-8")), Pictures())
        for path in boards()
    }
    areas = {path: _area(scene) for path, scene in scenes.items()}
    references = browser_pictures(folder, areas)
    for number, path in enumerate(areas):
        with Image.open(references / f"{number}.png") as reference:
            ours = draw(scenes[path], *areas[path])
            yield path.stem, ours, reference.convert("RGBA")


def draw(scene: Scene, area: Box, scale: float) -> Image.Image:
    page = scene.pages[0]
    width, height = round(area.width * scale), round(area.height * scale)
    place = moved(-area.left, -area.top).then(scaled(scale))
    ground = backdrops.paint(page.backdrop, area)
    return raster.draw(
        Sheet(
            page.name,
            width,
            height,
            (Group(tuple(ground), matrix=place),),
            (Group(page.ops, matrix=place),),
        )
    )


def browser_pictures(folder: Path, areas: dict[Path, tuple[Box, float]]) -> Path:
    """The folder with <number>.png for each board. Raises BrowserMissing, NodeMissing, and
    CalledProcessError with what the page said."""
    nodejs.npm_install(NODE)
    nodejs.npm_install(BROWSER)
    site, out = folder / "site", folder / "references"
    shutil.rmtree(folder, ignore_errors=True)
    out.mkdir(parents=True)
    node = str(nodejs.node_path())
    subprocess.run([node, NODE / "bundle.mjs", NODE / "page.mjs", site], check=True)
    for font in fonts.files():
        shutil.copy(font, site)
    requests: list[dict[str, object]] = []
    for number, (path, (area, scale)) in enumerate(areas.items()):
        shutil.copy(path, site / f"{number}.json")
        box = {"x": area.left, "y": area.top, "width": area.width, "height": area.height}
        name = str(number)
        requests.append({"name": name, "file": f"{name}.json", "area": box, "scale": scale})
    (folder / "requests.json").write_text(json.dumps(requests), encoding="utf-8")
    subprocess.run(
        [node, BROWSER / "browser.mjs", browser_path(), site, folder / "requests.json", out],
        check=True,
    )
    return out


def _area(scene: Scene) -> tuple[Box, float]:
    """What to show of a board, and how many pixels a unit of it gets."""
    ink = bounds(scene.pages[0].ops)
    return ink.grown(MARGIN), min(WIDTH / ink.width, TALLEST / ink.height)
