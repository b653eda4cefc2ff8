"""The store, for commands that work beside a running server or without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solosync import paths
from solosync.errors import Invalid

if TYPE_CHECKING:
    from solosync.config import Config
    from solosync.store.engine import Store


def open_store(config: Config, *, make: bool = False) -> Store:
    """The store of the data folder; `make` it if there is none yet, else raise Invalid."""
    from solosync.store.engine import Store

    if make:
        paths.make_data_dir(config.data_dir)
    elif not config.database.exists():
        raise Invalid(
            f"There are no boards in {config.data_dir} yet;"
            " start `solosync serve`, or name another folder with --data-dir."
        )
    return Store.open(config.database, durability=config.durability)
