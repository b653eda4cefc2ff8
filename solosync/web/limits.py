"""How often may be asked: a budget for each kind of request, of each person or address.

A route names its budget by `RATE` in its `opt`; without, what people ask is counted as USER and
what anyone may ask as ANON. No budget eats another: saves go on while lists are used up, and
whoever is behind one address with a busy stranger still gets in, and stays in (TOKENS).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from litestar.handlers import BaseRouteHandler

from solosync.clock import now_ms
from solosync.config import Config
from solosync.domain.accounts import LONGEST_EMAIL, address_of
from solosync.errors import RateLimited
from solosync.origin import network_of
from solosync.records.actors import Actor
from solosync.web.buckets import WINDOW_SECONDS, Charged
from solosync.web.connections import Connection
from solosync.web.documented import RATE
from solosync.web.services import services
from solosync.web.tries import TRIES

USER = "user"
ANON = "anonymous"
EXPORT = "export"
SIGN_IN = "sign-in"
TOKENS = "tokens"
AUTOSAVE = "autosave"
ADMIN = "admin"
STATIC = "static"
NONE = "none"
TRIED = "tries"
LIMITS: Mapping[str, Callable[[Config], int]] = {
    USER: lambda config: config.rate_user,
    ANON: lambda config: config.rate_anon,
    EXPORT: lambda config: config.rate_export,
    SIGN_IN: lambda config: config.rate_sign_in,
    TOKENS: lambda config: config.rate_anon,
    AUTOSAVE: lambda config: config.rate_autosave,
    ADMIN: lambda config: config.rate_admin,
    STATIC: lambda config: config.rate_autosave,
    NONE: lambda _: 0,
}
"""Requests a minute; 0 is without limit."""
_LINK = "link "
# Names are cut here, because strangers choose them and they are remembered; none of ours is longer.
_LONGEST_LINK = 64
CROWD = 20
"""So many people may come at once by one link, where they can't be told apart."""


def charge(connection: Connection, handler: BaseRouteHandler, actor: Actor | None) -> None:
    """Counts a request against its route's budget: the person's, else the address's. Raises
    RateLimited."""
    name = handler.opt.get(RATE) or (ANON if actor is None else USER)
    if name == STATIC and connection.client is None:
        return  # one could keep them from all others, and a refusal costs us as much
    key = _address(connection) if actor is None else f"person {actor.user_id}"
    _charge(connection, name, key)


def charge_stranger(connection: Connection) -> None:
    """Counts what no route has counted against its address: a path or method that isn't there, a
    token that isn't good. Raises RateLimited."""
    _charge(connection, ANON, _address(connection))


def charge_account(connection: Connection, email: str) -> None:
    """Counts one more code or account asked for, for an email address, whoever asks: the route's
    SIGN_IN has counted the network address alone. Raises RateLimited."""
    _charge(connection, SIGN_IN, account_key(email))


def start_try(connection: Connection, keys: Sequence[str]) -> float:
    """As `Tries.start`. After a refusal the answer's headers are about the tries, not about the
    route's budget."""
    try:
        return services(connection).tries.start(keys)
    except RateLimited as error:
        wait = error.retry_after_seconds
        connection.scope["state"]["rate"] = Charged(TRIED, TRIES, 0, wait, wait)
        raise


def headers(charged: Charged) -> list[tuple[bytes, bytes]]:
    """What tells a client how much is left, in both usual ways.

    `X-RateLimit-Reset` is the time at which all of it is there again, in seconds since 1970.
    """
    name, limit, remaining, full_in_seconds, _ = charged
    found = {
        "ratelimit-policy": f'"{name}";q={limit};w={WINDOW_SECONDS}',
        "ratelimit": f'"{name}";r={remaining};t={full_in_seconds}',
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(now_ms() // 1000 + full_in_seconds),
    }
    return [(header.encode(), value.encode()) for header, value in found.items()]


def address_key(address: str) -> str:
    return f"address {network_of(address)}"


def account_key(email: str) -> str:
    """Cut where no address goes on, because many are remembered."""
    return f"account {address_of(email)[:LONGEST_EMAIL]}"


def _address(connection: Connection) -> str:
    if connection.client is not None:
        return address_key(connection.client.host)
    # Somebody whom a tunnel doesn't tell from others. They are counted by the link (or the picture,
    # whose name is known to whoever was shown the board), so that whoever has none, or another one,
    # can't use up what is left for those who were sent this one.
    asked = connection.path_params
    link = asked.get("token", asked.get("name"))
    return address_key("") if link is None else f"{_LINK}{link[:_LONGEST_LINK]}"


def _charge(connection: Connection, name: str, key: str) -> None:
    with_services = services(connection)
    limit = LIMITS[name](with_services.config)
    if key.startswith(_LINK):
        limit *= CROWD
    if not (limit and with_services.config.rate_limits):
        return
    charged = with_services.buckets.take(name, key, limit)
    state = connection.scope["state"]
    before: Charged | None = state.get("rate")
    if before is None or charged.remaining <= before.remaining:
        state["rate"] = charged
    if charged.is_refused:
        raise RateLimited(
            charged.retry_in_seconds,
            f"Too many requests. Wait {charged.retry_in_seconds} s.",
        )
