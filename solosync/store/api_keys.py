"""API keys. Each is a device as well, of the kind `key` and with the same id: its name and maker,
when it was made, and whether it was revoked stand there."""

from solosync.records.actors import Actor
from solosync.records.api_keys import ApiKey
from solosync.records.listing import Query, Slice
from solosync.store import listing
from solosync.store.listing import Listed
from solosync.store.transactions import Row, Tx

COLUMNS = """
    api_keys.key_id, api_keys.organization_id, devices.user_id, devices.name, api_keys.prefix,
    api_keys.scopes, devices.created_at, api_keys.expires_at, api_keys.last_used_at,
    api_keys.last_used_address, devices.revoked_at
"""
_WITH_DEVICE = "FROM api_keys JOIN devices ON devices.device_id = api_keys.key_id"
# Members see the keys they made, admins all keys of their organization.
_VISIBLE = f"""
    {_WITH_DEVICE}
    JOIN memberships ON memberships.organization_id = api_keys.organization_id
    WHERE memberships.user_id = ? AND devices.revoked_at IS NULL
    AND (memberships.role = 'admin' OR devices.user_id = memberships.user_id)
"""
_SCOPES_AT = 5
LISTED = Listed(
    columns=COLUMNS,
    source=_VISIBLE,
    sorts={
        "created_at": "devices.created_at",
        "name": "devices.name",
        "last_used_at": "coalesce(api_keys.last_used_at, 0)",
        "expires_at": f"coalesce(api_keys.expires_at, {2**53})",
    },
    filters={
        "organization_id": "api_keys.organization_id = ?",
        "created_by": "devices.user_id = ?",
    },
    key="api_keys.key_id",
)


def insert(tx: Tx, key: ApiKey, token_hash: bytes) -> None:
    """Its device has to be there."""
    tx.execute(
        """
        INSERT INTO api_keys (
            key_id, token_hash, prefix, organization_id, scopes, expires_at
        ) VALUES (?, ?, ?, ?, ?, ?)
        """,
        (
            key.key_id,
            token_hash,
            key.prefix,
            key.organization_id,
            " ".join(key.scopes),
            key.expires_at,
        ),
    )


def find_by_hash(tx: Tx, token_hash: bytes) -> ApiKey | None:
    """A revoked or expired one too."""
    return _key(tx.one(f"SELECT {COLUMNS} {_WITH_DEVICE} WHERE token_hash = ?", (token_hash,)))


def find_for_actor(tx: Tx, actor: Actor, key_id: str) -> ApiKey | None:
    return _key(tx.one(f"SELECT {COLUMNS} {_VISIBLE} AND key_id = ?", (actor.user_id, key_id)))


def list_for_actor(tx: Tx, actor: Actor, query: Query) -> Slice[ApiKey]:
    found = listing.page(tx, LISTED, [actor.user_id], query)
    return Slice([_to_key(row) for row in found.items], found.next, found.prev, found.total)


def list_of_member(tx: Tx, organization_id: str, user_id: str) -> list[str]:
    """Ids of those that a person made there and that aren't revoked."""
    rows = tx.all(
        f"""
        SELECT key_id {_WITH_DEVICE}
        WHERE organization_id = ? AND user_id = ? AND revoked_at IS NULL
        """,
        (organization_id, user_id),
    )
    return [key_id for (key_id,) in rows]


def replace_secret(tx: Tx, key_id: str, prefix: str, token_hash: bytes) -> None:
    tx.execute(
        "UPDATE api_keys SET prefix = ?, token_hash = ? WHERE key_id = ?",
        (prefix, token_hash, key_id),
    )


def mark_used(tx: Tx, key_id: str, at: int, address: str) -> None:
    """Does nothing for a device that is no key."""
    tx.execute(
        "UPDATE api_keys SET last_used_at = ?, last_used_address = ? WHERE key_id = ?",
        (at, address, key_id),
    )


def _key(row: Row | None) -> ApiKey | None:
    return _to_key(row) if row else None


def _to_key(row: Row) -> ApiKey:
    fields = list(row)
    fields[_SCOPES_AT] = tuple(fields[_SCOPES_AT].split())
    return ApiKey(*fields)
