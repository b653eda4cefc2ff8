"""Features, where they differ from what the program declares."""

import msgspec

from solosync.records.features import Feature
from solosync.records.listing import Query, Slice
from solosync.store import listing
from solosync.store.listing import Listed
from solosync.store.transactions import Tx

COLUMNS = "name, is_on, percentage, updated_at"
# What was never changed has no row: it's on, and listed with the others all the same.
_WITH_DECLARED = f"""
    FROM (
        SELECT {COLUMNS} FROM features
        UNION ALL
        SELECT value, 1, 100, 0 FROM json_each(?) WHERE value NOT IN (SELECT name FROM features)
    ) WHERE TRUE
"""
LISTED = Listed(
    columns=COLUMNS,
    source=_WITH_DECLARED,
    sorts={"name": "name", "updated_at": "updated_at"},
    filters={"is_on": "is_on = ?"},
    key="name",
)


def page(tx: Tx, declared: list[str], query: Query) -> Slice[Feature]:
    found = listing.page(tx, LISTED, [msgspec.json.encode(declared).decode()], query)
    overrides = _overrides(tx)
    items = [
        Feature(name, bool(is_on), percentage, at, overrides.get(name, {}))
        for name, is_on, percentage, at in found.items
    ]
    return Slice(items, found.next, found.prev, found.total)


def list_all(tx: Tx) -> list[Feature]:
    overrides = _overrides(tx)
    return [
        Feature(name, bool(is_on), percentage, at, overrides.get(name, {}))
        for name, is_on, percentage, at in tx.all(f"SELECT {COLUMNS} FROM features")
    ]


def find(tx: Tx, name: str) -> Feature | None:
    row = tx.one(f"SELECT {COLUMNS} FROM features WHERE name = ?", (name,))
    if row is None:
        return None
    _, is_on, percentage, at = row
    return Feature(name, bool(is_on), percentage, at, _overrides(tx).get(name, {}))


def put(tx: Tx, feature: Feature) -> None:
    """Its organizations have to exist."""
    tx.execute(
        """
        INSERT INTO features (name, is_on, percentage, updated_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET is_on = excluded.is_on,
            percentage = excluded.percentage, updated_at = excluded.updated_at
        """,
        (feature.name, feature.is_on, feature.percentage, feature.updated_at),
    )
    tx.execute("DELETE FROM feature_organizations WHERE name = ?", (feature.name,))
    tx.executemany(
        "INSERT INTO feature_organizations (name, organization_id, is_on) VALUES (?, ?, ?)",
        [(feature.name, *override) for override in feature.organizations.items()],
    )


def delete(tx: Tx, name: str) -> bool:
    """False if there was none."""
    return tx.execute("DELETE FROM features WHERE name = ?", (name,)).rowcount > 0


def _overrides(tx: Tx) -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    sql = "SELECT name, organization_id, is_on FROM feature_organizations ORDER BY organization_id"
    for name, organization_id, is_on in tx.all(sql):
        found.setdefault(name, {})[organization_id] = bool(is_on)
    return found
