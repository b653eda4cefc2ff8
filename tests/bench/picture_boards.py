"""Boards to make pictures of: strokes as hands draw them, and texts in several scripts."""

import json
import math
import random
from typing import Any

from tests.bench.states import POINTS

WIDTH, HEIGHT = 1920, 1080
SHEET_WIDTH, SHEET_HEIGHT = 800, 1100
SEED = 20_261_121
COLORS = ("#1e1e1e", "#1971c2", "#e03131", "#2f9e44", "#f08c00")

TEXTS = {
    "Cyrillic": "Привіт, світе: рядок на дошці",
    "Greek": "Καλημέρα κόσμε, γραμμή στον πίνακα",
    "Chinese": "你好、世界。白板上的一行字",
    "Arabic": "مرحبا بالعالم",
    "emoji": "Done 😀 🎉 🚀",
}
ERASED = "Nobody shall read this"

Point = tuple[float, float]


def line(dice: random.Random, width: float, height: float) -> list[Point]:
    """A stroke of 40 points, some 200 px long, that bends as a hand does."""
    x, y = dice.uniform(40, width - 40), dice.uniform(40, height - 40)
    angle, bend = dice.uniform(-math.pi, math.pi), 0.0
    points = []
    for _ in range(POINTS):
        points.append((round(x, 2), round(y, 2)))
        bend = 0.8 * bend + dice.uniform(-0.15, 0.15)
        angle += bend
        pace = dice.uniform(3, 7)
        x = min(max(x + pace * math.cos(angle), 4), width - 4)
        y = min(max(y + pace * math.sin(angle), 4), height - 4)
    return points


def solo_page(strokes: int, width: float, height: float, dice: random.Random) -> dict[str, Any]:
    return {
        "id": str(dice.getrandbits(64)),
        "name": f"{strokes} strokes",
        "strokes": [
            {
                "id": str(dice.getrandbits(64)),
                "tool": "pen",
                "color": dice.choice(COLORS),
                "size": dice.choice((2, 3, 4, 6)),
                "opacity": 1,
                "points": [{"x": x, "y": y} for x, y in line(dice, width, height)],
            }
            for _ in range(strokes)
        ],
    }


def solo(strokes: int) -> bytes:
    """One page the size of a screen."""
    page = solo_page(strokes, WIDTH, HEIGHT, random.Random(SEED))
    return json.dumps({"pages": [page], "activePageId": page["id"]}).encode()


def solo_document(pages: int, strokes: int) -> bytes:
    """Above the strokes of each page are the texts, and one that an eraser covers wholly."""
    dice = random.Random(SEED)
    made = [solo_page(strokes, SHEET_WIDTH, SHEET_HEIGHT, dice) for _ in range(pages)]
    for page in made:
        lines = enumerate(TEXTS.values(), start=2)
        page["texts"] = [text(dice, line, -40.0 * row) for row, line in lines]
        page["strokes"] += erased(dice, -40.0)
    return json.dumps({"pages": made, "activePageId": made[0]["id"]}).encode()


def erased(dice: random.Random, y: float) -> list[dict[str, Any]]:
    """A text among the strokes, which an eraser can reach, and the eraser."""
    written = text(dice, ERASED, y) | {"tool": "text", "points": [{"x": 0, "y": y}]}
    path = [{"x": x, "y": y + 12} for x in range(-20, 500, 20)]
    rubbed = {"id": str(dice.getrandbits(64)), "tool": "eraser", "size": 60, "opacity": 1}
    return [written, rubbed | {"points": path}]


def text(dice: random.Random, line: str, y: float) -> dict[str, Any]:
    return {
        "id": str(dice.getrandbits(64)),
        "type": "text",
        "text": line,
        "x": 0,
        "y": y,
        "color": "#1e1e1e",
        "fontSize": 24,
    }


def excalidraw(strokes: int) -> bytes:
    """One board the size of a screen, drawn by hand."""
    dice = random.Random(SEED)
    elements = []
    for index in range(strokes):
        points = line(dice, WIDTH, HEIGHT)
        x, y = points[0]
        xs, ys = [p[0] - x for p in points], [p[1] - y for p in points]
        elements.append(
            {
                "id": f"stroke-{index}",
                "type": "freedraw",
                "x": x,
                "y": y,
                "width": max(xs) - min(xs),
                "height": max(ys) - min(ys),
                "angle": 0,
                "strokeColor": dice.choice(COLORS),
                "backgroundColor": "transparent",
                "fillStyle": "solid",
                "strokeWidth": dice.choice((1, 2, 4)),
                "strokeStyle": "solid",
                "roughness": 1,
                "opacity": 100,
                "groupIds": [],
                "frameId": None,
                "roundness": None,
                "seed": dice.getrandbits(31),
                "version": 1,
                "versionNonce": 1,
                "isDeleted": False,
                "boundElements": None,
                "updated": 1,
                "link": None,
                "locked": False,
                "points": list(zip(xs, ys, strict=True)),
                "pressures": [],
                "simulatePressure": True,
                "lastCommittedPoint": None,
            }
        )
    file = {"type": "excalidraw", "version": 2, "source": "bench", "elements": elements}
    return json.dumps({**file, "appState": {}, "files": {}}).encode()
