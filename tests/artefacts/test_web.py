"""WebFile against real servers on the loopback interface, well and badly behaved."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from impasto.artefacts import Artefact, Patience, Progress, WebFile, obtain, place_for
from impasto.errors import UnavailableError

BODY = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(connect=1.0, silence=1.0)

Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], str]


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what these tests are about."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("IMPASTO_OFFLINE", raising=False)


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    answer(self)

                def log_message(self, *_: object) -> None:
                    return

            server = QuietServer(("127.0.0.1", 0), Handler)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            stack.callback(server.server_close)
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}/file.bin"

        yield start


def artefact(*urls: str, size: int | None = None, limit: int = 1 << 24) -> Artefact:
    return Artefact("file.bin", SHA256, tuple(WebFile(url) for url in urls), size=size, limit=limit)


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def ranged(handler: BaseHTTPRequestHandler, body: bytes = BODY, **headers: str) -> None:
    asked = handler.headers.get("Range")
    if asked is None:
        send(handler, body, **headers)
        return
    start = int(asked.removeprefix("bytes=").removesuffix("-"))
    if start >= len(body):
        send(handler, b"", 416, Content_Range=f"bytes */{len(body)}")
        return
    span = f"bytes {start}-{len(body) - 1}/{len(body)}"
    send(handler, body[start:], 206, Content_Range=span, **headers)


def cut(handler: BaseHTTPRequestHandler, sent: int, **headers: str) -> None:
    """Promise the whole body, send some of it and hang up."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(BODY[:sent])
    handler.close_connection = True


def leave_part(sent: bytes, url: str) -> None:
    """What a transfer that was killed leaves in the cache."""
    folder = place_for(artefact(url)).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "file.bin.part").write_bytes(sent)
    (folder / "file.bin.part.json").write_text(json.dumps({"url": url, "version": None}), encoding="utf-8")


def test_a_whole_file_arrives_with_progress(serve: Serve) -> None:
    seen: list[Progress] = []
    got = obtain(artefact(serve(ranged), size=len(BODY)), progress=seen.append)
    assert got.path.read_bytes() == BODY
    assert got.sha256 == SHA256
    assert got.path == place_for(got.artefact)
    assert seen[-1] == Progress("file.bin", len(BODY), len(BODY))
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert [path.name for path in got.path.parent.iterdir()] == ["file.bin"]


def test_the_cache_answers_the_second_time(serve: Serve) -> None:
    calls: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        calls.append(handler.path)
        ranged(handler)

    wanted = artefact(serve(answer))
    first, second = obtain(wanted), obtain(wanted, offline=True)
    assert len(calls) == 1
    assert first.source is not None
    assert second.source is None


def test_a_cut_connection_is_taken_up_again_within_the_call(serve: Serve) -> None:
    ranges: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        ranges.append(handler.headers.get("Range"))
        if len(ranges) == 1:
            cut(handler, 300_000, ETag='"v1"')
        else:
            assert handler.headers.get("If-Range") == '"v1"'
            ranged(handler, ETag='"v1"')

    assert obtain(artefact(serve(answer))).path.read_bytes() == BODY
    assert ranges == [None, "bytes=300000-"]


def test_a_part_left_by_a_killed_process_is_resumed(serve: Serve) -> None:
    ranges: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        ranges.append(handler.headers.get("Range"))
        ranged(handler)

    url = serve(answer)
    leave_part(BODY[:1000], url)
    assert obtain(artefact(url)).path.read_bytes() == BODY
    assert ranges == ["bytes=1000-"]


def test_a_part_that_is_already_whole_is_used(serve: Serve) -> None:
    url = serve(ranged)
    leave_part(BODY, url)
    assert obtain(artefact(url)).path.read_bytes() == BODY


def test_a_part_longer_than_the_file_is_thrown_away(serve: Serve) -> None:
    url = serve(ranged)
    leave_part(BODY + b"more", url)
    assert obtain(artefact(url)).path.read_bytes() == BODY


def test_a_part_with_wrong_bytes_is_fetched_anew(serve: Serve) -> None:
    url = serve(ranged)
    leave_part(b"x" * 1000, url)
    assert obtain(artefact(url)).path.read_bytes() == BODY


def test_a_part_of_another_address_is_not_continued(serve: Serve) -> None:
    url = serve(ranged)
    leave_part(BODY[:1000], url + "?another")
    assert obtain(artefact(url)).path.read_bytes() == BODY


def test_a_server_without_ranges_sends_the_whole_file_again(serve: Serve) -> None:
    url = serve(lambda handler: send(handler, BODY))
    leave_part(BODY[:1000], url)
    assert obtain(artefact(url)).path.read_bytes() == BODY


def test_an_answer_with_another_range_is_refused(serve: Serve) -> None:
    url = serve(lambda h: send(h, BODY[5:], 206, Content_Range=f"bytes 5-{len(BODY) - 1}/{len(BODY)}"))
    leave_part(BODY[:1000], url)
    with pytest.raises(UnavailableError, match="another part"):
        obtain(artefact(url))


def test_a_file_with_the_wrong_hash_is_thrown_away(serve: Serve) -> None:
    url = serve(lambda handler: send(handler, BODY[::-1]))
    with pytest.raises(UnavailableError, match="wrong SHA-256") as caught:
        obtain(artefact(url))
    place = place_for(artefact(url))
    assert SHA256 in str(caught.value)
    assert str(place) in str(caught.value)
    assert list(place.parent.iterdir()) == []


def test_every_source_is_named_with_its_reason_and_the_next_one_is_tried(serve: Serve) -> None:
    missing = serve(lambda handler: send(handler, b"no", 404))
    closed = "http://127.0.0.1:9/file.bin"
    with pytest.raises(UnavailableError) as caught:
        obtain(artefact(missing, closed))
    assert f"{missing}: HTTP 404" in str(caught.value)
    assert f"{closed}: " in str(caught.value)
    assert "refused" in str(caught.value)
    assert obtain(artefact(missing, closed, serve(ranged))).path.read_bytes() == BODY


@pytest.mark.parametrize("headers_first", [True, False])
def test_a_silent_server_is_given_up_within_seconds(serve: Serve, headers_first: bool) -> None:
    done = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if headers_first:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(BODY)))
            handler.end_headers()
        done.wait(10)

    started = time.monotonic()
    with pytest.raises(UnavailableError, match="no answer in time"):
        obtain(artefact(serve(answer)), patience=QUICK)
    done.set()
    assert time.monotonic() - started < 5


def test_a_crawling_server_is_given_up(serve: Serve) -> None:
    stop = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(BODY)))
        handler.end_headers()
        for i in range(200):
            if stop.wait(0.05):
                return
            handler.wfile.write(BODY[i : i + 1])

    with pytest.raises(UnavailableError, match="too slow"):
        obtain(artefact(serve(answer)), patience=Patience(connect=1, silence=0.5))
    stop.set()


def test_a_file_of_another_size_is_refused_before_it_is_read(serve: Serve) -> None:
    with pytest.raises(UnavailableError, match="1048576 bytes where 5 are expected"):
        obtain(artefact(serve(ranged), size=5))
    with pytest.raises(UnavailableError, match="more than the 1000"):
        obtain(artefact(serve(ranged), limit=1000))


def test_a_server_that_hides_the_length_cannot_go_past_the_limit(serve: Serve) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY[:200_000])

    with pytest.raises(UnavailableError, match="more than the 1000 bytes"):
        obtain(artefact(serve(answer), limit=1000))


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:,x"])
def test_a_redirect_out_of_the_web_is_refused(serve: Serve, target: str) -> None:
    with pytest.raises(UnavailableError, match=r"(?i)redirect.*(refused|not allowed)"):
        obtain(artefact(serve(lambda handler: send(handler, b"", 302, Location=target))))


def test_a_redirect_within_the_web_is_followed_and_a_ring_is_left(serve: Serve) -> None:
    there = serve(ranged)
    assert obtain(artefact(serve(lambda h: send(h, b"", 302, Location=there)))).path.read_bytes() == BODY
    place_for(artefact(there)).unlink()
    with pytest.raises(UnavailableError, match="HTTP 302"):
        obtain(artefact(serve(lambda h: send(h, b"", 302, Location=h.path))))


def test_an_encoding_nobody_asked_for_is_refused(serve: Serve) -> None:
    with pytest.raises(UnavailableError, match="encoding gzip"):
        obtain(artefact(serve(lambda handler: send(handler, BODY, Content_Encoding="gzip"))))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "example.org/x", "https:///x"])
def test_only_web_addresses_make_a_webfile(url: str) -> None:
    with pytest.raises(ValueError, match="http or https"):
        WebFile(url)
