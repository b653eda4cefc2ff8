"""Awareness: who is there and what they point at. Relayed, never stored.

The protocol is that of y-protocols/awareness: each client has a clock, and a state that is null
when it has gone.
"""

import json

from solosync.board.protocol import Malformed, Presence, decode_awareness, encode_awareness
from solosync.realtime.peer import Peer

MAX_CLIENTS_PER_PEER = 64
MAX_STATE_BYTES = 64 * 1024
# Of somebody who comes by a link: what the page of a board tells is shorter, and of one client.
MAX_CLIENTS_BY_LINK = 8
MAX_STATE_BYTES_BY_LINK = 8 * 1024
# Clients stop reading all of a message at a number that JavaScript doesn't have; and whoever comes
# back by an id that was taken meanwhile counts on from the clock that they find.
MOST_CLIENT = 2**53 - 1
MOST_CLOCK = 2**48
_GONE = b"null"


class TooMuchPresence(Exception):
    """More clients, or a larger state, than one peer may announce."""


class PresenceBoard:
    """The newest awareness state of every client in a room."""

    def __init__(self) -> None:
        self._states: dict[int, Presence] = {}
        self._holders: dict[int, Peer] = {}

    def receive(self, peer: Peer, content: bytes) -> bytes | None:
        """Takes a peer's message; returns the one to relay, None if it brought nothing new.

        Raises Malformed; TooMuchPresence.
        """
        news = []
        is_stranger = peer.actor.share_id is not None
        most_bytes = MAX_STATE_BYTES_BY_LINK if is_stranger else MAX_STATE_BYTES
        most_clients = MAX_CLIENTS_BY_LINK if is_stranger else MAX_CLIENTS_PER_PEER
        for presence in decode_awareness(content):
            if len(presence.state) > most_bytes:
                raise TooMuchPresence
            if is_stranger:
                _check_readable(presence)
            if not self._may_announce(peer, presence.client):
                continue
            known = self._states.get(presence.client)
            is_gone = presence.state == _GONE
            if known is not None and not (
                presence.clock > known.clock
                or (presence.clock == known.clock and is_gone and known.state != _GONE)
            ):
                continue
            news.append(presence)
            if is_gone:
                peer.clients.pop(presence.client, None)
                self._states.pop(presence.client, None)
                self._holders.pop(presence.client, None)
            else:
                self._holders[presence.client] = peer
                peer.clients[presence.client] = presence.clock
                if len(peer.clients) > most_clients:
                    raise TooMuchPresence
                self._states[presence.client] = presence
        return encode_awareness(news) if news else None

    def everyone(self) -> bytes | None:
        """A message with all states, for a peer that has just come."""
        return encode_awareness(list(self._states.values())) if self._states else None

    def leave(self, peer: Peer) -> bytes | None:
        """Takes a peer's clients out; returns the message that tells the others."""
        gone = []
        for client in peer.clients:
            if self._holders.get(client) is not peer:
                continue  # they came back by another socket before this one was gone
            del self._holders[client]
            known = self._states.pop(client, None)
            if known is not None:
                gone.append(Presence(client, known.clock + 1, _GONE))
        peer.clients.clear()
        return encode_awareness(gone) if gone else None

    def _may_announce(self, peer: Peer, client: int) -> bool:
        """Who comes by a link speaks for nobody else. Others may come back by another socket
        before the first one is gone."""
        if peer.actor.share_id is None:
            return True
        return self._holders.get(client, peer) is peer


def _check_readable(presence: Presence) -> None:
    """What one client can't read keeps all the others from being seen, as they are told together.
    Raises Malformed for what isn't an object in JSON, or null, as JavaScript reads it."""
    try:
        state = json.loads(presence.state.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    is_state = state is None or isinstance(state, dict)
    if not is_state or presence.client > MOST_CLIENT or presence.clock > MOST_CLOCK:
        raise Malformed


def _refuse(name: str) -> None:
    raise Malformed(name)
