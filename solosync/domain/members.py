"""Who belongs to an organization, and as what. There is always an admin, and the owner is one."""

from __future__ import annotations

from solosync.domain import api_keys, audit, notifications, organizations, policy
from solosync.errors import Conflict, NotFound
from solosync.events import MembershipChanged
from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.organizations import Member, Membership, Organization, Role
from solosync.store import organizations as rows
from solosync.store.engine import Store
from solosync.store.transactions import Tx


def list_members(store: Store, actor: Actor, organization_id: str, query: Query) -> Slice[Member]:
    """Whoever belongs to it sees the others. Raises NotFound."""

    def read(tx: Tx) -> Slice[Member]:
        organizations.get(tx, actor, organization_id)
        return rows.list_members_page(tx, organization_id, query)

    return store.read(read)


def change_role(
    store: Store, actor: Actor, organization_id: str, user_id: str, role: Role
) -> Member:
    """Raises NotFound, Forbidden, and Conflict for the owner and the last admin."""
    event = audit.event(
        "member.change", actor, target=user_id, organization_id=organization_id, role=role
    )

    def change(tx: Tx) -> Member:
        organization = organizations.get_as_admin(tx, actor, organization_id).organization
        member = _get(tx, organization_id, user_id)
        if member.role == role:
            return member
        _check_can_do_without(tx, organization, member)
        organizations.join(tx, Membership(organization_id, user_id, role))
        if user_id != actor.user_id:
            message = f"Your role in {organization.name} is now {role}."
            notifications.add(
                tx, user_id, "member.changed", message, organization_id=organization_id
            )
        audit.record(tx, event)
        return _get(tx, organization_id, user_id)

    return audit.attempt(store, event, change)


def remove(store: Store, actor: Actor, organization_id: str, user_id: str) -> None:
    """Admins remove others, and whoever wants to leaves. Raises NotFound, Forbidden, and Conflict
    for the owner and the last admin."""
    is_leaving = user_id == actor.user_id
    action = "member.leave" if is_leaving else "member.remove"
    event = audit.event(action, actor, target=user_id, organization_id=organization_id)

    def change(tx: Tx) -> None:
        look = organizations.get if is_leaving else organizations.get_as_admin
        organization = look(tx, actor, organization_id).organization
        _check_can_do_without(tx, organization, _get(tx, organization_id, user_id))
        rows.remove_member(tx, organization_id, user_id)
        api_keys.end_for_member(tx, organization_id, user_id)
        tx.emit(MembershipChanged(organization_id, user_id))
        if not is_leaving:
            message = f"You don't belong to {organization.name} any more."
            notifications.add(
                tx, user_id, "member.removed", message, organization_id=organization_id
            )
        audit.record(tx, event)

    audit.attempt(store, event, change)


def _get(tx: Tx, organization_id: str, user_id: str) -> Member:
    member = rows.find_member(tx, organization_id, user_id)
    if member is None:
        raise NotFound("member", user_id)
    return member


def _check_can_do_without(tx: Tx, organization: Organization, member: Member) -> None:
    """Raises Conflict if they have to stay an admin."""
    user_id = member.user.user_id
    if not policy.may_administer(member.role):
        return
    if user_id == organization.owner_id:
        if organization.is_personal:
            raise Conflict("A personal organization can't be without its person.")
        raise Conflict("The owner stays an admin. Hand the organization over to another one first.")
    if not rows.has_other_admin(tx, organization.organization_id, user_id):
        raise Conflict("There is no other admin. Make somebody else one first.")
