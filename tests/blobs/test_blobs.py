"""Every store of contents keeps the same promises."""

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from solosync import clock
from solosync.blobs import open_blobs
from solosync.errors import Invalid, NotFound, StorageFailed

CONTENT = bytes(range(256)) * 3000  # more than is read at a time
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def read(blobs, sha256, *part):
    return b"".join(blobs.read(sha256, *part))


def test_content_is_named_by_its_hash(blobs):
    assert blobs.put(CONTENT) == (DIGEST, len(CONTENT))
    assert blobs.size(DIGEST) == len(CONTENT)
    assert read(blobs, DIGEST) == CONTENT


def test_empty_content_is_content(blobs):
    kept = blobs.put(b"")
    assert (kept.size, blobs.size(kept.sha256), read(blobs, kept.sha256)) == (0, 0, b"")


def test_file_is_taken_away(blobs, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    assert blobs.put(source).sha256 == DIGEST
    assert not source.exists()
    assert read(blobs, DIGEST) == CONTENT


@pytest.mark.parametrize(
    "start, stop", [(0, 1), (5, 300_000), (700_000, None), (0, None), (10, 10), (767_999, 768_000)]
)
def test_part_of_a_content_is_read(blobs, start, stop):
    blobs.put(CONTENT)
    assert read(blobs, DIGEST, start, stop) == CONTENT[start:stop]


def test_same_content_is_kept_once_and_counts_as_new(blobs):
    blobs.put(CONTENT)
    before = clock.now_ms() - 2000
    blobs.put(CONTENT)
    (stored,) = blobs.list()
    assert (stored.name, stored.size) == (DIGEST, len(CONTENT))
    assert before < stored.modified_at <= clock.now_ms() + 2000


def test_what_isnt_there_is_not_found(blobs, tmp_path):
    for name in (DIGEST, "x", "../../etc/passwd", ""):
        assert blobs.size(DIGEST) is None
        with pytest.raises(NotFound):
            blobs.read(name)
        with pytest.raises(NotFound):
            blobs.fetch(name, tmp_path)
    assert list(blobs.list()) == []


def test_deleted_content_is_gone(blobs):
    other = blobs.put(b"other").sha256
    blobs.put(CONTENT)
    blobs.delete(DIGEST)
    blobs.delete(DIGEST)
    assert blobs.size(DIGEST) is None
    assert [stored.name for stored in blobs.list()] == [other]


def test_local_file_with_the_content_is_fetched(blobs, tmp_path):
    blobs.put(CONTENT)
    folder = tmp_path / "folder"
    folder.mkdir()
    path = blobs.fetch(DIGEST, folder)
    assert path.read_bytes() == CONTENT
    assert blobs.fetch(DIGEST, folder) == path
    assert blobs.size(DIGEST) == len(CONTENT)


def test_contents_are_kept_by_several_threads_at_once(blobs):
    contents = [bytes([number % 5]) * 1000 for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(blobs.put, contents))
    assert len({blob.sha256 for blob in kept}) == 5
    for blob, content in zip(kept, contents, strict=True):
        assert read(blobs, blob.sha256) == content


def test_content_outlives_the_program(blobs, storage_url, tmp_path):
    blobs.put(CONTENT)
    assert read(open_blobs(storage_url, tmp_path / "data"), DIGEST) == CONTENT


# -- the disk ----------------------------------------------------------------------------------


def test_disk_holds_whole_files_closed_to_others(tmp_path):
    blobs = open_blobs("", tmp_path / "data")
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    source.chmod(0o644)
    blobs.put(source)
    blobs.put(b"bytes")
    paths = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(paths) == 2
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.parent.name + path.name == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="needs a second file system")  # noqa: PTH112
def test_file_is_taken_from_another_file_system(tmp_path):
    import tempfile
    from pathlib import Path

    blobs = open_blobs("", tmp_path / "data")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        source = Path(folder) / "source"
        source.write_bytes(CONTENT)
        assert blobs.put(source).sha256 == DIGEST
        assert not source.exists()
    assert read(blobs, DIGEST) == CONTENT


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux")  # noqa: PTH110
def test_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    blobs = open_blobs("", tmp_path / "data")
    blobs.put(b"first")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFailed, match="is full"):
        blobs.put(CONTENT)
    assert len([path for path in (tmp_path / "data").rglob("*") if path.is_file()]) == 1


# -- uploads, where they don't come to ourselves -----------------------------------------------


def test_disk_takes_no_uploads_itself(tmp_path):
    blobs = open_blobs("", tmp_path / "data")
    assert blobs.sign_upload("name", 60) is None
    assert blobs.upload_size("name") is None


def test_object_store_takes_a_put_to_the_signed_address(s3_url, tmp_path):
    import httpx

    blobs = open_blobs(s3_url, tmp_path)
    address = blobs.sign_upload("name", 60)
    assert address is not None
    assert blobs.upload_size("name") is None
    assert httpx.put(address, content=CONTENT).status_code == 200
    assert blobs.upload_size("name") == len(CONTENT)
    assert [(it.name, it.size) for it in blobs.list_uploads()] == [("name", len(CONTENT))]
    assert list(blobs.list()) == []
    assert blobs.fetch_upload("name", tmp_path).read_bytes() == CONTENT
    blobs.delete_upload("name")
    blobs.delete_upload("name")
    assert blobs.upload_size("name") is None


def test_object_store_that_doesnt_take_it_is_told(s3_server, s3_url, tmp_path):
    blobs = open_blobs(f"s3://no-such-bucket?endpoint={s3_server}&region=us-east-1", tmp_path)
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    with pytest.raises(StorageFailed, match="storage_url"):
        blobs.put(source)
    assert source.exists()


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket?endpoint=http://127.0.0.1:1&access_key_id=x",
        "s3://bucket?secret_access_key=x",
        "s3:///folder",
    ],
)
def test_unusable_address_is_refused(url, tmp_path):
    with pytest.raises(Invalid):
        open_blobs(url, tmp_path)


def test_google_cloud_storage_goes_by_the_same_address(tmp_path, monkeypatch):
    """Only that it is opened: there is no Google to try it with."""
    key = tmp_path / "key.json"
    key.write_text(
        '{"gcs_base_url": "http://127.0.0.1:1", "disable_oauth": true, "client_email": "",'
        ' "private_key": "", "private_key_id": ""}',
        encoding="utf-8",
    )
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(key))
    assert open_blobs("gs://bucket/folder", tmp_path) is not None
