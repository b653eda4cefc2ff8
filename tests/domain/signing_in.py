"""What several tests of signing in do and look at."""

import contextlib

from solosync.clock import now_ms
from solosync.ids import new_id
from solosync.records.invitations import Invitation
from solosync.store import invitations

ANN = "ann@example.org"
PAGE = "http://127.0.0.1:8765/magic-verify"


def audited(store, action):
    rows = store.read(
        lambda tx: tx.all(
            "SELECT outcome, target FROM audit WHERE action = ? ORDER BY seq", (action,)
        )
    )
    return list(rows)


def invite(store, keys, organization, inviter, email=ANN):
    invitation = Invitation(
        invitation_id=new_id(),
        organization_id=organization.organization_id,
        email=email,
        role="member",
        token_hash=keys.hash_token("invitation", email),
        invited_by=inviter.user_id,
        created_at=now_ms(),
        expires_at=now_ms() + 1_000_000,
        accepted_at=None,
        revoked_at=None,
    )
    store.write(lambda tx: invitations.insert(tx, invitation))


@contextlib.contextmanager
def counted(store):
    """How many statements and commits the writer runs meanwhile; what they were."""
    statements: list[str] = []
    store.write_alone(lambda tx: tx._connection.set_trace_callback(statements.append))
    yield statements
    store.write_alone(lambda tx: tx._connection.set_trace_callback(None))


def shape(statement):
    """Its first words: the values are filled in."""
    return " ".join(statement.split()[:3])
