"""Organizations own boards; a person's own one is personal."""

from typing import Literal

import msgspec

from solosync.records.users import User

Role = Literal["admin", "member", "billing"]


class Organization(msgspec.Struct, frozen=True):
    organization_id: str
    name: str
    owner_id: str
    is_personal: bool
    created_at: int


class Membership(msgspec.Struct, frozen=True):
    """``billing`` sees no boards."""

    organization_id: str
    user_id: str
    role: Role


class Member(msgspec.Struct, frozen=True):
    """Somebody as the others of an organization see them."""

    user: User
    role: Role
