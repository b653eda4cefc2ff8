"""Those who use a board in these tests, and what the disk holds of it."""

import json
import shutil
from typing import Any

import httpx

from solosync import paths
from solosync.board.document import Document
from solosync.domain import history
from solosync.store import sessions
from solosync.store.engine import Store
from tests.live import LiveServer, SignIn, strokes

# Members that no part of this program knows.
ODD = {"unknown tool": {"nested": [1, {"x": None}]}, "$page": "mine", "ratio": 0.1}
HUGE = 10**100  # JSON has it; a JavaScript client doesn't


def stroke(id_: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "tool": "pen", "points": [{"x": 1, "y": 2, "p": 0.5}], **fields}


def by_id(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All strokes; fails when one is doubled."""
    found = strokes(state)
    shown = {item["id"]: item for item in found}
    assert len(shown) == len(found), "doubled strokes"
    return shown


class Autosaver:
    """GETs once, then PATCHes its own state without headers; looks at no answer's body."""

    def __init__(self, device: SignIn, board: str, state: dict[str, Any] | None = None) -> None:
        """With a ``state``, its tab was opened from the browser's own storage, and GETs never."""
        self.device = device
        self.board = board
        self.state: dict[str, Any] = device.get(board)["state"] if state is None else state
        self.acknowledged: dict[str, dict[str, Any]] = {}

    @property
    def mine(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.state["pages"][0]["strokes"]
        return found

    def save(self) -> bool:
        """Whether it was answered: if not, the server was gone, and the next save has it all."""
        sent = json.loads(json.dumps(self.mine))
        try:
            answer = self.device.try_patch(self.board, self.state)
        except httpx.TransportError:
            return False
        assert answer.is_success, answer.text
        self.acknowledged = {item["id"]: item for item in sent}
        return True


def on_disk(server: LiveServer, board: str) -> dict[str, Any]:
    """The state that the data folder holds while no server runs. The folder isn't touched: what a
    crash left is for the next start."""
    copy = server.folder.with_name("copy")
    shutil.copytree(server.folder, copy)
    try:
        with Store.open(copy / paths.DATABASE_NAME) as store:
            session = next(s for s in store.read(sessions.list_all) if s.session_id == board)
            loaded = history.load(store, session.key)
        state: dict[str, Any] = json.loads(
            Document(session.dialect, loaded.updates).reading().state
        )
        return state
    finally:
        shutil.rmtree(copy)
