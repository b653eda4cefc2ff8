"""What a backup says of itself."""

from datetime import datetime

import msgspec

FORMAT = "solosync-backup/1"


class Part(msgspec.Struct, frozen=True):
    """One file in it; `sha256` in lower-case hex."""

    size: int
    sha256: str


class Counts(msgspec.Struct, frozen=True):
    """`boards` without those in the trash, which are there as well."""

    boards: int
    people: int
    files: int


class Manifest(msgspec.Struct, frozen=True):
    """`parts` by their names. `missing` are the SHA-256 of files that the database refers to, but
    that were gone or broken when the backup was made."""

    format: str
    made_at: datetime
    version: str
    schema: int
    counts: Counts
    missing: list[str]
    parts: dict[str, Part]

    @property
    def made_at_ms(self) -> int:
        return round(self.made_at.timestamp() * 1000)

    @property
    def size(self) -> int:
        """Of all parts, unpacked."""
        return sum(part.size for part in self.parts.values())
