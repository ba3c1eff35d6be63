"""Archives that tell lies."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from impasto.artefacts.archive import extract_member
from impasto.errors import CorruptError, UnavailableError

DATA = os.urandom(5000)


def tar(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for info, data in members:
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return path


def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def take(archive: Path, *, limit: int = 1 << 20, unpacked_limit: int = 1 << 20) -> bytes:
    target = archive.parent / "taken"
    extract_member(archive, "models/net.pth", target, limit=limit, unpacked_limit=unpacked_limit)
    return target.read_bytes()


def assert_refused(archive: Path, words: str, **limits: int) -> None:
    before = set(archive.parent.rglob("*"))
    with pytest.raises(CorruptError, match=words):
        take(archive, **limits)
    assert set(archive.parent.rglob("*")) == before


def test_the_member_is_found_by_its_whole_name_or_its_end(tmp_path: Path) -> None:
    other = (tarfile.TarInfo("p/remodels/net.pth"), b"no")
    assert take(tar(tmp_path / "a", other, (tarfile.TarInfo("p-1/models/net.pth"), DATA))) == DATA
    assert take(tar(tmp_path / "b", (tarfile.TarInfo("models/net.pth"), DATA))) == DATA


@pytest.mark.parametrize(
    "name", ["../models/net.pth", "/models/net.pth", "a/../../models/net.pth", "C:/models/net.pth"]
)
def test_paths_out_of_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    assert_refused(tar(tmp_path / "a", (tarfile.TarInfo(name), DATA)), "absolute path or a parent step")
    with zipfile.ZipFile(tmp_path / "b", "w") as archive:
        archive.writestr(name, DATA)
    assert_refused(tmp_path / "b", "absolute path or a parent step")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
def test_links_and_special_files_are_refused(tmp_path: Path, kind: bytes) -> None:
    member = special("p/models/net.pth", kind, "/etc/hostname")
    assert_refused(tar(tmp_path / "a", (member, b"")), "link or another special file")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("p/models/net.pth")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr(info, "/etc/hostname")
    assert_refused(tmp_path / "a", "link or another special file")


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = [(tarfile.TarInfo(f"{p}/models/net.pth"), DATA) for p in "ab"]
    assert_refused(tar(tmp_path / "a", *twice), "two members")


def test_a_missing_member_is_said(tmp_path: Path) -> None:
    assert_refused(tar(tmp_path / "a", (tarfile.TarInfo("p/x"), DATA)), "no member models/net.pth")


def test_a_huge_member_is_refused_by_its_claim_and_by_its_bytes(tmp_path: Path) -> None:
    archive = tar(tmp_path / "a", (tarfile.TarInfo("models/net.pth"), DATA))
    assert_refused(archive, "claims 5000 bytes and may have 4999", limit=4999)


def test_a_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    zeros = bytes(8 << 20)
    before = tar(tmp_path / "a", (tarfile.TarInfo("p/zeros"), zeros), (tarfile.TarInfo("models/net.pth"), DATA))
    assert before.stat().st_size < 20_000
    assert_refused(before, "unpacks to more than it may")
    with zipfile.ZipFile(tmp_path / "b", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("models/net.pth", zeros)
    assert_refused(tmp_path / "b", "claims 8388608 bytes", limit=1 << 30)


def test_a_header_that_claims_gigabytes_is_not_believed(tmp_path: Path) -> None:
    info = tarfile.TarInfo("models/net.pth")
    info.size = 1 << 40
    (tmp_path / "a").write_bytes(gzip.compress(info.tobuf() + bytes(1024)))
    assert_refused(tmp_path / "a", "claims 1099511627776")
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 1 << 40
    (tmp_path / "b").write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(4 << 20)))
    assert_refused(tmp_path / "b", "unpacks to more")


@pytest.mark.parametrize("keep", [1, 15, 100, 2000, 4900])
def test_a_truncated_archive_is_refused(tmp_path: Path, keep: int) -> None:
    whole = tar(tmp_path / "w", (tarfile.TarInfo("models/net.pth"), DATA)).read_bytes()
    (tmp_path / "a").write_bytes(whole[:keep])
    assert_refused(tmp_path / "a", "not a readable package archive")


def test_a_zip_with_a_broken_checksum_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("models/net.pth", DATA)
    damaged = bytearray((tmp_path / "a").read_bytes())
    damaged[1000] ^= 1
    (tmp_path / "a").write_bytes(damaged)
    assert_refused(tmp_path / "a", "not a readable package archive")


def test_a_target_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    archive = tar(tmp_path / "a", (tarfile.TarInfo("models/net.pth"), DATA))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError, match="IMPASTO_HOME"):
        extract_member(archive, "models/net.pth", tmp_path / "file" / "t", limit=9999, unpacked_limit=1 << 20)
