"""People: who they are, and how they prove it by password."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import msgspec

from solosync import crypto
from solosync.clock import now_ms
from solosync.domain import audit, tokens
from solosync.errors import Forbidden, Invalid, NotFound, Unauthenticated
from solosync.events import UserDeactivated
from solosync.ids import new_id
from solosync.net import domains
from solosync.records.actors import Actor
from solosync.records.organizations import Membership, Organization, Role
from solosync.records.users import User
from solosync.store import organizations, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

OWNER_EMAIL = "owner@localhost"
LONGEST_EMAIL = 254  # RFC 5321
SHORTEST_PASSWORD = 6
LONGEST_PASSWORD = 1024
# Who did it, where nobody is signed in.
TERMINAL = "terminal"
NOT_CURRENT = "That isn't your current password."
WRONG = "The address or the password is wrong."
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")


class Person(NamedTuple):
    """Somebody and the organizations they belong to, the personal one first."""

    user: User
    memberships: list[tuple[Organization, Role]]


def add_user(store: Store, *, email: str, password: str | None, is_staff: bool = False) -> User:
    """A new person with an organization of their own. Without a password they sign in by link.

    Raises Invalid and Taken. Takes as long as hashing a password does.
    """
    password_hash = None
    address = check_email(email)
    if password is not None:
        check_password(password)
        password_hash = crypto.hash_password(password)
    user = new_user(address, is_staff=is_staff, password_hash=password_hash)
    event = audit.event("account.add", target=user.user_id, is_staff=is_staff, via=TERMINAL)

    def add(tx: Tx) -> User:
        audit.record(tx, event)
        return insert(tx, user)

    return store.write(add)


def ensure_owner(store: Store) -> User:
    """The person whose machine this is, made when asked for the first time."""
    found = store.read(lambda tx: users.find_by_email(tx, OWNER_EMAIL))
    if found is not None:
        return found
    user = new_user(OWNER_EMAIL, is_staff=True, password_hash=None)
    event = audit.event("account.add", target=user.user_id, is_staff=True, via="first start")

    def add(tx: Tx) -> User:
        # Another process may have done the same.
        if (present := users.find_by_email(tx, OWNER_EMAIL)) is not None:
            return present
        audit.record(tx, event)
        return insert(tx, user)

    return store.write(add)


def get_owner(store: Store, email: str | None = None) -> User:
    """The person with that address, else this machine's owner. Raises NotFound."""
    if email is None:
        return ensure_owner(store)
    return store.read(lambda tx: _get_by_email(tx, email))


def authenticate(store: Store, email: str, password: str) -> User:
    """The person whom address and password belong to.

    Raises Unauthenticated, with the same words and after the same work whatever was wrong; the
    true reason is its cause.
    """
    address = address_of(email)
    user = store.read(lambda tx: users.find_by_email(tx, address))
    password_hash = user.password_hash if user is not None else None
    fits = crypto.verify_password(password_hash, password[: LONGEST_PASSWORD + 1])
    reason = _reason_to_refuse(user, fits)
    if user is None or reason is not None:
        refused = audit.event("sign_in.password", target=email.strip(), outcome="refused")
        store.write(lambda tx: audit.record(tx, refused))
        raise Unauthenticated(WRONG) from reason
    return user


def _reason_to_refuse(user: User | None, fits: bool) -> Exception | None:
    if user is None:
        return Invalid("no such person")
    if not fits:
        return Invalid("wrong password, or none set")
    if not user.is_active:
        return Forbidden("deactivated")
    if user.email_verified_at is None:
        return Forbidden("registered, but the address wasn't proved yet")
    return None


def list_users(store: Store) -> list[User]:
    """All of them, in the order of joining: for the person at the machine."""
    return store.read(users.list_all)


def get_person(store: Store, user_id: str, *, within: str | None = None) -> Person:
    """With that organization alone, if it is named. Raises NotFound."""

    def get(tx: Tx) -> Person:
        user = users.find(tx, user_id)
        if user is None:
            raise NotFound("user", user_id)
        return Person(user, organizations.list_for_user(tx, user_id, within=within))

    return store.read(get)


def change_profile(store: Store, actor: Actor, changes: dict[str, str | None]) -> None:
    """`changes` holds any of full_name, first_name, last_name, username, avatar_url (which alone
    may be None). Raises Taken and NotFound."""
    user_id = actor.user_id
    event = audit.event("account.profile", actor, target=user_id, fields=", ".join(changes))

    def change(tx: Tx) -> None:
        user = users.find(tx, user_id)
        if user is None:
            raise NotFound("user", user_id)
        changed = msgspec.structs.replace(user, **changes)
        users.change_profile(
            tx,
            user_id,
            full_name=changed.full_name,
            first_name=changed.first_name,
            last_name=changed.last_name,
            username=changed.username,
            avatar_url=changed.avatar_url,
        )
        audit.record(tx, event)

    store.write(change)


def set_password(store: Store, *, email: str, password: str) -> None:
    """Ends all sign-ins of that person, whoever has them. Raises Invalid and NotFound."""
    check_password(password)
    password_hash = crypto.hash_password(password)
    event = audit.event("account.password", via=TERMINAL)

    def change(tx: Tx) -> None:
        user = _get_by_email(tx, email)
        audit.record(tx, msgspec.structs.replace(event, target=user.user_id))
        users.set_password_hash(tx, user.user_id, password_hash)
        # The person at the machine vouches for the address; unproved, it would let nobody in.
        users.mark_verified(tx, user.user_id, now_ms())
        tokens.revoke_all(tx, user.user_id, now_ms())

    store.write(change)


def change_password(
    store: Store, actor: Actor, *, current: str, password: str, ends_others: bool
) -> None:
    """Changes one's own; `current` is the one so far, if there is one. ``ends_others`` signs out
    everywhere else, API keys too. Raises Invalid, and Forbidden for a wrong `current`. Takes as
    long as hashing two passwords does."""
    check_password(password)
    event = audit.event(
        "account.password", actor, target=actor.user_id, via="settings", ends_others=ends_others
    )
    before = get_person(store, actor.user_id).user.password_hash
    if before is not None and not crypto.verify_password(before, current[: LONGEST_PASSWORD + 1]):
        refused = msgspec.structs.replace(event, outcome="refused")
        store.write(lambda tx: audit.record(tx, refused))
        raise Forbidden(NOT_CURRENT)
    password_hash = crypto.hash_password(password)

    def change(tx: Tx) -> None:
        user = users.find(tx, actor.user_id)
        if user is None or user.password_hash != before:
            raise Unauthenticated("Your account was changed just now. Sign in again.")
        users.set_password_hash(tx, user.user_id, password_hash)
        if ends_others:
            tokens.revoke_all(tx, user.user_id, now_ms(), but=actor.device_id)
        audit.record(tx, event)

    store.write(change)


def deactivate(store: Store, *, email: str) -> None:
    """Signs a person out everywhere and lets them in no more. Raises NotFound."""
    event = audit.event("account.deactivate", via=TERMINAL)

    def change(tx: Tx) -> None:
        user = _get_by_email(tx, email)
        audit.record(tx, msgspec.structs.replace(event, target=user.user_id))
        users.set_active(tx, user.user_id, False)
        tokens.revoke_all(tx, user.user_id, now_ms())
        tx.emit(UserDeactivated(user.user_id))

    store.write(change)


def new_user(
    email: str,
    *,
    full_name: str = "",
    is_staff: bool = False,
    password_hash: str | None = None,
    is_proved: bool = True,
) -> User:
    """Not stored yet. `is_proved` says whether the address is known to be theirs."""
    return User(
        user_id=new_id(),
        email=email,
        full_name=full_name,
        first_name="",
        last_name="",
        username="",
        avatar_url=None,
        is_staff=is_staff,
        is_active=True,
        joined_at=now_ms(),
        last_login_at=None,
        password_hash=password_hash,
        email_verified_at=now_ms() if is_proved else None,
    )


def insert(tx: Tx, user: User) -> User:
    """With a personal organization. Raises Taken."""
    organization = Organization(
        organization_id=new_id(),
        name=user.display_name,
        owner_id=user.user_id,
        is_personal=True,
        created_at=user.joined_at,
    )
    users.insert(tx, user)
    organizations.insert(tx, organization)
    membership = Membership(organization.organization_id, user.user_id, "admin")
    organizations.put_member(tx, membership)
    return user


def _get_by_email(tx: Tx, email: str) -> User:
    user = users.find_by_email(tx, address_of(email))
    if user is None:
        raise NotFound("user", email)
    return user


def check_email(email: str) -> str:
    """The address as it is kept. Raises Invalid."""
    address = address_of(email)
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise Invalid(f"{email!r} is no email address.", fields={"email": "no address"})
    return address


def address_of(text: str) -> str:
    """The form in which an address is kept and looked up: mail to all spellings of a domain goes to
    one mailbox, so they mustn't be as many accounts and budgets. What is no address stays so."""
    spelled = text.strip().lower()
    if len(spelled) > LONGEST_EMAIL:
        return spelled
    local, at, domain = unicodedata.normalize("NFC", spelled).rpartition("@")
    return f"{local}{at}{domains.one_form(domain)}"


def check_password(password: str) -> None:
    """Raises Invalid."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            fields={"password": "too short or too long"},
        )
