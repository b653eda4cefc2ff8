"""Files are in a backup wherever they are kept, and go back to where they are kept then."""

from solosync import cli
from solosync.blobs import open_blobs
from solosync.domain import exports, sessions
from solosync.records.pictures import parse_options
from tests.make import make_actor, make_user


def test_files_move_between_the_data_folder_and_an_object_store(store, data_dir, tmp_path, s3_url):
    ann = make_actor(store, make_user(store))
    board = sessions.create_session(store, ann, name="Plan").session
    away = open_blobs(s3_url, data_dir)
    asked = exports.Asked("json", parse_options({}, "json"), None, 30)
    shown = exports.Shown(0, b'{"zoom":1}', 1)
    exports.request(store, away, ann, board, asked, shown, max_state_bytes=1000)
    (kept,) = away.list()
    (data_dir / "solosync.toml").write_text(f'storage_url = "{s3_url}"\n')
    file, here, there = str(tmp_path / "b.zip"), tmp_path / "here", tmp_path / "there"

    assert cli.main(["backup", "-o", file, "--data-dir", str(data_dir)]) == 0
    away.delete(kept.name)
    nowhere = ("--storage-url", "")
    assert cli.main(["restore", file, "--data-dir", str(here), *nowhere]) == 0
    assert b"".join(open_blobs("", here).read(kept.name)) == b'{"zoom":1}'
    assert away.size(kept.name) is None

    # The configuration that comes with the backup says where.
    assert cli.main(["restore", file, "--data-dir", str(there)]) == 0
    assert b"".join(away.read(kept.name)) == b'{"zoom":1}'
    assert not (there / "files").exists()
    assert list((there / "tmp").iterdir()) == []
