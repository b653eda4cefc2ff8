"""Links by which a board may also be drawn on. Frozen once released."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

STATEMENT = """
    ALTER TABLE shares ADD COLUMN may_edit INTEGER NOT NULL DEFAULT 0 CHECK (may_edit IN (0, 1))
"""


def migrate(db: "Database") -> None:
    db.execute(STATEMENT)
