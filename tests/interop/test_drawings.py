"""Excalidraw boards: the y-excalidraw binding as it comes from npm, and REST beside it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.node_client import NodeClient

pytestmark = pytest.mark.interop

EXAMPLES = os.environ.get("SOLOSYNC_EXAMPLE_BOARDS")


def shape(id_, **fields):
    return {
        "id": id_,
        "type": "rectangle",
        "x": 0,
        "y": 0,
        "version": 1,
        "isDeleted": False,
    } | fields


DRAWING: dict[str, Any] = {
    "type": "excalidraw",
    "version": 2,
    "source": "https://example.org",
    "elements": [shape(name, x=x, unknown={"x": None}) for x, name in enumerate("abc")],
    "appState": {"gridSize": None},
    "files": {"f1": {"id": "f1", "dataURL": "data:,", "mimeType": "image/png", "created": 1}},
}


def imported(server, *files):
    """The board of each file, made by the command line beside the running server."""
    words = ("import", "--json", "--user", "ann@example.org", *map(str, files))
    return [item["id"] for item in json.loads(server.solosync(*words))]


@pytest.fixture
def board(server, tmp_path):
    file = tmp_path / "drawing.excalidraw"
    file.write_text(json.dumps(DRAWING))
    return imported(server, file)[0]


def shown(device, board):
    elements = device.get(board)["state"]["elements"]
    return {item["id"]: item for item in elements if not item["isDeleted"]}


def test_the_binding_sees_an_imported_drawing(server, board):
    """[LAY9]"""
    device = server.sign_in()
    assert device.get(board)["state"] == DRAWING
    with NodeClient("excalidraw.mjs") as client:
        device.connect(client, board)
        client.call("wait", count=3)
        client.call("wait", file="f1")
        assert client.call("scene") == {"elements": DRAWING["elements"], "files": DRAWING["files"]}
        client.call("flush")
    # Looking changes nothing.
    assert device.get(board)["state"] == DRAWING


def test_what_is_drawn_with_the_binding_is_shown_over_rest(server, board):
    """[LAY9]"""
    device = server.sign_in()
    file = {"id": "f2", "dataURL": "data:image/png;base64,AA==", "mimeType": "image/png"}
    with NodeClient("excalidraw.mjs") as one, NodeClient("excalidraw.mjs") as other:
        for client in (one, other):
            device.connect(client, board)
            client.call("wait", count=3)
        one.call("put", elements=[shape("d", x=3, unknown={"x": [1]})])
        one.call("patch", id="b", fields={"x": 77})
        one.call("remove", id="c")
        one.call("add_file", file={**file, "created": 2})
        other.call("wait", id="b", field="x", value=77)
        other.call("wait", id="c", gone=True)
        other.call("wait", file="f2")
        other.call("reorder", ids=["d", "a", "b"])
        for client in (other, one):
            client.call("flush")
        state = device.get(board)["state"]
    assert [item["id"] for item in state["elements"] if not item["isDeleted"]] == ["d", "a", "b"]
    found = {item["id"]: item for item in state["elements"]}
    assert found["a"] == DRAWING["elements"][0]
    assert found["b"] == {**DRAWING["elements"][1], "x": 77, "version": 2}
    assert found["d"] == shape("d", x=3, unknown={"x": [1]})
    assert state["files"] == {**DRAWING["files"], "f2": {**file, "created": 2}}
    assert state["appState"] == DRAWING["appState"]


def test_a_save_and_a_drawing_client_keep_each_others_elements(server, board):
    """[SAVE18] [BASE2]"""
    tablet, laptop = server.sign_in(), server.sign_in()
    copy = tablet.get(board)["state"]
    with NodeClient("excalidraw.mjs") as client:
        laptop.connect(client, board)
        client.call("wait", count=3)
        client.call("patch", id="b", fields={"x": 77})
        client.call("put", elements=[shape("drawn")])
        client.call("flush")
        copy["elements"][0]["x"] = 99
        copy["elements"][1]["y"] = 5  # of the one that the client changed too
        copy["elements"].append(shape("saved"))
        saved = tablet.patch(board, copy)
        client.call("wait", id="a", field="x", value=99)
        client.call("wait", id="saved", field="type", value="rectangle")
        client.call("wait", id="b", field="y", value=5)
        assert client.call("scene")["elements"] == list(shown(tablet, board).values())
    assert shown(tablet, board).keys() == {"a", "b", "c", "drawn", "saved"}
    path = f"/api/v1/solo/sessions/{board}/versions/{saved['rev']}/"
    aside = tablet.http.get(path).json()["set_aside"]
    assert [(item["id"], item["value"]["x"]) for item in aside] == [("b", 77)]


@pytest.mark.shared
@pytest.mark.skipif(
    not EXAMPLES, reason="SOLOSYNC_EXAMPLE_BOARDS names no folder of .excalidraw files"
)
def test_the_binding_sees_real_drawings(server):
    """[LAY1] [LAY9]"""
    files = sorted(Path(EXAMPLES or "").rglob("*.excalidraw"))
    assert files
    device = server.sign_in()
    for file, board in zip(files, imported(server, *files), strict=True):
        drawing = json.loads(file.read_bytes())
        assert device.get(board)["state"] == drawing, file
        there = [item for item in drawing["elements"] if not item.get("isDeleted")]
        with NodeClient("excalidraw.mjs") as client:
            device.connect(client, board)
            client.call("wait", count=len(there))
            assert client.call("scene")["elements"] == there, file
            client.call("flush")
        # The binding itself takes out what a file holds as deleted.
        assert device.get(board)["state"] in (drawing, {**drawing, "elements": there}), file
    print(f"{len(files)} drawings")
