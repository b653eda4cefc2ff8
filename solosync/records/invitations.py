"""Somebody is asked to join an organization."""

import msgspec

from solosync.records.organizations import Role


class Invitation(msgspec.Struct, frozen=True):
    """``email`` is where it was mailed to. It can be accepted once, until ``expires_at``, unless it
    was revoked. ``invited_by`` is None if that person is no longer there."""

    invitation_id: str
    organization_id: str
    email: str
    role: Role
    token_hash: bytes
    invited_by: str | None
    created_at: int
    expires_at: int
    accepted_at: int | None
    revoked_at: int | None
