"""A shared board watched live: through a real server, by real sockets."""

import json
import time
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from pycrdt import Doc, Map, create_sync_message, handle_sync_message
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from solosync import paths
from solosync.board import protocol
from solosync.clock import now_ms
from solosync.store.engine import Store
from solosync.web.crowd import MOST_FROM_ADDRESS
from solosync.web.sockets.pace import MOST_A_SECOND
from tests.interop.boards import stroke
from tests.live import PREFIX, LiveServer, strokes
from tests.servers import PATIENCE_SECONDS

pytestmark = pytest.mark.interop

STATE = {"pages": [{"id": "p1", "name": "One", "strokes": []}]}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with LiveServer(tmp_path_factory.mktemp("shares") / "data") as server:
        yield server


@pytest.fixture
def ann(server):
    return server.sign_in()


@pytest.fixture
def board(ann):
    return ann.make_board(STATE)


class Viewer:
    """Somebody who watches by a link, and has the board's document."""

    def __init__(self, socket):
        self.socket = socket
        self.doc: Doc[Any] = Doc()
        self.elements: Any = self.doc.get("elements", type=Map)
        self.kinds = set()
        self.heard = b""
        with suppress(ConnectionClosed):  # shown out before it said a word
            socket.send(bytes(create_sync_message(self.doc)))

    def take(self):
        """The next message."""
        message = self.socket.recv(timeout=PATIENCE_SECONDS)
        self.kinds.add(message[0])
        self.heard += message
        if message[0] == protocol.SYNC:
            answer = handle_sync_message(message[1:], self.doc)
            if answer is not None:
                self.socket.send(bytes(answer))

    def sees(self, element_id):
        """Waits until it does."""
        while element_id not in {element["id"] for element in self.elements.to_py().values()}:
            self.take()

    def draw(self, element_id):
        """As the page of a board does."""
        before = self.doc.get_state()
        fields = {"id": element_id, "$page": "p1", "$list": "strokes", "$order": "a0"}
        self.elements[element_id] = Map(fields)
        self.socket.send(protocol.encode_sync(protocol.UPDATE, self.doc.get_update(before)))

    def closing(self):
        """Waits for the end; the code."""
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                self.take()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code


def share(ann, board, **fields):
    return ann.share(board, **fields)["token"]


def proof(server, token, **body):
    path = f"{server.url}/api/v1/solo/public/{token}/view/"
    answer = httpx.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["view"]


def watching(server, board, token, view):
    return connect(f"{server.socket_url}/{board}?share={token}&view={view}")


def presence(client, clock, name):
    state = json.dumps({"user": {"name": name}}).encode()
    return protocol.encode_awareness([protocol.Presence(client, clock, state)])


def drawn(ann, board):
    return [item["id"] for item in strokes(ann.get(board)["state"])]


def draw(ann, board, element_id):
    state = {"pages": [{"id": "p1", "name": "One", "strokes": [stroke(element_id)]}]}
    ann.patch(board, state)


def test_viewer_follows_what_is_drawn(server, ann, board):
    token = share(ann, board)
    with watching(server, board, token, proof(server, token)) as socket:
        viewer = Viewer(socket)
        draw(ann, board, "s1")
        viewer.sees("s1")


def test_viewer_who_changes_something_is_shown_out_and_nothing_changes(server, ann, board):
    token = share(ann, board)
    with watching(server, board, token, proof(server, token)) as socket:
        viewer = Viewer(socket)
        draw(ann, board, "s1")
        viewer.sees("s1")
        before = ann.get(board)
        viewer.elements.clear()
        update = viewer.doc.get_update()
        socket.send(protocol.encode_sync(protocol.UPDATE, update))
        assert viewer.closing() == 4403
    assert ann.get(board)["state"] == before["state"]
    assert ann.get(board)["rev"] == before["rev"]


def test_who_comes_by_a_link_that_may_edit_draws_and_history_says_so(server, ann, board):
    token = share(ann, board, may_edit=True)
    with (
        watching(server, board, token, proof(server, token)) as socket,
        connect(ann.socket_address(board)) as own,
    ):
        guest, person = Viewer(socket), Viewer(own)
        guest.take()
        guest.take()
        guest.draw("g1")
        person.sees("g1")
    assert drawn(ann, board) == ["g1"]
    newest = ann.http.get(f"{PREFIX}{board}/versions/").json()["results"][0]
    assert (newest["actor"], newest["device"]) == ("", "share link")


def test_who_draws_along_sees_the_others_and_speaks_for_none_of_them(server, ann, board):
    token = share(ann, board, may_edit=True)
    with (
        connect(ann.socket_address(board)) as own,
        watching(server, board, token, proof(server, token)) as socket,
    ):
        person, guest = Viewer(own), Viewer(socket)
        own.send(presence(7, 1, "Ann"))
        while protocol.AWARENESS not in guest.kinds:
            guest.take()
        socket.send(presence(7, 2, "Mallory"))
        socket.send(presence(8, 1, "Guest"))
        while b"Guest" not in person.heard:
            person.take()
        assert b"Mallory" not in person.heard


def test_nothing_is_written_any_more_when_a_link_is_revoked(server, ann, board):
    token = share(ann, board, may_edit=True)
    view = proof(server, token)
    with watching(server, board, token, view) as socket:
        guest = Viewer(socket)
        guest.take()
        guest.take()
        assert ann.http.delete(f"{PREFIX}{board}/share/").status_code == 204
        with suppress(ConnectionClosed):
            guest.draw("late")
        assert guest.closing() == 4404
    with watching(server, board, token, view) as socket:
        with suppress(ConnectionClosed):
            guest.socket = socket
            guest.draw("later")
        assert guest.closing() == 4404
    assert drawn(ann, board) == []


def test_one_address_has_only_so_many_sockets_by_links(server, ann, board):
    token = share(ann, board)
    view = proof(server, token)
    with ExitStack() as crowd:
        for _ in range(MOST_FROM_ADDRESS):
            crowd.enter_context(watching(server, board, token, view))
        with watching(server, board, token, view) as socket:
            assert Viewer(socket).closing() == 4429
    with watching(server, board, token, view) as socket:
        Viewer(socket).take()


def test_no_more_is_read_of_a_guest_than_a_hand_can_draw(server, ann, board):
    token = share(ann, board, may_edit=True)
    with (
        connect(ann.socket_address(board)) as own,
        watching(server, board, token, proof(server, token)) as socket,
    ):
        person = Viewer(own)
        begun, last = time.monotonic(), 3 * MOST_A_SECOND
        for clock in range(1, last + 1):
            socket.send(presence(8, clock, f"{'x' * 1500} {clock}."))
        while f" {last}.".encode() not in person.heard:
            person.take()
        # What is left of one second, all of another, and the rest.
        assert time.monotonic() - begun > 1


def test_viewer_is_told_of_nobody_and_tells_nobody(server, ann, board):
    token = share(ann, board)
    with (
        connect(ann.socket_address(board)) as own,
        watching(server, board, token, proof(server, token)) as socket,
    ):
        person, viewer = Viewer(own), Viewer(socket)
        own.send(presence(7, 1, "Ann"))
        socket.send(presence(8, 1, "Guest"))
        socket.send(bytes((protocol.QUERY_AWARENESS,)))
        draw(ann, board, "s1")
        viewer.sees("s1")
        person.sees("s1")
        assert viewer.kinds == {protocol.SYNC}
        assert person.kinds == {protocol.SYNC}


def test_revoked_link_shows_its_viewers_out_at_once(server, ann, board):
    token = share(ann, board)
    view = proof(server, token)
    with watching(server, board, token, view) as socket, connect(ann.socket_address(board)) as own:
        viewer = Viewer(socket)
        viewer.take()
        assert ann.http.delete(f"{PREFIX}{board}/share/").status_code == 204
        assert viewer.closing() == 4404
        person = Viewer(own)
        draw(ann, board, "s2")
        person.sees("s2")
    with watching(server, board, token, view) as socket:
        assert Viewer(socket).closing() == 4404


def test_link_that_another_took_the_place_of_is_revoked(server, ann, board):
    token = share(ann, board)
    with watching(server, board, token, proof(server, token)) as socket:
        viewer = Viewer(socket)
        viewer.take()
        share(ann, board)
        assert viewer.closing() == 4404


def test_board_in_the_trash_is_not_watched(server, ann, board):
    token = share(ann, board)
    with watching(server, board, token, proof(server, token)) as socket:
        viewer = Viewer(socket)
        viewer.take()
        assert ann.http.delete(f"{PREFIX}{board}/").status_code == 204
        assert viewer.closing() == 4404


def test_socket_needs_a_link_of_this_board_and_a_view_of_it(server, ann, board):
    token, other = share(ann, board), ann.make_board(STATE)
    view = proof(server, token)
    foreign = share(ann, other)
    for address, link, seen, code in (
        (board, token, "", 4401),
        (board, token, "x", 4401),
        (board, token, proof(server, foreign), 4401),
        (other, token, view, 4404),
        (board, "x", view, 4404),
        (board, "", view, 4404),
    ):
        with watching(server, address, link, seen) as socket:
            assert Viewer(socket).closing() == code, (link, seen)


def test_expiring_link_shows_its_viewers_out_on_time(server, ann, board):
    """Sooner than the next look at all who watch would. A busy machine gets three tries."""
    assert any(watched_past_the_end(server, ann, board) < 0.8 for _ in range(3))


def watched_past_the_end(server, ann, board):
    """For how many seconds a link that ends soon was good for too long."""
    token = share(ann, board, may_edit=True)
    view = proof(server, token)
    expires_at = now_ms() + 700
    with Store.open(server.folder / paths.DATABASE_NAME) as store:
        store.write(lambda tx: tx.execute("UPDATE shares SET expires_at = ?", (expires_at,)))
    with watching(server, board, token, view) as socket:
        assert Viewer(socket).closing() == 4404
    assert now_ms() >= expires_at
    return (now_ms() - expires_at) / 1000
