"""Rows that a test needs but isn't about: plain, with defaults, straight into the store; and one
that is sure to be there."""

from solosync import clock
from solosync.domain import jobs
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.devices import Device
from solosync.records.jobs import Job
from solosync.records.organizations import Membership, Organization, Role
from solosync.records.sessions import Session
from solosync.records.updates import NewUpdate
from solosync.records.users import User
from solosync.store import devices, organizations, sessions, users
from solosync.store.engine import Store


def make_user(
    store: Store,
    email: str | None = None,
    *,
    full_name: str = "Ann Example",
    username: str = "",
    is_staff: bool = False,
    is_active: bool = True,
    password_hash: str | None = None,
) -> User:
    """With a personal organization, of which they are the admin."""
    user_id = new_id()
    user = User(
        user_id=user_id,
        email=email or f"{user_id}@example.org",
        full_name=full_name,
        first_name="",
        last_name="",
        username=username,
        avatar_url=None,
        is_staff=is_staff,
        is_active=is_active,
        joined_at=clock.now_ms(),
        last_login_at=None,
        password_hash=password_hash,
        email_verified_at=clock.now_ms(),
    )
    store.write(lambda tx: users.insert(tx, user))
    make_organization(store, user, name=full_name, is_personal=True)
    return user


def make_organization(
    store: Store, owner: User, *, name: str = "Team", is_personal: bool = False
) -> Organization:
    organization = Organization(
        organization_id=new_id(),
        name=name,
        owner_id=owner.user_id,
        is_personal=is_personal,
        created_at=clock.now_ms(),
    )
    store.write(lambda tx: organizations.insert(tx, organization))
    make_member(store, organization, owner, "admin")
    return organization


def make_member(store: Store, organization: Organization, user: User, role: Role) -> Membership:
    membership = Membership(organization.organization_id, user.user_id, role)
    store.write(lambda tx: organizations.put_member(tx, membership))
    return membership


def make_device(store: Store, user: User, *, name: str = "Laptop") -> Device:
    now = clock.now_ms()
    device = Device(
        device_id=new_id(),
        user_id=user.user_id,
        name=name,
        kind="web",
        created_at=now,
        last_seen_at=now,
        address="127.0.0.1",
        revoked_at=None,
    )
    store.write(lambda tx: devices.insert(tx, device))
    return device


def make_actor(store: Store, user: User | None = None, *, device: str = "Laptop") -> Actor:
    """A signed-in person, on a device of their own."""
    user = user or make_user(store)
    device_id = make_device(store, user, name=device).device_id
    return Actor(user.user_id, device_id, user.is_staff, user.display_name)


def as_actor(user: User, organization: Organization | None = None) -> Actor:
    """Somebody without a device; with an organization, as an API key would act."""
    within = organization.organization_id if organization else None
    return Actor(user.user_id, "", user.is_staff, user.display_name, within)


def make_session(
    store: Store,
    owner: User,
    name: str = "Sketch",
    *,
    organization_id: str | None = None,
    dialect: str = "solo",
) -> Session:
    """Only the row: its log is empty."""
    if organization_id is None:
        own = store.read(lambda tx: organizations.find_personal(tx, owner.user_id))
        assert own is not None
        organization_id = own.organization_id
    return store.write(
        lambda tx: sessions.insert(
            tx,
            session_id=new_id(),
            organization_id=organization_id,
            owner_id=owner.user_id,
            name=name,
            dialect=dialect,
            page_count=1,
            thumbnail_url=None,
            state_bytes=2,
            created_at=clock.now_us(),
            device_id=None,
        )
    )


def make_update(rev: int = 1, data: bytes = b"\x00\x00", **fields: object) -> NewUpdate:
    """Not stored: give it to `updates.append`."""
    defaults: dict[str, object] = {
        "kind": "yjs",
        "actor_id": None,
        "device_id": None,
        "summary": "",
        "set_aside": None,
        "size": len(data),
        "created_at": clock.now_ms(),
    }
    return NewUpdate(rev=rev, data=data, **(defaults | fields))  # type: ignore[arg-type]


def get_job(store: Store, job_id: str) -> Job:
    job = jobs.find(store, job_id)
    assert job is not None
    return job
