"""kill -9 at random moments, and what is there afterwards."""

import json
import random
import threading

import httpx
import pytest

from solosync import paths
from solosync.board.document import Document
from solosync.domain import history
from solosync.store import maintenance, sessions
from solosync.store.engine import Store
from tests.live import strokes
from tests.node_client import NodeClient, NodeError

pytestmark = pytest.mark.interop


class Writer(threading.Thread):
    """Saves and edits one board until the server is gone; remembers what was answered."""

    def __init__(self, device, board, life):
        super().__init__()
        self.device, self.board, self.life = device, board, life
        self.answered: dict[int, str] = {}  # rev to the id that it brought

    def run(self):
        count = 0
        reading = self.device.get(self.board)
        rev = reading["rev"]
        while True:
            id_ = f"{self.life}-{count}"
            try:
                rev = self._write(id_, rev, count % 3)
            except httpx.TransportError:
                return
            count += 1

    def _write(self, id_, rev, kind):
        path = f"/api/v1/solo/sessions/{self.board}/"
        headers = {"If-Match": f'W/"rev:{rev}"'}
        if kind == 0:
            body = {"ops": [{"op": "add", "kind": "stroke", "value": {"id": id_}}]}
            answer = self.device.http.patch(f"{path}diff/", json=body, headers=headers)
            if answer.status_code == 412:
                return answer.json()["server_rev"]
            new = answer.json()["next_rev"]
        else:
            state = self.device.get(self.board)
            state["state"]["pages"][0]["strokes"].append({"id": id_})
            headers = {"X-Rev": str(state["rev"])} if kind == 1 else {}
            answer = self.device.http.patch(path, json={"state": state["state"]}, headers=headers)
            new = answer.json()["rev"]
        assert answer.status_code == 200, answer.text
        self.answered[new] = id_
        return new


def _draw(client, page, life, drawn):
    """Adds strokes until the server is gone."""
    for count in range(10_000):
        try:
            if not client.call("status")["connected"]:
                return
            id_ = f"yjs{life}-{count}"
            client.call("add", page=page, list="strokes", element={"id": id_})
            drawn.append(id_)
            if count % 5 == 4:
                client.call("flush", timeout=300)
        except NodeError:
            return


@pytest.mark.parametrize(
    "kills", [pytest.param(10), pytest.param(50, marks=pytest.mark.soak, id="50")]
)
@pytest.mark.timeout(600)
def test_what_was_answered_or_seen_is_there_after_kill_9(server, kills):
    """[STORE1] Over all three doors at once."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    device = server.sign_in()
    board = device.make_board()
    page = device.get(board)["state"]["pages"][0]["id"]
    answered: dict[int, str] = {}
    total = 0
    with NodeClient("client.mjs") as drawing, NodeClient("client.mjs") as watching:
        for life in range(kills):
            for client in (drawing, watching):
                device.connect(client, board)
            writer = Writer(server.sign_in(), board, life)
            drawn: list[str] = []
            artist = threading.Thread(target=_draw, args=(drawing, page, life, drawn))
            for thread in (writer, artist):
                thread.start()
            threading.Event().wait(rng.uniform(0.01, 0.5))  # the moment is the test
            server.kill()
            for thread in (writer, artist):
                thread.join()
            answered |= writer.answered
            total += len(writer.answered) + len(drawn)
            for client in (drawing, watching):
                client.call("disconnect")  # what they have more than the server comes later
            seen = set(_ids_in(watching.call("state")))
            stored = _check_folder(server.folder, board)
            assert set(answered.values()) <= stored["ids"]
            assert seen <= stored["ids"], "a device saw what wasn't on disk"
            assert max(answered, default=0) <= stored["rev"]
            server.start()
            reading = device.get(board)
            assert (reading["rev"], reading["state_digest"]) == (stored["rev"], stored["digest"])
        for client in (drawing, watching):
            device.connect(client, board)
            client.call("flush")
        for client in (drawing, watching):
            client.call("flush")
        assert drawing.call("state") == watching.call("state")
    found = [item["id"] for item in strokes(device.get(board)["state"])]
    assert len(found) == len(set(found))
    print(f"{kills} kills, {total} writes, {len(answered)} answered over REST, all there")


def _ids_in(state):
    return [element["id"] for element in state["elements"].values()]


def _check_folder(folder, board):
    """The database is whole, and every rev shows; what it holds of the board."""
    with Store.open(folder / paths.DATABASE_NAME) as store:
        assert maintenance.integrity_check(store) == []
        session = next(s for s in store.read(sessions.list_all) if s.session_id == board)
        loaded = history.load(store, session.key)
        shown = Document(session.dialect, loaded.updates).reading()
        state = json.loads(shown.state)
        assert history.document_at(store, session, loaded.rev).reading() == shown
    ids = {item["id"] for item in strokes(state)}
    return {"ids": ids, "rev": loaded.rev, "digest": shown.digest}
