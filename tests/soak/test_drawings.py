"""Excalidraw files go in by `solosync import` and come out as they were."""

import json
import os
from pathlib import Path

import pytest

from tests.live import EMAIL, LiveServer

EXAMPLES = os.environ.get("SOLOSYNC_EXAMPLE_BOARDS", "")
OWN = {
    "type": "excalidraw",
    "version": 2,
    "source": "https://example.org",
    "elements": [
        {
            "id": "box",
            "type": "rectangle",
            "x": 10.5,
            "y": -3,
            "angle": 0.0017453292519943296,
            "strokeColor": "#1e1e1e",
            "groupIds": [],
            "roundness": {"type": 3},
            "seed": 1968410350,
            "versionNonce": 9007199254740993,
            "isDeleted": False,
            "boundElements": [{"type": "text", "id": "label"}],
            "link": None,
        },
        {"id": "label", "type": "text", "text": "Größe 图 😀 \u2028", "containerId": "box"},
        {"id": "line", "type": "freedraw", "points": [[0, 0], [1e-7, 2.25]], "isDeleted": True},
    ],
    "appState": {"gridSize": None, "viewBackgroundColor": "#ffffff", "odd": [[]]},
    "files": {"f1": {"mimeType": "image/png", "id": "f1", "dataURL": "data:image/png;base64,AA=="}},
    "unknown": {"kept": [1, True, {}]},
}


def assert_they_come_back(server, files):
    """Imported in one go, as a person does it."""
    words = ["import", "--json", "--user", EMAIL, *map(str, files)]
    boards = {made["file"]: made["id"] for made in json.loads(server.solosync(*words))}
    assert boards.keys() == {str(file) for file in files}
    device = server.sign_in()
    for file in files:
        shown = device.get(boards[str(file)])
        assert shown["state"] == json.loads(file.read_bytes()), file.name
        assert shown["name"] == file.stem


def test_a_drawing_comes_back_equal(tmp_path):
    """[LAY1] [LAY9] Beside a fuller one: one without anything that could be left out."""
    full, bare = tmp_path / "Zeichnung 图.excalidraw", tmp_path / "bare.excalidraw"
    full.write_text(json.dumps(OWN))
    bare.write_text('{"type": "excalidraw", "elements": []}')
    with LiveServer(tmp_path / "data") as server:
        assert_they_come_back(server, [full, bare])


@pytest.mark.shared
@pytest.mark.skipif(
    not EXAMPLES, reason="SOLOSYNC_EXAMPLE_BOARDS names no folder of .excalidraw files"
)
def test_real_drawings_come_back_equal(tmp_path):
    """[LAY1] [LAY9]"""
    files = sorted(Path(EXAMPLES).rglob("*.excalidraw"))
    assert files, f"{EXAMPLES} holds no .excalidraw files"
    with LiveServer(tmp_path / "data") as server:
        assert_they_come_back(server, files)
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.2f} MB")
