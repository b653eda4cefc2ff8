import pytest

from solosync import crypto, origin
from solosync.config import Config
from solosync.domain import codes, mail
from solosync.origin import Origin
from tests.domain.signing_in import ANN, PAGE
from tests.make import make_user


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def config(data_dir):
    return Config(data_dir=data_dir)


@pytest.fixture
def user(store, clock):
    return make_user(store, ANN)


@pytest.fixture
def ask(store, keys, config, clock):
    """The digits that were mailed."""

    def ask(kind="otp", email=ANN, config=config):
        return codes.request(store, keys, config, kind=kind, email=email, page=PAGE)

    return ask


@pytest.fixture
def redeem(store, keys, config, clock):
    def redeem(token, kind="otp", email=ANN, config=config, **settings):
        return codes.redeem(store, keys, config, kind=kind, token=token, email=email, **settings)

    return redeem


@pytest.fixture
def letters(store, keys):
    """What is in the mails, in the order they were queued; decoys left out."""

    def read():
        rows = store.read(lambda tx: tx.all("SELECT mail_id FROM mails ORDER BY rowid"))
        mails = [mail.get_mail(store, mail_id) for (mail_id,) in rows]
        return [mail.open_letter(keys, queued) for queued in mails if not queued.is_decoy]

    return read


@pytest.fixture
def at():
    """What is asked from here on comes from that network address."""
    tokens = []

    def move(address):
        tokens.append(origin.current.set(Origin(address=address)))

    yield move
    for token in reversed(tokens):
        origin.current.reset(token)
