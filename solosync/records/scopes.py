"""What an API key may be allowed to do. Each route names the one that it asks for; a route that
names none is closed to keys."""

SESSIONS_READ = "sessions:read"
SESSIONS_WRITE = "sessions:write"
EXPORTS_READ = "exports:read"
EXPORTS_WRITE = "exports:write"
FILES_WRITE = "files:write"
ME_READ = "me:read"
ORGANIZATIONS_READ = "organizations:read"
ORGANIZATIONS_WRITE = "organizations:write"
NOTIFICATIONS_READ = "notifications:read"
NOTIFICATIONS_WRITE = "notifications:write"
ADMIN_READ = "admin:read"
ADMIN_WRITE = "admin:write"

SCOPES = (
    SESSIONS_READ,
    SESSIONS_WRITE,
    EXPORTS_READ,
    EXPORTS_WRITE,
    FILES_WRITE,
    ME_READ,
    ORGANIZATIONS_READ,
    ORGANIZATIONS_WRITE,
    NOTIFICATIONS_READ,
    NOTIFICATIONS_WRITE,
    ADMIN_READ,
    ADMIN_WRITE,
)
FOR_STAFF = frozenset((ADMIN_READ, ADMIN_WRITE))


def admitting(scope: str) -> frozenset[str]:
    """Where this one is asked for, a key needs one of these: who asks for a file has to learn what
    became of it."""
    return frozenset((scope, EXPORTS_WRITE)) if scope == EXPORTS_READ else frozenset((scope,))
