import msgspec
import pytest

from solosync.clock import now_ms
from solosync.ids import new_id
from solosync.records.invitations import Invitation
from solosync.store import invitations, organizations, users
from tests.make import make_member, make_organization, make_user

EMAIL = "eve@example.org"
WEEK_MS = 7 * 24 * 3600 * 1000


@pytest.fixture
def ann(store, clock):
    return make_user(store)


@pytest.fixture
def bob(store, team):
    """An admin of Ann's team, who invites."""
    bob = make_user(store)
    make_member(store, team, bob, "admin")
    return bob


@pytest.fixture
def team(store, ann):
    return make_organization(store, ann)


@pytest.fixture
def invitation(store, team, bob):
    invitation = Invitation(
        invitation_id=new_id(),
        organization_id=team.organization_id,
        email=EMAIL,
        role="member",
        token_hash=b"hash",
        invited_by=bob.user_id,
        created_at=now_ms(),
        expires_at=now_ms() + WEEK_MS,
        accepted_at=None,
        revoked_at=None,
    )
    store.write(lambda tx: invitations.insert(tx, invitation))
    return invitation


def is_live(store, email=EMAIL):
    """However it is asked."""
    now = now_ms()
    has, found = store.read(
        lambda tx: (
            invitations.has_live(tx, email, now),
            invitations.find_live(tx, b"hash", now) is not None,
        )
    )
    assert has == found
    return has


def test_is_live_for_its_address_however_it_is_written(store, invitation):
    assert is_live(store)
    assert is_live(store, EMAIL.upper())
    now = now_ms()
    assert not store.read(lambda tx: invitations.has_live(tx, "bob@example.org", now))
    assert not store.read(lambda tx: invitations.has_live(tx, "%", now))
    assert store.read(lambda tx: invitations.find_live(tx, b"hash", now)) == invitation


@pytest.mark.parametrize("days, is_left", [(6.999, True), (7, False)])
def test_ends_with_its_time(store, clock, invitation, days, is_left):
    clock.advance(days=days)
    assert is_live(store) == is_left


ENDS = {
    "accepted": lambda tx, one: invitations.mark_accepted(tx, one.invitation_id, now_ms()),
    "revoked": lambda tx, one: invitations.revoke(
        tx, one.organization_id, one.invitation_id, now_ms()
    ),
    "replaced": lambda tx, one: invitations.revoke_for_email(
        tx, one.organization_id, one.email.upper(), now_ms()
    ),
    "its maker left": lambda tx, one: organizations.remove_member(
        tx, one.organization_id, one.invited_by
    ),
    "its maker is no admin": lambda tx, one: tx.execute(
        "UPDATE memberships SET role = 'member' WHERE user_id = ?", (one.invited_by,)
    ),
    "its maker was deactivated": lambda tx, one: users.set_active(tx, one.invited_by, False),
    "its organization is gone": lambda tx, one: organizations.delete(tx, one.organization_id),
}


@pytest.mark.parametrize("end", ENDS)
def test_is_good_no_more_once(store, invitation, end):
    store.write(lambda tx: ENDS[end](tx, invitation))
    assert not is_live(store)
    assert not store.write(
        lambda tx: invitations.revoke(
            tx, invitation.organization_id, invitation.invitation_id, now_ms()
        )
    )


def test_is_revoked_by_its_own_organization_alone(store, ann, invitation):
    other = make_organization(store, ann)
    assert not store.write(
        lambda tx: invitations.revoke(tx, other.organization_id, invitation.invitation_id, now_ms())
    )
    assert is_live(store)


def test_another_organizations_invitation_of_the_same_address_stays(store, ann, invitation):
    other = make_organization(store, ann)
    second = msgspec.structs.replace(
        invitation,
        invitation_id=new_id(),
        organization_id=other.organization_id,
        invited_by=ann.user_id,
        token_hash=b"another",
    )
    store.write(lambda tx: invitations.insert(tx, second))
    store.write(lambda tx: invitations.revoke_for_email(tx, other.organization_id, EMAIL, now_ms()))
    assert is_live(store)


def test_is_forgotten_after_it_ended(store, clock, invitation):
    def count(before):
        store.write(lambda tx: invitations.purge(tx, before))
        return store.read(lambda tx: tx.one("SELECT count(*) FROM invitations")[0])

    assert count(invitation.expires_at) == 1
    assert count(invitation.expires_at + 1) == 0


def test_what_was_sent_counts_although_its_organization_is_gone(store, bob, invitation):
    def count():
        return store.read(lambda tx: invitations.count_by(tx, bob.user_id, now_ms() - WEEK_MS))

    assert count() == 1
    store.write(lambda tx: organizations.delete(tx, invitation.organization_id))
    assert count() == 1
