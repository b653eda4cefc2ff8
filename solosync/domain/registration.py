"""Who may have an account, and what it takes to prove an address.

Anybody can type an address into a form, and a password beside it. So an account made that way lets
nobody in until whoever reads the mail of that address has proved it. What was typed before then
counts only if it was they who typed it: see `prove`.
"""

from __future__ import annotations

import msgspec

from solosync import crypto, origin
from solosync.clock import DAY_MS, now_ms
from solosync.config import Config, is_loopback
from solosync.crypto import Keys
from solosync.domain import accounts, audit, mail, mailings
from solosync.errors import Forbidden
from solosync.ids import new_id
from solosync.origin import Origin
from solosync.records.audit import Event, Outcome
from solosync.records.codes import SignInCode
from solosync.records.users import User
from solosync.store import codes, invitations, organizations, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

UNPROVED_DAYS = 7
_SEAL = "registration"
CLOSED = "There is no account for this address, and none can be made here."


def register(
    store: Store,
    keys: Keys,
    config: Config,
    *,
    email: str,
    username: str,
    password: str,
    full_name: str,
    sign_in_url: str,
) -> str:
    """Makes an account that lets nobody in until its address is proved. Returns a seal for the
    browser that chose the password, which `codes.redeem` takes.

    An address that has an account already, or that only invited people could use, gets the same
    answer; in the first case it is told by mail, once an hour, whether it was proved or not. Nor is
    anybody told whether a username is free: who knows one would learn which address goes with it.
    Raises Forbidden where registration is closed, and Invalid. Takes as long as hashing a password
    does.
    """
    if config.registration == "closed":
        raise Forbidden(CLOSED)
    address = accounts.check_email(email)
    accounts.check_password(password)
    password_hash = crypto.hash_password(password)
    new = accounts.new_user(
        address, full_name=full_name, password_hash=password_hash, is_proved=False
    )
    registered = event(address, "form")
    asked = origin.current.get()

    def add(tx: Tx) -> User:
        present = users.find_by_email(tx, address)
        is_owned = present is not None and present.email_verified_at is not None
        is_made = may_register(tx, config, address) and not is_owned
        user = new
        if is_made:
            user = accounts.insert(tx, new) if present is None else _replace(tx, present, new)
            users.put_registration(tx, user.user_id, address=asked.address, username=username)
        _tell_owner(tx, keys, address, present, asked, sign_in_url)
        audit.record(tx, _outcome(registered, user.user_id if is_made else None))
        return user

    # For whom nothing was made, a seal that fits nothing.
    return seal(keys, store.write(add))


def _tell_owner(
    tx: Tx, keys: Keys, address: str, present: User | None, asked: Origin, sign_in_url: str
) -> None:
    """That somebody wanted an account for their address, once an hour. Where nobody is to be told,
    a decoy is as much work, so that nobody learns by the time it takes whether there is one."""
    is_due = not mailings.was_noticed(tx, address, now_ms())
    told = present if is_due and present is not None and present.is_active else None
    fields = {"link": sign_in_url}
    mail.queue(tx, keys, address, "taken", fields, language=asked.language, is_decoy=told is None)
    codes.insert(tx, _notice(keys, address, told, asked.network))


def seal(keys: Keys, user: User) -> str:
    """What tells the browser that chose this person's password from all others."""
    return keys.seal(_SEAL, f"{user.user_id}\0{user.password_hash}")


def has_chosen(
    tx: Tx, keys: Keys, config: Config, user: User, seal: str, program_address: str
) -> bool:
    """Whether it was the one asking now who chose this unproved person's password: by the seal, or,
    as a program that keeps no cookies, by coming from the network address that registered.

    Behind a proxy everybody may seem to come from this machine, which then says nothing.
    """
    text = f"{user.user_id}\0{user.password_hash}"
    if user.password_hash is not None and keys.is_seal(_SEAL, text, seal):
        return True
    if not program_address or (config.public_url and is_loopback(program_address)):
        return False
    registered = users.find_registration(tx, user.user_id)
    return registered is not None and registered[0] == program_address


def may_register(tx: Tx, config: Config, email: str) -> bool:
    """Whether somebody without an account gets one by proving this address. (The same work
    whatever the answer.)"""
    is_invited = invitations.has_live(tx, email, now_ms())
    return config.registration == "open" or (config.registration == "invite" and is_invited)


def event(email: str, via: str) -> Event:
    """What `admit` records of an account that it makes; to be made in the caller's thread."""
    return audit.event("account.register", target=email, via=via)


def admit(
    tx: Tx,
    config: Config,
    email: str,
    *,
    event: Event,
    full_name: str = "",
    keeps_choices: bool = False,
) -> User:
    """The active person whose address was just proved: the one who has it, else a new one if
    registration allows it. Raises Forbidden if not, or if they were deactivated, and Invalid for
    what is no address."""
    address = accounts.check_email(email)
    user = users.find_by_email(tx, address)
    if user is None:
        if not may_register(tx, config, address):
            raise Forbidden(CLOSED)
        user = accounts.insert(tx, accounts.new_user(address, full_name=full_name))
        made = msgspec.structs.replace(event, target=address, actor_id=user.user_id)
        audit.record(tx, made)
    if not user.is_active:
        raise Forbidden("This account was deactivated.")
    return prove(tx, user, keeps_choices=keeps_choices)


def purge(tx: Tx, now: int) -> None:
    """Forgets accounts whose address was never proved; the address and username are free again."""
    users.purge_unproved(tx, now - UNPROVED_DAYS * DAY_MS)


def _outcome(registered: Event, user_id: str | None) -> Event:
    outcome: Outcome = "done" if user_id else "refused"
    return msgspec.structs.replace(registered, outcome=outcome, actor_id=user_id)


def _notice(keys: Keys, address: str, told: User | None, network: str) -> SignInCode:
    """What opens nothing, and tells that an address was written to, if it was."""
    now = now_ms()
    return SignInCode(
        code_id=new_id(),
        kind="none",
        email=address,
        user_id=told.user_id if told else None,
        asked_from=network,
        code_hash=keys.hash_token("none", crypto.new_token()),
        link_hash=None,
        tries=0,
        created_at=now,
        expires_at=now,
        used_at=None,
    )


def _replace(tx: Tx, present: User, new: User) -> User:
    """Whoever registers last with an address that nobody has proved is as likely its owner as
    whoever was first; `has_chosen` tells them apart."""
    _rename(tx, present, full_name=new.full_name, username="")
    users.set_password_hash(tx, present.user_id, new.password_hash)
    return msgspec.structs.replace(present, password_hash=new.password_hash)


def _rename(tx: Tx, user: User, *, full_name: str, username: str) -> None:
    """And the personal organization, which is called as its owner is."""
    users.change_profile(
        tx,
        user.user_id,
        full_name=full_name,
        first_name="",
        last_name="",
        username=username,
        avatar_url=None,
    )
    renamed = msgspec.structs.replace(user, full_name=full_name, username=username)
    personal = organizations.find_personal(tx, user.user_id)
    if personal is not None:
        organizations.rename(tx, personal.organization_id, renamed.display_name)


def prove(tx: Tx, user: User, *, keeps_choices: bool = False) -> User:
    """The address is theirs. The password and names of a registration before that are forgotten,
    unless they are known to be from the one who proved it: somebody else may have registered with
    this address, only to get in later. A username that is in use by now isn't given."""
    if user.email_verified_at is not None:
        return user
    registered = users.find_registration(tx, user.user_id)
    if not keeps_choices:
        _rename(tx, user, full_name="", username="")
        users.set_password_hash(tx, user.user_id, None)
    elif registered is not None and not users.is_username_taken(tx, registered[1]):
        _rename(tx, user, full_name=user.full_name, username=registered[1])
    users.mark_verified(tx, user.user_id, now_ms())
    proved = users.find(tx, user.user_id)
    return proved or user
