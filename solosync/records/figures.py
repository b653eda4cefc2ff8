"""How much there is of everything, for those who look after a server."""

import msgspec


class PeopleFigures(msgspec.Struct, frozen=True):
    """``total`` are those who may sign in; the others those of them who were seen in that time."""

    total: int
    active_24h: int
    active_7d: int


class BoardFigures(msgspec.Struct, frozen=True):
    """``changed_today`` counts from midnight, UTC."""

    total: int
    changed_today: int
    in_trash: int


class StoreBytes(msgspec.Struct, frozen=True):
    """``database`` and ``log`` are files; ``free`` lies unused inside the first. ``boards`` are
    their states as JSON. ``thumbnails`` is None when the store of files can't be asked.
    ``disk_free`` is left on the disk of the data folder."""

    database: int
    log: int
    free: int
    boards: int
    uploads: int
    exports: int
    thumbnails: int | None
    disk_free: int


class OrganizationFigures(msgspec.Struct, frozen=True):
    """``bytes`` is all that its boards, uploads and exports hold."""

    id: str
    name: str
    boards: int
    bytes: int
