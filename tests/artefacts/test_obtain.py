"""obtain as processes use it: the cache, hand-placed files, offline, two at once, killed, and a full disk."""

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from impasto.artefacts import Artefact, WebFile, home, obtain, place_for
from impasto.errors import UnavailableError

BODY = bytes(range(251)) * 8000
SHA256 = hashlib.sha256(BODY).hexdigest()
NOWHERE = Artefact("file.bin", SHA256, (WebFile("http://127.0.0.1:9/file.bin"),))
PROGRAM = """
import sys
from impasto.artefacts import Artefact, WebFile, obtain
from impasto.errors import UnavailableError
{before}
try:
    print(obtain(Artefact("file.bin", sys.argv[2], (WebFile(sys.argv[1]),))).path)
except UnavailableError as error:
    sys.exit(f"refused: {{error}}")
"""


class SlowServer(ThreadingHTTPServer):
    """Sends the first half at once and the rest when told; counts requests and remembers ranges."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ranges: list[str | None] = []
        self.release = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/file.bin"

    def handle_error(self, *_: object) -> None:
        """A client that is killed is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: SlowServer

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")
        self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        middle = max(start, len(BODY) // 2)
        self.wfile.write(BODY[start:middle])
        self.server.release.wait(20)
        self.wfile.write(BODY[middle:])

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("IMPASTO_OFFLINE", raising=False)


@pytest.fixture
def server() -> Iterator[SlowServer]:
    server = SlowServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


def start(url: str, before: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM.format(before=before), url, SHA256]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_half(part: Path) -> None:
    deadline = time.monotonic() + 20
    while not (part.is_file() and part.stat().st_size == len(BODY) // 2):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_processes_fetch_once(server: SlowServer) -> None:
    both = [start(server.url), start(server.url)]
    wait_for_half(place_for(NOWHERE).with_name("file.bin.part"))
    time.sleep(0.3)
    server.release.set()
    results = [process.communicate(timeout=30) for process in both]
    assert [process.returncode for process in both] == [0, 0], results
    assert [out.strip() for out, _ in results] == [str(place_for(NOWHERE))] * 2
    assert server.ranges == [None]


def test_a_killed_fetch_leaves_nothing_good_and_is_resumed(server: SlowServer) -> None:
    process = start(server.url)
    wait_for_half(place_for(NOWHERE).with_name("file.bin.part"))
    process.kill()
    process.communicate()
    assert not place_for(NOWHERE).exists()
    with pytest.raises(UnavailableError):
        obtain(NOWHERE, offline=True)
    server.release.set()
    got = obtain(Artefact("file.bin", SHA256, (WebFile(server.url),)))
    assert got.path.read_bytes() == BODY
    assert server.ranges == [None, f"bytes={len(BODY) // 2}-"]


def test_a_full_disk_is_said_with_what_to_do(server: SlowServer) -> None:
    server.release.set()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    process = start(server.url, before=limit)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.startswith("refused: cannot write ")
    assert "IMPASTO_HOME" in errors
    assert "Traceback" not in errors
    assert not place_for(NOWHERE).exists()


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(UnavailableError, match=r"cannot write .*IMPASTO_HOME"):
        obtain(NOWHERE)


def test_a_file_that_needs_more_room_than_there_is_is_not_begun(server: SlowServer) -> None:
    huge = Artefact("file.bin", SHA256, (WebFile(server.url),), size=1 << 60, limit=1 << 60)
    with pytest.raises(UnavailableError, match=r"MB free .*IMPASTO_HOME"):
        obtain(huge)
    assert server.ranges == []


def test_a_file_placed_by_hand_is_used(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        obtain(NOWHERE)
    named = Path(str(caught.value).splitlines()[-1].split("  (SHA-256")[0].strip())
    named.write_bytes(BODY)
    got = obtain(NOWHERE, offline=True)
    assert (got.path, got.source) == (named, None)


def test_a_wrong_file_placed_by_hand_is_named_and_replaced(server: SlowServer) -> None:
    server.release.set()
    place = place_for(NOWHERE)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"wrong")
    with pytest.raises(UnavailableError, match="not the file wanted"):
        obtain(NOWHERE)
    assert place.read_bytes() == b"wrong"
    obtain(Artefact("file.bin", SHA256, (WebFile(server.url),)))
    assert place.read_bytes() == BODY


def test_the_first_alternative_that_can_be_had_is_given(server: SlowServer) -> None:
    server.release.set()
    other = Artefact("other.bin", "0" * 64, (WebFile("http://127.0.0.1:9/other.bin"),))
    got = obtain(other, Artefact("file.bin", SHA256[:8], (WebFile(server.url),)))
    assert (got.artefact.filename, got.sha256) == ("file.bin", SHA256)
    with pytest.raises(UnavailableError, match=r"other\.bin or file\.bin"):
        obtain(other, Artefact("file.bin", "1" * 8, ()))


@pytest.mark.parametrize("said", ["1", "true", "yes"])
def test_offline_asks_no_source(server: SlowServer, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    wanted = Artefact("file.bin", SHA256, (WebFile(server.url),))
    with pytest.raises(UnavailableError, match="offline mode is on"):
        obtain(wanted, offline=True)
    monkeypatch.setenv("IMPASTO_OFFLINE", said)
    with pytest.raises(UnavailableError, match="offline mode is on"):
        obtain(wanted)
    assert server.ranges == []


def test_home_is_the_variable_or_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert home() == tmp_path / "home"
    monkeypatch.setenv("IMPASTO_HOME", "relative")
    assert home() == Path.cwd() / "relative"
    monkeypatch.setenv("IMPASTO_HOME", " ")
    assert home().name == "impasto"
    assert home().is_absolute()


@pytest.mark.parametrize(
    "bad",
    [
        {"filename": "../x"},
        {"filename": ".hidden"},
        {"filename": ""},
        {"sha256": "abc"},
        {"sha256": "G" * 64},
        {"size": 0},
    ],
)
def test_an_artefact_has_a_plain_name_and_a_hash(bad: dict[str, object]) -> None:
    good: dict[str, object] = {"filename": "f", "sha256": SHA256, "sources": ()}
    with pytest.raises(ValueError, match=r"plain name|hexadecimal|between 1"):
        Artefact(**{**good, **bad})
