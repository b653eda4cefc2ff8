"""Organizations own boards; a person's own one is personal."""

from typing import Literal

import msgspec

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
