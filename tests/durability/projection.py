"""A Solo board's state read off its Yjs document the plain way, as docs/board-format.md says."""

import json
from typing import Any

from pycrdt import Doc, Map


def state_of(*stored: bytes) -> dict[str, Any]:
    """Of a board whose elements and pages all are maps, with pages and none of the layout's own
    names among the fields."""
    doc: Doc[Any] = Doc()
    for update in stored:
        doc.apply_update(update)
    roots = {name: doc.get(name, type=Map).to_py() or {} for name in ("elements", "pages", "state")}
    pages = []
    for page_key, fields in _in_order(roots["pages"]):
        page = _own(fields)
        for name in fields:
            if name.startswith("$has:"):
                page[name.removeprefix("$has:")] = [
                    _own(element)
                    for _, element in _in_order(roots["elements"])
                    if (element["$page"], element["$list"]) == (page_key, name[5:])
                ]
        pages.append(page)
    return {name: _value(value) for name, value in roots["state"].items()} | {"pages": pages}


def _in_order(maps: dict[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return sorted(maps.items(), key=lambda item: (item[1]["$order"], item[0]))


def _own(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in fields.items() if not name.startswith("$")}


def _value(value: Any) -> Any:
    return json.loads(value) if isinstance(value, (bytes, bytearray)) else value
