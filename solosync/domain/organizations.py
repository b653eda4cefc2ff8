"""Organizations: made, named, handed over and given up. An owner is always an admin of theirs."""

from __future__ import annotations

from typing import Any, NamedTuple

from solosync.clock import now_ms
from solosync.domain import api_keys, audit, notifications, policy
from solosync.errors import Conflict, Forbidden, Invalid, NotFound
from solosync.events import MembershipChanged
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.organizations import Membership, Organization, Role
from solosync.store import organizations, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

LONGEST_NAME = 255


class Standing(NamedTuple):
    """An organization, and what the actor is in it."""

    organization: Organization
    role: Role


def list_organizations(store: Store, actor: Actor, query: Query) -> Slice[Standing]:
    """Those that the actor belongs to."""

    def read(tx: Tx) -> Slice[Standing]:
        found = organizations.list_page(tx, actor, query)
        items = [Standing(organization, role) for organization, role in found.items]
        return Slice(items, found.next, found.prev, found.total)

    return store.read(read)


def get_organization(store: Store, actor: Actor, organization_id: str) -> Standing:
    """Raises NotFound."""
    return store.read(lambda tx: get(tx, actor, organization_id))


def create_organization(store: Store, actor: Actor, name: str) -> Standing:
    """The actor owns it, and is its admin. Raises Invalid."""
    organization = Organization(
        organization_id=new_id(),
        name=_check_name(name),
        owner_id=actor.user_id,
        is_personal=False,
        created_at=now_ms(),
    )
    event = audit.event(
        "organization.create",
        actor,
        target=organization.organization_id,
        organization_id=organization.organization_id,
        name=organization.name,
    )

    def create(tx: Tx) -> None:
        organizations.insert(tx, organization)
        join(tx, Membership(organization.organization_id, actor.user_id, "admin"))
        audit.record(tx, event)

    store.write(create)
    return Standing(organization, "admin")


def change_organization(
    store: Store,
    actor: Actor,
    organization_id: str,
    *,
    name: str | None = None,
    owner_id: str | None = None,
) -> Standing:
    """What is None stays. Raises Invalid, NotFound (also for an owner who is no member), Forbidden,
    and Conflict for an owner who is no admin, or of a personal organization."""
    new_name = None if name is None else _check_name(name)
    parameters: dict[str, Any] = {"name": new_name, "owner": owner_id}
    given = {key: value for key, value in parameters.items() if value is not None}
    event = audit.event(
        "organization.change",
        actor,
        target=organization_id,
        organization_id=organization_id,
        **given,
    )

    def change(tx: Tx) -> Standing:
        organization = get_as_admin(tx, actor, organization_id).organization
        if owner_id is not None and owner_id != organization.owner_id:
            _hand_over(tx, actor, organization, owner_id)
        if new_name is not None:
            organizations.rename(tx, organization_id, new_name)
        if given:
            audit.record(tx, event)
        return get(tx, actor, organization_id)

    return audit.attempt(store, event, change)


def delete_organization(store: Store, actor: Actor, organization_id: str) -> None:
    """With its members, invitations and keys. Raises NotFound, Forbidden to all but its owner, and
    Conflict for a personal one and for one that has boards."""
    event = audit.event(
        "organization.delete", actor, target=organization_id, organization_id=organization_id
    )

    def delete(tx: Tx) -> None:
        organization = get_as_admin(tx, actor, organization_id).organization
        if organization.owner_id != actor.user_id:
            raise Forbidden("Only its owner may delete an organization.")
        if organization.is_personal:
            raise Conflict("A personal organization stays as long as its person.")
        _check_has_no_boards(tx, organization_id)
        for membership in organizations.list_members(tx, organization_id):
            api_keys.end_for_member(tx, organization_id, membership.user_id)
            tx.emit(MembershipChanged(organization_id, membership.user_id))
        organizations.delete(tx, organization_id)
        audit.record(tx, event)

    audit.attempt(store, event, delete)


def get(tx: Tx, actor: Actor, organization_id: str) -> Standing:
    """Raises NotFound where the actor doesn't belong to it, or is a key of another one."""
    found = organizations.find_for_actor(tx, actor, organization_id)
    if found is None:
        raise NotFound("organization", organization_id)
    return Standing(*found)


def get_as_admin(tx: Tx, actor: Actor, organization_id: str) -> Standing:
    """Raises NotFound as `get`, and Forbidden for those who may not administer it."""
    standing = get(tx, actor, organization_id)
    if not policy.may_administer(standing.role):
        raise Forbidden("Only its admins may do that.")
    return standing


def join(tx: Tx, membership: Membership) -> None:
    """Adds somebody, or gives them another role."""
    organizations.put_member(tx, membership)
    tx.emit(MembershipChanged(membership.organization_id, membership.user_id))


def _hand_over(tx: Tx, actor: Actor, organization: Organization, owner_id: str) -> None:
    organization_id = organization.organization_id
    role = organizations.find_role(tx, organization_id, owner_id)
    if role is None:
        raise NotFound("user", owner_id)
    if organization.is_personal:
        raise Conflict("A personal organization stays its person's.")
    owner = users.find(tx, organization.owner_id)
    if organization.owner_id != actor.user_id and owner is not None and owner.is_active:
        raise Forbidden("Only its owner may hand an organization over.")
    if not policy.may_administer(role):
        raise Conflict("The new owner has to be an admin. Make them one first.")
    organizations.set_owner(tx, organization_id, owner_id)
    message = f"{actor.display_name} made you the owner of {organization.name}."
    if owner_id != actor.user_id:
        notifications.add(
            tx, owner_id, "organization.owned", message, organization_id=organization_id
        )


def _check_has_no_boards(tx: Tx, organization_id: str) -> None:
    in_use, in_trash = organizations.count_boards(tx, organization_id)
    if in_use:
        raise Conflict(f"It has {in_use} boards. Delete them first.", boards=in_use)
    if in_trash:
        raise Conflict(
            f"{in_trash} of its boards are in the trash. Wait until they are gone from there for"
            " good, or restore what you want to keep.",
            boards_in_trash=in_trash,
        )


def _check_name(name: str) -> str:
    clean = name.strip()
    if not clean or len(clean) > LONGEST_NAME or not _is_one_line(clean):
        raise Invalid(
            f"A name is one line of 1 to {LONGEST_NAME} characters.", fields={"name": "unusable"}
        )
    return clean


def _is_one_line(text: str) -> bool:
    """It stands in the subjects of mails."""
    return len(text.splitlines()) == 1 and "\0" not in text
