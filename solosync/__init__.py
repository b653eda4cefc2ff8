"""solosync: keeps whiteboards in sync across devices."""

__version__ = "0.1.0"
