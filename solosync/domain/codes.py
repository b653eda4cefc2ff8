"""Codes by mail: six digits for the team's client, eight digits and a link for everybody else.

What is asked for an address that nobody has costs the same work, down to the row and the mail that
isn't sent, and tells nobody which it was. Guessing ends the code that is guessed at, and past a
hundred guesses a day the way by six digits; neither its link nor any other way in.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Callable

from solosync import origin
from solosync.clock import DAY_MS, HOUR_MS, MINUTE_MS, now_ms
from solosync.config import Config
from solosync.crypto import Keys, new_token
from solosync.domain import accounts, audit, mail, mailings, registration
from solosync.errors import CodeRefused, Forbidden, RateLimited
from solosync.ids import new_id
from solosync.records.audit import Event
from solosync.records.codes import CodeKind, SignInCode
from solosync.records.users import User
from solosync.store import codes, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

OTP_MINUTES = 5
MOST_TRIES = 5
MOST_GUESSES_A_DAY = 100
_DIGITS: dict[CodeKind, int] = {"otp": 6, "magic": 8}
_LINK = "magic link"


def request(
    store: Store, keys: Keys, config: Config, *, kind: CodeKind, email: str, page: str
) -> str:
    """Mails a code to whoever has the address, and returns it (for nobody's eyes but a
    developer's). `page` is where a magic link leads to; the secret is appended.

    Raises Invalid for what is no address, and RateLimited past so many mails an hour, and for an
    OTP past so many guesses a day.
    """
    address = accounts.check_email(email)
    minutes = OTP_MINUTES if kind == "otp" else config.magic_link_expiry_minutes
    link = new_token() if kind == "magic" else None
    asked = audit.event("code.request", target=address, kind=kind)
    asker = origin.current.get()

    def add(tx: Tx) -> str:
        now = now_ms()
        mailings.check(tx, config, address, asker.network, now)
        if kind == "otp":
            _check_guesses(tx, address, now)
        user = users.find_by_email(tx, address)
        may_register = registration.may_register(tx, config, address)
        is_welcome = user.is_active if user else kind == "magic" and may_register
        digits, code_hash = _new_digits(tx, keys, kind, address, now)
        code = SignInCode(
            code_id=new_id(),
            kind=kind,
            email=address,
            user_id=user.user_id if user else None,
            asked_from=asker.network,
            code_hash=code_hash,
            link_hash=keys.hash_token(_LINK, link) if link else None,
            tries=0,
            created_at=now,
            expires_at=now + minutes * MINUTE_MS,
            used_at=None,
        )
        codes.insert(tx, code)
        fields = _fields(digits, minutes, f"{page}?token={link}" if link else None)
        is_decoy = not is_welcome
        mail.queue(tx, keys, address, kind, fields, language=asker.language, is_decoy=is_decoy)
        audit.record(tx, asked)
        return digits

    return store.write(add)


def _fields(digits: str, minutes: int, link: str | None) -> dict[str, str]:
    """For the mail's template."""
    fields = {"code": digits, "minutes": str(minutes)}
    return fields | {"link": link} if link else fields


def redeem(
    store: Store,
    keys: Keys,
    config: Config,
    *,
    kind: CodeKind,
    token: str,
    email: str | None = None,
    registration_seal: str = "",
    program_address: str = "",
) -> User:
    """The active person whose address a code, or the secret of a link, proves; it is used up. A
    magic one makes an account if there is none and registration allows it.

    Without ``email`` only magic ones are found. A password chosen at registration stays if it was
    they who chose it, by the seal or a program's network address: see `registration.has_chosen`.
    Raises CodeRefused.
    """
    shown = "".join(token.split())
    address = None if email is None else accounts.address_of(email)
    registered = registration.event(address or "", kind)
    refused = audit.event(_action(kind), target=address or "", outcome="refused")

    def has_chosen(tx: Tx, user: User) -> bool:
        return registration.has_chosen(tx, keys, config, user, registration_seal, program_address)

    def use(tx: Tx) -> User | None:
        now = now_ms()
        found = _find(tx, keys, kind, address, shown, now)
        user = None
        if found is not None:
            codes.use_up(tx, kind, found.email, now)
            user = _admit(tx, config, found, registered, has_chosen)
        elif address is not None and is_code(kind, shown):
            codes.count_try(tx, kind, address, now)
        if user is None:
            audit.record(tx, refused)
        return user

    user = store.write(use)
    if user is None:
        raise CodeRefused()
    return user


def find_address(store: Store, keys: Keys, token: str) -> str | None:
    """Whom the secret of a mailed link would sign in; None if it is no longer good."""
    link_hash = keys.hash_token(_LINK, token)
    found = store.read(lambda tx: codes.find_live_by_link(tx, link_hash, now_ms()))
    return found.email if found else None


def is_code(kind: CodeKind, token: str) -> bool:
    """Whether it has the form of a code's digits, and not of a link's secret."""
    return kind == "otp" or (token.isdecimal() and len(token) <= _DIGITS[kind])


def purge(tx: Tx, now: int) -> None:
    """Forgets codes that neither work nor count any more."""
    codes.purge(tx, now, now - HOUR_MS, tried_before=now - DAY_MS)


def _action(kind: CodeKind) -> str:
    return "sign_in.code" if kind == "otp" else "sign_in.magic"


def _check_guesses(tx: Tx, address: str, now: int) -> None:
    """Raises RateLimited past the most guesses a day at the six digits of an address. A code that
    is over can't be guessed any more, and eight digits hardly."""
    tried = [
        (made_at, min(tries, MOST_TRIES))
        for made_at, tries in codes.list_tries(tx, "otp", address, now - DAY_MS)
    ]
    left = sum(tries for _, tries in tried)
    if left < MOST_GUESSES_A_DAY:
        return
    for made_at, tries in tried:
        left -= tries
        if left < MOST_GUESSES_A_DAY:
            raise RateLimited(
                math.ceil((made_at + DAY_MS - now) / 1000),
                "Too many wrong codes were tried for this address today. Sign in another way, or"
                " wait.",
            )


def _find(
    tx: Tx, keys: Keys, kind: CodeKind, address: str | None, shown: str, now: int
) -> SignInCode | None:
    if not is_code(kind, shown):
        found = codes.find_live_by_link(tx, keys.hash_token(_LINK, shown), now)
        return found if found and address in (None, found.email) else None
    code_hash = _code_hash(keys, kind, address, shown)
    if address is None:
        found = codes.find_live_by_code(tx, kind, code_hash, now)
        return found if found and found.tries < MOST_TRIES else None
    fitting = None
    for code in codes.list_live(tx, kind, address, now):
        if hmac.compare_digest(code.code_hash, code_hash) and code.tries < MOST_TRIES:
            fitting = code
    return fitting


def _admit(
    tx: Tx,
    config: Config,
    found: SignInCode,
    registered: Event,
    has_chosen: Callable[[Tx, User], bool],
) -> User | None:
    user = users.find_by_email(tx, found.email)
    if user is None and found.kind == "otp":
        return None
    is_own = user is not None and has_chosen(tx, user)
    try:
        return registration.admit(tx, config, found.email, event=registered, keeps_choices=is_own)
    except Forbidden:
        return None


def _new_digits(tx: Tx, keys: Keys, kind: CodeKind, address: str, now: int) -> tuple[str, bytes]:
    """Such as no other live code has, because a magic one is looked up by its digits alone."""
    while True:
        digits = "".join(secrets.choice("0123456789") for _ in range(_DIGITS[kind]))
        code_hash = _code_hash(keys, kind, address, digits)
        if codes.find_live_by_code(tx, kind, code_hash, now) is None:
            return digits, code_hash


def _code_hash(keys: Keys, kind: CodeKind, address: str | None, digits: str) -> bytes:
    return keys.hash_token(kind, f"{address}\0{digits}" if kind == "otp" else digits)
