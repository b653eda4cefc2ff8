"""All checks, one after the other."""

from collections.abc import Iterator

from solosync.config import Config
from solosync.doctor import Finding, disk, network, stored


def examine(config: Config) -> Iterator[Finding]:
    """All checks, the cheapest first. Changes nothing: a database is neither made nor migrated."""
    yield disk.data_folder(config.data_dir)
    yield disk.file_system(config.data_dir)
    yield disk.free_space(config.data_dir)
    yield from stored.database(config)
    yield from network.mail(config)
    yield network.tunnel(config)
    yield network.port(config)
