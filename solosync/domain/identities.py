"""Whose account it is that somebody at an OpenID provider signs in to."""

from __future__ import annotations

import msgspec

from solosync.clock import now_ms
from solosync.config import Config
from solosync.domain import audit, registration
from solosync.errors import Forbidden, Invalid
from solosync.records.identities import Assertion, Identity
from solosync.records.users import User
from solosync.store import identities, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

SIGN_IN = "sign_in.openid"
UNVERIFIED = (
    "The sign-in provider doesn't say that it has verified an email address of yours, and without"
    " one nobody here knows who you are."
)


def admit(store: Store, config: Config, assertion: Assertion) -> User:
    """The person that the provider speaks of.

    Whoever came before is known by their subject, whatever their address is by now. The first time,
    a verified address decides: its account is theirs from then on, or made if registration allows
    it. Raises Forbidden, and Invalid for what is no address; both are audited.
    """
    known = store.read(lambda tx: _find(tx, assertion))
    try:
        return _active(known) if known is not None else _link(store, config, assertion)
    except (Forbidden, Invalid) as error:
        target = assertion.email or assertion.subject
        refuse(store, assertion.issuer, error.message, target=target)
        raise


def refuse(store: Store, issuer: str, reason: str, *, target: str = "") -> None:
    """Audits that nobody was let in."""
    event = audit.event(SIGN_IN, target=target, outcome="refused", issuer=issuer, reason=reason)
    store.write(lambda tx: audit.record(tx, event))


def _find(tx: Tx, assertion: Assertion) -> User | None:
    identity = identities.find(tx, assertion.issuer, assertion.subject)
    return users.find(tx, identity.user_id) if identity is not None else None


def _active(user: User) -> User:
    if not user.is_active:
        raise Forbidden("This account was deactivated.")
    return user


def _link(store: Store, config: Config, assertion: Assertion) -> User:
    if not (assertion.email and assertion.is_email_verified):
        raise Forbidden(UNVERIFIED)
    registered = registration.event(assertion.email, "openid")
    linked = audit.event("account.link", target=assertion.email, issuer=assertion.issuer)

    def link(tx: Tx) -> User:
        # Another tab of theirs may have been faster.
        known = _find(tx, assertion)
        if known is not None:
            return _active(known)
        user = registration.admit(
            tx, config, assertion.email, event=registered, full_name=assertion.full_name
        )
        identity = Identity(assertion.issuer, assertion.subject, user.user_id, now_ms())
        identities.insert(tx, identity)
        audit.record(tx, msgspec.structs.replace(linked, actor_id=user.user_id))
        return user

    return store.write(link)
