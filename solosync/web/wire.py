"""uvicorn's HTTP connection, which bounds what it holds of a request before anybody has seen it,
and says in our own words what is wrong with what it can't read."""

from __future__ import annotations

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from solosync.errors import Invalid, SolosyncError
from solosync.ids import new_id
from solosync.web import error_answers, errors

HEAD_BYTES = 64 * 1024


class NoRequest(Invalid):
    """Something that isn't HTTP."""

    code = "bad_request"
    default_message = "That is not a request that can be understood."


class Wire(HttpToolsProtocol):
    """Everything but this stays with uvicorn."""

    _is_in_head = False
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        # What a head began with came behind another request, and isn't counted; a head that came
        # whole is judged by the edge.
        self._head_bytes += len(data) if self._is_in_head else 0
        super().data_received(data)
        is_too_long = self._is_in_head and self._head_bytes > HEAD_BYTES
        if is_too_long and not self.transport.is_closing():
            self._refuse(errors.HeadTooLarge())

    def on_message_begin(self) -> None:
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.scope["state"]["is_whole"] = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(NoRequest())

    def _refuse(self, error: SolosyncError) -> None:
        """Answers without having a request, and closes the connection."""
        status = errors.outcome(error).status
        request_id = new_id()
        scope = {"state": {"path": "", "request_id": request_id}}
        content = error_answers.body(scope, status, error.code, error.message)
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"content-type: {error_answers.MEDIA_TYPE}\r\ncontent-length: {len(content)}\r\n"
            f"x-request-id: {request_id}\r\nx-content-type-options: nosniff\r\n"
            "cache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + content)
        self.transport.close()
