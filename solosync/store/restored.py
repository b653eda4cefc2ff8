"""What gave access when a backup was made, and may have been taken back since.

The data that the backup replaces (see former.py) knows that, if it can be read and is the same
server's: then nothing comes to life again that is dead there.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from solosync.errors import Damaged
from solosync.store.transactions import Tx


class Ended(NamedTuple):
    """How many of each; `passwords` are the addresses of those who need a new one. `is_known`:
    whether the former data could tell."""

    sign_ins: int
    keys: int
    links: int
    links_left: int
    people: int
    passwords: list[str]
    is_known: bool


# Tokens have been exchanged since, so everybody has to sign in again anyway.
_SIGN_INS = "UPDATE devices SET revoked_at = :now WHERE revoked_at IS NULL AND kind <> 'key'"
_ONCE = (
    "DELETE FROM refresh_tokens",
    "DELETE FROM device_tokens",
    "UPDATE sign_in_links SET used_at = :now WHERE used_at IS NULL",
    "UPDATE sign_in_codes SET used_at = :now WHERE used_at IS NULL",
    "UPDATE pairings SET used_at = :now WHERE used_at IS NULL",
    # They went out long ago.
    "UPDATE mails SET status = 'dropped', fields = NULL, settled_at = :now WHERE status = 'queued'",
)
_ALL_KEYS = "UPDATE devices SET revoked_at = :now WHERE revoked_at IS NULL AND kind = 'key'"
_KEYS = f"""{_ALL_KEYS} AND NOT EXISTS (
    SELECT 1 FROM former.devices AS now
    JOIN former.api_keys AS its ON its.key_id = now.device_id
    JOIN main.api_keys AS was ON was.key_id = now.device_id AND was.token_hash = its.token_hash
    WHERE now.device_id = devices.device_id AND now.revoked_at IS NULL
)"""
_LINKS = """
    UPDATE shares SET revoked_at = :now WHERE revoked_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM former.shares AS now
        WHERE now.share_id = shares.share_id AND now.revoked_at IS NULL
    )
"""
_PEOPLE = """
    UPDATE users SET is_active = 0 WHERE is_active AND EXISTS (
        SELECT 1 FROM former.users AS now
        WHERE now.user_id = users.user_id AND NOT now.is_active
    )
"""
_PASSWORDS = """
    UPDATE users SET password_hash = NULL WHERE password_hash IS NOT NULL AND EXISTS (
        SELECT 1 FROM former.users AS now
        WHERE now.user_id = users.user_id AND now.password_hash IS NOT users.password_hash
    ) RETURNING email
"""
_LESS = (
    # A link that still stands is as it was changed since: its password, its end, its views.
    """
    UPDATE shares SET (
        password_hash, expires_at, max_views, view_count, allow_download, may_edit
    ) = (
        SELECT
            now.password_hash, now.expires_at, now.max_views, now.view_count, now.allow_download,
            now.may_edit
        FROM former.shares AS now WHERE now.share_id = shares.share_id
    ) WHERE revoked_at IS NULL
    """,
    """
    UPDATE users SET is_staff = 0 WHERE is_staff AND EXISTS (
        SELECT 1 FROM former.users AS now
        WHERE now.user_id = users.user_id AND NOT now.is_staff
    )
    """,
    """
    DELETE FROM identities WHERE user_id IN (SELECT user_id FROM former.users) AND NOT EXISTS (
        SELECT 1 FROM former.identities AS now
        WHERE (now.issuer, now.subject) = (identities.issuer, identities.subject)
    )
    """,
    # An organization that was handed over since is its new owner's, if the backup knows them.
    """
    UPDATE organizations SET owner_id = now.owner_id FROM former.organizations AS now
    WHERE now.organization_id = organizations.organization_id
    AND now.owner_id IN (SELECT user_id FROM main.users)
    """,
    """
    INSERT OR REPLACE INTO main.memberships (user_id, organization_id, role)
    SELECT owner_id, organization_id, 'admin' FROM main.organizations
    WHERE organization_id IN (SELECT organization_id FROM former.organizations)
    """,
    # Whoever owns an organization stays in it, and one that was deleted comes back as it was.
    """
    DELETE FROM memberships
    WHERE organization_id IN (SELECT organization_id FROM former.organizations)
    AND user_id <> (
        SELECT owner_id FROM organizations
        WHERE organizations.organization_id = memberships.organization_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM former.memberships AS now
        WHERE (now.user_id, now.organization_id)
            = (memberships.user_id, memberships.organization_id)
    )
    """,
    """
    UPDATE memberships SET role = now.role FROM former.memberships AS now
    WHERE (now.user_id, now.organization_id) = (memberships.user_id, memberships.organization_id)
    AND (memberships.role = 'admin' OR now.role = 'billing')
    """,
    """
    UPDATE invitations SET revoked_at = :now
    WHERE revoked_at IS NULL AND accepted_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM former.invitations AS now
        WHERE now.invitation_id = invitations.invitation_id
        AND now.revoked_at IS NULL AND now.accepted_at IS NULL
    )
    """,
)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """What a backup's database isn't, if it can't be opened or used, is Damaged."""
    try:
        yield
    except (sqlite3.Error, Damaged) as error:
        raise Damaged(f"{name}: the database in it is damaged ({error}).") from error


def end_access(tx: Tx, now: int, *, is_known: bool) -> Ended:
    """`is_known`: the former data is attached, and is asked. `now` is in ms."""
    moment: dict[str, object] = {"now": now}

    def count(statement: str) -> int:
        return tx.execute(statement, moment).rowcount

    sign_ins = count(_SIGN_INS)
    for statement in _ONCE:
        tx.execute(statement, moment)
    keys = count(_KEYS if is_known else _ALL_KEYS)
    links, people, passwords = 0, 0, list[str]()
    if is_known:
        links, people = count(_LINKS), count(_PEOPLE)
        passwords = [email for (email,) in tx.all(_PASSWORDS)]
        for statement in _LESS:
            tx.execute(statement, moment)
    (left,) = tx.all("SELECT count(*) FROM shares WHERE revoked_at IS NULL")[0]
    return Ended(sign_ins, keys, links, left, people, sorted(passwords), is_known)
