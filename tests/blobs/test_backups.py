"""Files are in a backup wherever they are kept, and go back to where they are kept then."""

from solosync.blobs import open_blobs
from solosync.domain import exports, sessions
from solosync.records.pictures import parse_options
from tests.backups import back_up, restore
from tests.make import make_actor, make_user


def test_files_move_between_the_data_folder_and_an_object_store(store, data_dir, tmp_path, s3_url):
    ann = make_actor(store, make_user(store))
    board = sessions.create_session(store, ann, name="Plan").session
    away = open_blobs(s3_url, data_dir)
    asked = exports.Asked("json", parse_options({}, "json"), None, 30)
    shown = exports.Shown(0, b'{"zoom":1}', 1)
    exports.request(store, away, ann, board, asked, shown, max_state_bytes=1000)
    (kept,) = away.list()

    made = back_up(store, tmp_path / "b.zip", s3_url)
    assert made.manifest.missing == []
    restore(made.file, tmp_path / "here")
    here = open_blobs("", tmp_path / "here")
    assert b"".join(here.read(kept.name)) == b'{"zoom":1}'

    away.delete(kept.name)
    restore(made.file, tmp_path / "there", s3_url)
    assert b"".join(away.read(kept.name)) == b'{"zoom":1}'
    assert not (tmp_path / "there" / "files").exists()
    assert list((tmp_path / "there" / "tmp").iterdir()) == []
