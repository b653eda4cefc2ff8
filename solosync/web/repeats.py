"""Requests with an Idempotency-Key: whoever didn't get the answer asks again, and gets that answer.

For whoever is signed in, on POST, PUT and PATCH below /api/v1. What was asked for before is known
by a fingerprint of the method, the path, the query and the body; the body only once the route has
read it, with its own cap and words. So a refusal of the route's that comes before that is still
that refusal.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging

from litestar import Response
from litestar.types import Message, Scope, Send

from solosync.domain import answers
from solosync.domain.answers import Claim, Lost
from solosync.errors import Invalid, KeyReused, SolosyncError
from solosync.records.actors import Actor
from solosync.records.answers import Answer
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, OWN_IDEMPOTENCY
from solosync.web.errors import AnswerLost, InProgress
from solosync.web.services import services

log = logging.getLogger(__name__)

HEADER = "idempotency-key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 255
PATIENCE_SECONDS = 10.0
_PREFIX = "/api/v1/"
_METHODS = frozenset(("POST", "PUT", "PATCH"))
# What doesn't hold for the next try: signing in, waiting, asking less often helps.
_PASSING = frozenset((401, 408, 429))
_STATE = "attempt"


class Replayed(Exception):
    """Not an error: ends a request whose answer is known."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Attempt:
    """One request, from its first byte to its answer."""

    def __init__(self, request: AnyRequest, actor: Actor, key: str) -> None:
        with_services = services(request)
        self._store = with_services.store
        self._keys = with_services.keys
        self._attempts = with_services.attempts
        self._hash = hashlib.sha256(_asked(request, actor))
        self._claim = Claim(actor.user_id, key, b"")
        self._outcome: asyncio.Future[Answer | None] = asyncio.Future()
        self.is_running = False

    def feed(self, piece: bytes) -> None:
        self._hash.update(piece)

    async def start(self) -> None:
        """When all of the body is there. Raises Replayed, KeyReused, InProgress, AnswerLost."""
        self._claim.fingerprint = self._hash.digest()
        await self._wait_for_others()
        # Nothing was waited for since, so there is never more than one.
        self._attempts[self._claim.name] = self
        try:
            found = await asyncio.to_thread(answers.find, self._store, self._keys, self._claim)
        except BaseException:
            self._end(None)
            raise
        if found is not None:
            self._end(found if isinstance(found, Answer) else None)
            raise AnswerLost() if isinstance(found, Lost) else Replayed(found)
        self.is_running = True
        self._claim.open()

    async def finish(self, answer: Answer) -> None:
        """Remembers what will be answered."""
        self._claim.close()
        is_kept = answer.status < 500 and answer.status not in _PASSING
        try:
            if is_kept:
                await asyncio.to_thread(
                    answers.remember, self._store, self._keys, self._claim, answer
                )
            elif self._claim.is_made:
                await asyncio.to_thread(answers.release, self._store, self._claim)
        except SolosyncError as error:
            # It is done all the same, and the claim says so to whoever asks again.
            log.warning("An answer could not be remembered: %s", error)
        self._end(answer if is_kept else None)

    def give_up(self) -> None:
        """Nothing was answered, or nobody knows what: the claim stays."""
        if self.is_running:
            self._claim.close()
            self._end(None)

    async def _wait_for_others(self) -> None:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + PATIENCE_SECONDS
        while (other := self._attempts.get(self._claim.name)) is not None:
            if other._claim.fingerprint != self._claim.fingerprint:
                raise KeyReused()
            await asyncio.wait([other._outcome], timeout=give_up_at - loop.time())
            if not other._outcome.done():
                raise InProgress()
            if (answer := other._outcome.result()) is not None:
                raise Replayed(answer)

    def _end(self, answer: Answer | None) -> None:
        self.is_running = False
        del self._attempts[self._claim.name]
        self._outcome.set_result(answer)


async def prepare(request: AnyRequest) -> None:
    """Before a route is called, and after its guards. Raises Invalid for a key that can't be used,
    and as `Attempt.start` where no body will be read."""
    actor = request.scope.get("user")
    if actor is None or not _is_repeatable(request.scope):
        return
    opt = request.scope["route_handler"].opt
    if opt.get(OWN_IDEMPOTENCY) or (key := stated_key(request)) is None:
        return
    attempt = Attempt(request, actor, key)
    request.scope["state"][_STATE] = attempt
    if BODY not in opt:
        await attempt.start()


def stated_key(request: AnyRequest) -> str | None:
    """Raises Invalid."""
    key = request.headers.get(HEADER)
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    return key


def feed(request: AnyRequest, piece: bytes) -> None:
    """A piece of the body, as it arrived."""
    if (attempt := _find(request.scope)) is not None:
        attempt.feed(piece)


async def body_is_read(request: AnyRequest) -> None:
    """Raises as `Attempt.start`, which may have to wait."""
    if (attempt := _find(request.scope)) is not None:
        request.scope["state"]["is_late"] = True
        await attempt.start()


def give_up(scope: Scope) -> None:
    """When the request has ended, however it did."""
    if (attempt := _find(scope)) is not None:
        attempt.give_up()


def answer(request: AnyRequest, replayed: Replayed) -> Response[bytes]:
    """The answer as it was, under the request id of now."""
    given = replayed.answer
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in given.headers
    }
    headers.pop("content-length", None)
    media_type = headers.pop("content-type", None)
    headers[REPLAYED] = "true"
    return Response(given.body, status_code=given.status, headers=headers, media_type=media_type)


def remembering(scope: Scope, send: Send) -> Send:
    """A `send` that holds back the answer to an attempt until it is remembered."""
    if scope.get("method") not in _METHODS:  # a socket has none
        return send
    held: list[Message] = []

    async def remembering_send(message: Message) -> None:
        attempt = _find(scope)
        if attempt is None or not attempt.is_running:
            await send(message)
            return
        held.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            await attempt.finish(_as_answer(held))
            for part in held:
                await send(part)

    return remembering_send


def _find(scope: Scope) -> Attempt | None:
    found: Attempt | None = scope["state"].get(_STATE)
    return found


def _is_repeatable(scope: Scope) -> bool:
    return scope.get("method") in _METHODS and scope["path"].startswith(_PREFIX)


def _asked(request: AnyRequest, actor: Actor) -> bytes:
    """What the fingerprint holds beside the body. An API key of one organization isn't shown what
    its person was answered in another."""
    scope = request.scope
    parts = (scope["method"], scope["path"].rstrip("/"), actor.organization_id or "")
    return "\0".join(parts).encode() + b"\0" + scope["query_string"] + b"\0"


def _as_answer(messages: list[Message]) -> Answer:
    start = messages[0]
    assert start["type"] == "http.response.start"
    body = b"".join(part.get("body", b"") for part in messages[1:])  # type: ignore[misc]
    headers = [(name, value) for name, value in start["headers"] if not _is_for_asker(name.lower())]
    return Answer(start["status"], tuple(headers), body)


def _is_for_asker(header: bytes) -> bool:
    """What is said to the page that asks, which may be another next time."""
    return header == b"vary" or header.startswith(b"access-control-")
