"""People are asked into an organization by a link.

Whoever has the link may join with the account that they are signed in to. The link in the mail
holds a proof besides, which only that mail had: with it somebody who has no account yet gets one
for the address. The admin who invited sees the link without the proof, and so can't become anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec import structs

from solosync import origin
from solosync.clock import DAY_MS, now_ms
from solosync.config import Config
from solosync.crypto import Keys, new_token
from solosync.domain import (
    accounts,
    audit,
    mail,
    notifications,
    organizations,
    policy,
    registration,
)
from solosync.errors import Conflict, Gone, NotFound, RateLimited, Unauthenticated
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.audit import Event
from solosync.records.invitations import Invitation
from solosync.records.listing import Query, Slice
from solosync.records.organizations import Membership, Organization, Role
from solosync.records.users import User
from solosync.store import invitations, users
from solosync.store import organizations as rows
from solosync.store.engine import Store
from solosync.store.transactions import Tx

DAYS = 7
MOST_A_DAY = 100
"""By one person: each is a mail to an address of their choice."""
KEPT_DAYS = 30
TOO_LATE = "This invitation was used or taken back, or has run out. Ask for a new one."
_LINK = "invitation"
_MAILED = "invitation, as it was mailed"


class Invited(NamedTuple):
    """``token`` is what the link holds: shown now, and never again."""

    invitation: Invitation
    token: str


class Offer(NamedTuple):
    """What somebody with the link sees. ``is_new`` says that the link was mailed to an address
    which is nobody's yet (or was never proved), so that accepting makes the account."""

    organization: Organization
    role: Role
    email: str
    inviter: str
    is_new: bool


class Joined(NamedTuple):
    user: User
    organization: Organization
    role: Role


def list_invitations(
    store: Store, actor: Actor, organization_id: str, query: Query
) -> Slice[Invitation]:
    """Those that can still be accepted. Raises NotFound and Forbidden."""

    def read(tx: Tx) -> Slice[Invitation]:
        organizations.get_as_admin(tx, actor, organization_id)
        return invitations.list_page(tx, organization_id, query, now_ms())

    return store.read(read)


def invite(
    store: Store,
    keys: Keys,
    actor: Actor,
    organization_id: str,
    *,
    email: str,
    role: Role,
    link: Callable[[str], str],
) -> Invited:
    """Mails an invitation; an earlier one of that address is good no more. ``link`` makes the
    address of the page from a token. Raises Invalid, NotFound, Forbidden, RateLimited, and Conflict
    for somebody who belongs to it already."""
    address, token = accounts.check_email(email), new_token()
    invitation = _new(keys, actor, organization_id, address, role, token)
    event = audit.event(
        "invitation.create",
        actor,
        target=invitation.invitation_id,
        organization_id=organization_id,
        email=address,
        role=role,
    )
    language = origin.current.get().language

    def change(tx: Tx) -> None:
        organization = organizations.get_as_admin(tx, actor, organization_id).organization
        person = users.find_by_email(tx, address)
        _check_may_be_invited(tx, actor, organization_id, person)
        invitations.revoke_for_email(tx, organization_id, address, invitation.created_at)
        invitations.insert(tx, invitation)
        fields = _fields(organization, actor, role, link(f"{token}.{keys.seal(_MAILED, token)}"))
        mail.queue(tx, keys, address, "invitation", fields, language=language)
        if person is not None:
            _notify(tx, actor, organization, person)
        audit.record(tx, event)

    audit.attempt(store, event, change)
    return Invited(invitation, token)


def _new(
    keys: Keys, actor: Actor, organization_id: str, address: str, role: Role, token: str
) -> Invitation:
    now = now_ms()
    return Invitation(
        invitation_id=new_id(),
        organization_id=organization_id,
        email=address,
        role=role,
        token_hash=keys.hash_token(_LINK, token),
        invited_by=actor.user_id,
        created_at=now,
        expires_at=now + DAYS * DAY_MS,
        accepted_at=None,
        revoked_at=None,
    )


def _fields(organization: Organization, inviter: Actor, role: Role, link: str) -> dict[str, str]:
    """For the mail's template."""
    return {
        "organization": organization.name,
        "inviter": inviter.display_name,
        "role": role,
        "link": link,
        "days": str(DAYS),
    }


def _notify(tx: Tx, inviter: Actor, organization: Organization, person: User) -> None:
    message = (
        f"{inviter.display_name} invites you to {organization.name}."
        " The link to join is in your mail."
    )
    notifications.add(
        tx,
        person.user_id,
        "invitation.created",
        message,
        organization_id=organization.organization_id,
    )


def revoke(store: Store, actor: Actor, organization_id: str, invitation_id: str) -> None:
    """Raises NotFound and Forbidden."""
    event = audit.event(
        "invitation.revoke", actor, target=invitation_id, organization_id=organization_id
    )

    def change(tx: Tx) -> None:
        organizations.get_as_admin(tx, actor, organization_id)
        if not invitations.revoke(tx, organization_id, invitation_id, now_ms()):
            raise NotFound("invitation", invitation_id)
        audit.record(tx, event)

    audit.attempt(store, event, change)


def look(store: Store, keys: Keys, token: str) -> Offer:
    """Raises Gone if it can't be accepted any more, or never could."""

    def read(tx: Tx) -> Offer:
        invitation, is_mailed = _get_live(tx, keys, token)
        organization = rows.find(tx, invitation.organization_id)
        inviter = users.find(tx, invitation.invited_by or "")
        assert organization is not None and inviter is not None  # else it wouldn't be live
        is_new = is_mailed and not _is_proved(users.find_by_email(tx, invitation.email))
        return Offer(organization, invitation.role, invitation.email, inviter.display_name, is_new)

    return store.read(read)


def accept(store: Store, keys: Keys, actor: Actor, token: str) -> Joined:
    """Whoever is signed in joins, whichever address was invited: the link is what counts, and the
    admins are told who came. Raises Gone as `look`, and Conflict for a member."""
    event = audit.event("invitation.accept", actor)

    def change(tx: Tx) -> Joined:
        user = users.find(tx, actor.user_id)
        if user is None:
            raise NotFound("user", actor.user_id)
        invitation, _ = _get_live(tx, keys, token)
        return _join(tx, invitation, user, event)

    return store.write(change)


def accept_as_new(store: Store, keys: Keys, config: Config, token: str) -> Joined:
    """By the mailed link: joins with the account of the invited address, which is made now.

    Raises Gone as `look`, Forbidden where registration is closed, and Unauthenticated if there is
    an account already: it would be open for a week to whomever the mail is passed on to.
    """
    event = audit.event("invitation.accept")
    # Which address it is, is known inside only.
    registering = registration.event("", via="invitation")

    def change(tx: Tx) -> Joined:
        invitation, is_mailed = _get_live(tx, keys, token)
        if not is_mailed or _is_proved(users.find_by_email(tx, invitation.email)):
            raise Unauthenticated("Sign in first, then open the link again.")
        registered = structs.replace(registering, target=invitation.email)
        user = registration.admit(tx, config, invitation.email, event=registered)
        return _join(tx, invitation, user, event)

    return store.write(change)


def purge(tx: Tx, now: int) -> None:
    """Forgets those that ended long ago."""
    invitations.purge(tx, now - KEPT_DAYS * DAY_MS)


def _join(tx: Tx, invitation: Invitation, user: User, event: Event) -> Joined:
    organization_id, role = invitation.organization_id, invitation.role
    organization = rows.find(tx, organization_id)
    assert organization is not None  # its invitations would be gone with it
    if rows.find_role(tx, organization_id, user.user_id) is not None:
        raise Conflict(f"You belong to {organization.name} already.")
    invitations.mark_accepted(tx, invitation.invitation_id, now_ms())
    _tell_admins(tx, invitation, organization, user)
    organizations.join(tx, Membership(organization_id, user.user_id, role))
    accepted = structs.replace(
        event,
        actor_id=user.user_id,
        target=invitation.invitation_id,
        organization_id=organization_id,
        parameters={"email": invitation.email, "role": role},
    )
    audit.record(tx, accepted)
    return Joined(user, organization, role)


def _tell_admins(tx: Tx, invitation: Invitation, organization: Organization, user: User) -> None:
    message = f"{user.display_name} ({user.email}) joined {organization.name}: {invitation.role}."
    if user.email.lower() != invitation.email.lower():
        message += f" The invitation was for {invitation.email}."
    organization_id = organization.organization_id
    for membership in rows.list_members(tx, organization_id):
        if policy.may_administer(membership.role):
            notifications.add(
                tx, membership.user_id, "member.joined", message, organization_id=organization_id
            )


def _get_live(tx: Tx, keys: Keys, given: str) -> tuple[Invitation, bool]:
    """And whether this is the link that was mailed."""
    token, _, proof = given.partition(".")
    invitation = invitations.find_live(tx, keys.hash_token(_LINK, token), now_ms())
    if invitation is None or (proof and not keys.is_seal(_MAILED, token, proof)):
        raise Gone(TOO_LATE)
    return invitation, bool(proof)


def _check_may_be_invited(tx: Tx, actor: Actor, organization_id: str, person: User | None) -> None:
    if person and rows.find_role(tx, organization_id, person.user_id) is not None:
        raise Conflict("They belong to it already. You can change their role.")
    if invitations.count_by(tx, actor.user_id, now_ms() - DAY_MS) >= MOST_A_DAY:
        raise RateLimited(3600, f"You can invite {MOST_A_DAY} people a day.")


def _is_proved(user: User | None) -> bool:
    return user is not None and user.email_verified_at is not None
