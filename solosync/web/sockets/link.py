"""uvicorn's WebSocket connection, with a short way for the binary messages of a board.

ASGI costs a queue, a task switch and a pause of the socket for each message, and builds each frame
anew for each receiver; at thousands of messages a second that is most of what the server does
(docs/decisions/006-a-short-way-for-board-messages.md). Everything else, from the handshake to
pings, fragments and closing, stays with uvicorn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Opcode

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the compiled part
    from websockets.utils import apply_mask

EXTENSION = "solosync.link"

_FINAL_BINARY = 0x80 | Opcode.BINARY
_MASKED = 0x80
# Of a message, before a handler is attached: that is before anybody knows who it is from.
_FIRST_BYTES = 64 * 1024


class Link(WebSocketsSansIOProtocol):
    """A socket's handler finds it in ``scope["extensions"][EXTENSION]`` and ``attach``es itself.

    Callbacks run on the event loop's thread, one message after another, and must not raise.
    """

    _deliver: Callable[[bytes | None], None] | None = None
    _pause: Callable[[], None] | None = None
    _resume: Callable[[], None] | None = None
    _is_framing = False  # whether incoming bytes are cut into frames here
    _is_handed_over = False  # something unusual came: uvicorn reads all the rest
    _held = bytearray()
    _wanted = 0

    def __init__(self, *settings: Any, **others: Any) -> None:
        super().__init__(*settings, **others)
        self._bound(_FIRST_BYTES)

    def attach(
        self,
        deliver: Callable[[bytes | None], None],
        pause: Callable[[], None],
        resume: Callable[[], None],
        most_bytes: int,
    ) -> None:
        """From now on each binary message goes to ``deliver``, a text message as None. ``pause``
        is called when the client reads too slowly, ``resume`` when it has caught up. A message
        that is longer than ``most_bytes`` isn't even read: it ends the connection with 1009."""
        self._bound(most_bytes)
        self._deliver, self._pause, self._resume = deliver, pause, resume
        waiting = []
        while not self.queue.empty():
            waiting.append(self.queue.get_nowait())
        for event in waiting:
            if event["type"] == "websocket.receive":
                deliver(event.get("bytes"))
            else:
                self.queue.put_nowait(event)
        self.let_read(True)

    def _bound(self, most_bytes: int) -> None:
        self._most_bytes = self.conn.max_message_size = most_bytes

    def detach(self) -> None:
        self._deliver = self._pause = self._resume = None

    def write(self, message: bytes) -> None:
        """Sends one binary message; what the client can't take yet waits in the transport."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        length = len(message)
        if length < 126:
            head = bytes((_FINAL_BINARY, length))
        elif length < 65536:
            head = bytes((_FINAL_BINARY, 126)) + length.to_bytes(2, "big")
        else:
            head = bytes((_FINAL_BINARY, 127)) + length.to_bytes(8, "big")
        self.transport.write(head + message)

    def cut(self) -> None:
        """Ends the connection at once; what wasn't sent yet is lost."""
        self.transport.abort()

    def let_read(self, on: bool) -> None:
        """Whether more is read from the client just now."""
        if on == self.read_paused and not self.transport.is_closing():
            self.read_paused = not on
            if on:
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()

    # -- what uvicorn calls ------------------------------------------------------------------

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def data_received(self, data: bytes) -> None:
        if self._is_handed_over or not self.handshake_complete:
            super().data_received(data)
            return
        if not self._is_framing:
            # The parser stands between two frames, unless the client sent some before our answer.
            self._is_framing = True
            if len(self.conn.reader.buffer):
                self._hand_over(data)
                return
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return
            data = bytes(self._held)
            self._held = bytearray()
        self._cut(data)

    def _cut(self, data: bytes) -> None:
        """Takes whole frames out of ``data`` and holds what is left until more comes."""
        at, end = 0, len(data)
        while not self._is_handed_over:
            if end - at < 2:
                self._wanted = 2
                break
            length, start = data[at + 1] & 0x7F, at + 2
            if length > 125:
                size = 2 if length == 126 else 8
                if end - start < size:
                    self._wanted = 2 + size
                    break
                length = int.from_bytes(data[start : start + size], "big")
                start += size
            if not data[at + 1] & _MASKED or length > self._most_bytes:
                self._hand_over(data[at:])
                return
            start += 4
            if end - start < length:
                self._wanted = start - at + length
                break
            stop = start + length
            if data[at] == _FINAL_BINARY and self._deliver is not None and not self.close_sent:
                self._deliver(apply_mask(data[start:stop], data[start - 4 : start]))
            else:
                super().data_received(data[at:stop])
            at = stop
        if at < end:
            self._held = bytearray(data[at:])

    def _hand_over(self, data: bytes) -> None:
        self._is_handed_over = True
        super().data_received(data)

    def send_receive_event_to_app(self) -> None:
        """A message that came in fragments, or as text."""
        if self._deliver is None or self.close_sent:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        self._deliver(data if self.curr_msg_data_type == "bytes" else None)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._pause is not None:
            self._pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._resume is not None:
            self._resume()
