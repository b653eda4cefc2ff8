"""Who may do what: the only place that compares roles."""

from solosync.records.organizations import Role

# The store's queries hold the same list, because they leave out what one may not see.
BOARD_ROLES: frozenset[Role] = frozenset(("admin", "member"))


def may_edit_boards(role: Role) -> bool:
    """Also whether one sees them: billing does neither."""
    return role in BOARD_ROLES


def may_administer(role: Role) -> bool:
    """Whether one changes the organization: its name, who belongs to it as what, who is invited."""
    return role == "admin"
