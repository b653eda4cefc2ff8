"""Boards to be drawn."""

import json
from pathlib import Path
from typing import Any

import msgspec

from solosync.board.document import Document
from solosync.domain.drawings import Packed
from solosync.jobs.requests import Request
from solosync.records.pictures import Format, PictureOptions


def board(pages: int = 1, strokes: int = 5) -> dict[str, Any]:
    """A wave for each stroke, one below the other."""
    return {
        "pages": [
            {
                "id": f"p{page}",
                "name": f"Page {page}",
                "strokes": [
                    {
                        "id": f"p{page}s{row}",
                        "tool": "pen",
                        "color": "#1e3a8a",
                        "width": 3,
                        "points": [
                            {"x": 10 + 7 * step, "y": 20 + 12 * row + (step * 5) % 11}
                            for step in range(40)
                        ],
                    }
                    for row in range(strokes)
                ],
            }
            for page in range(pages)
        ]
    }


def pack(folder: Path, state: dict[str, Any]) -> Path:
    """As the server hands a board to the child."""
    document = Document.from_state(json.dumps(state).encode())
    path = folder / "document"
    path.write_bytes(msgspec.msgpack.encode(Packed("solo", [document.update()], {})))
    return path


def export(folder: Path, format: Format = "pdf", **of: int) -> Request:
    """A request for a file `picture` in the folder, of a board with so many pages and strokes."""
    return Request(
        kind="export",
        document=str(pack(folder, board(**of))),
        title="Waves",
        out=str(folder / "picture"),
        format=format,
        options=PictureOptions(),
    )
