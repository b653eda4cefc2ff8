"""Identifiers: random UUIDs as lower-case text."""

import uuid


def new_id() -> str:
    return str(uuid.uuid4())


def is_uuid(text: str) -> bool:
    """True for the canonical form only (36 characters, hyphens), in either case."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
