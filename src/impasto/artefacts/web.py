"""A file at an address: fetched with the standard library, resumed where a connection was cut."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from functools import partial
from typing import IO

import impasto
from impasto.artefacts.artefact import Delivery, Order, Patience, Progress, SourceFailedError
from impasto.artefacts.home import require_room, storing

_CHUNK = 1 << 18
_TRIES = 5
_NETWORK = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class WebFile:
    """A file at an http or https address. Its bytes are believed only after their SHA-256."""

    url: str

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a WebFile needs an http or https address, not {self.url!r}")

    @property
    def label(self) -> str:
        """The address."""
        return self.url

    def deliver(self, order: Order) -> Delivery:
        """Fetch into `<filename>.part`, going on from what an earlier try at this address left there.

        A cut connection is taken up again while each try brings something. The part stays for a later
        resume when the transfer fails. Raises SourceFailedError and UnavailableError as `Source` says.
        """
        part = _Part(order, self.url)
        resumed = part.have > 0
        for attempt in range(_TRIES):
            before = part.have
            try:
                _transfer(self.url, part, order)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and part.have:
                    if error.headers.get("Content-Range") == f"bytes */{part.have}":
                        return part.delivered(resumed=True)
                    part.start_over()
                    continue
                raise SourceFailedError(f"HTTP {error.code} {error.reason}") from error
            except _CutError as error:
                if part.have <= before or attempt == _TRIES - 1:
                    raise SourceFailedError(str(error)) from error
                resumed = True
                continue
            except _NETWORK as error:
                raise SourceFailedError(_reason(error)) from error
            return part.delivered(resumed)
        raise SourceFailedError(f"gave no whole file in {_TRIES} tries")


class _CutError(Exception):
    """The connection ended, stalled or crawled before the file was whole."""


class _Part:
    """The partial file and a note of where it came from; only the same address and version continue it."""

    def __init__(self, order: Order, url: str) -> None:
        self.path = order.folder / f"{order.filename}.part"
        self._note = order.folder / f"{order.filename}.part.json"
        self._url = url
        self.version: str | None = None
        self.have = 0
        self._recall(order.limit)

    def _recall(self, limit: int) -> None:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            have = self.path.stat().st_size
        except (OSError, ValueError):
            return
        if isinstance(note, dict) and note.get("url") == self._url and have <= limit:
            version = note.get("version")
            self.have, self.version = have, version if isinstance(version, str) else None

    def start_over(self) -> None:
        """Throw away the bytes of an earlier try."""
        self.path.unlink(missing_ok=True)
        self.have, self.version = 0, None

    def open(self, version: str | None) -> IO[bytes]:
        """The file to append to, after a note of the server's version of it."""
        self.version = version
        with storing(self._note):
            self._note.write_text(json.dumps({"url": self._url, "version": version}), encoding="utf-8")
        with storing(self.path):
            return self.path.open("ab" if self.have else "wb")

    def delivered(self, resumed: bool) -> Delivery:
        """The whole file, which needs its note no more."""
        self._note.unlink(missing_ok=True)
        return Delivery(self.path, resumed)


def _transfer(url: str, part: _Part, order: Order) -> None:
    """One request: append to the part until it is whole. Raises _CutError, _NETWORK errors, HTTPError."""
    headers = {"User-Agent": f"impasto/{impasto.__version__}", "Accept-Encoding": "identity"}
    if part.have:
        headers["Range"] = f"bytes={part.have}-"
        if part.version:
            headers["If-Range"] = part.version
    request = urllib.request.Request(url, headers=headers)
    with _opener(order.patience).open(request, timeout=order.patience.connect) as response:
        if part.have and not _continues(response, part.have):
            part.start_over()
        total = _total(response, part.have, order)
        require_room(order.folder, (total or 0) - part.have)
        with part.open(_version(response.headers)) as file:
            _pour(response, file, part, order, total)
    if total is not None and part.have < total:
        raise _CutError(f"the connection ended after {part.have} of {total} bytes")


def _pour(response: http.client.HTTPResponse, file: IO[bytes], part: _Part, order: Order, total: int | None) -> None:
    patience = order.patience
    mark, since = part.have, time.monotonic()
    while True:
        try:
            data = response.read1(_CHUNK)
        except _NETWORK as error:
            raise _CutError(f"the connection broke after {part.have} bytes: {_reason(error)}") from error
        if not data:
            return
        if part.have + len(data) > (order.size or order.limit):
            part.start_over()
            raise SourceFailedError(f"sent more than the {order.size or order.limit} bytes it may have")
        with storing(part.path):
            file.write(data)
            file.flush()
        part.have += len(data)
        order.progress(Progress(order.filename, part.have, total))
        now = time.monotonic()
        if now - since > patience.silence:
            if part.have - mark < patience.slowest * (now - since):
                raise SourceFailedError(f"sent {part.have - mark} bytes in {now - since:.0f} s, which is too slow")
            mark, since = part.have, now


def _continues(response: http.client.HTTPResponse, have: int) -> bool:
    """Whether the answer goes on where the part ends: a server may send the whole file instead."""
    if response.status != http.HTTPStatus.PARTIAL_CONTENT:
        return False
    found = re.fullmatch(r"bytes (\d+)-\d+/(?:\d+|\*)", response.headers.get("Content-Range", "").strip())
    if not found or int(found[1]) != have:
        raise SourceFailedError("answered a request for the rest of the file with another part of it")
    return True


def _total(response: http.client.HTTPResponse, have: int, order: Order) -> int | None:
    """The size of the whole file as the server says it, refused when it cannot be the file wanted."""
    if encoding := response.headers.get("Content-Encoding"):
        raise SourceFailedError(f"sent the file in the encoding {encoding}, which was not asked for")
    length = response.headers.get("Content-Length", "").strip()
    if not length.isdecimal():
        return order.size
    total = have + int(length)
    if order.size is not None and total != order.size:
        raise SourceFailedError(f"has a file of {total} bytes where {order.size} are expected")
    if total > order.limit:
        raise SourceFailedError(f"has a file of {total} bytes, more than the {order.limit} it may have")
    return total


def _version(headers: Message) -> str | None:
    """What If-Range may carry: a strong ETag, or else the date of last change."""
    tag = headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to http and https only, and never from https to http."""

    max_redirections = 5

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        old, new = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
        if new.scheme not in ("http", "https") or (old.scheme == "https" and new.scheme != "https"):
            raise SourceFailedError(f"redirects to {new.scheme}://, which is refused")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _PatientConnection(http.client.HTTPConnection):
    """Connects within one time limit and then reads under another."""

    silence: float

    def __init__(self, host: str, *, silence: float, timeout: float) -> None:
        super().__init__(host, timeout=timeout)
        self.silence = silence

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(self.silence)


class _PatientTlsConnection(_PatientConnection, http.client.HTTPSConnection):
    """The same over TLS."""


class _PatientHandler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    def __init__(self, silence: float) -> None:
        super().__init__()
        self._silence = silence

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_PatientConnection, silence=self._silence), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_PatientTlsConnection, silence=self._silence), req)


def _opener(patience: Patience) -> urllib.request.OpenerDirector:
    """An opener that knows http and https and no other scheme: no file://, no ftp://, no data:."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _PatientHandler(patience.silence),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    said = cause.strerror if isinstance(cause, OSError) else None
    return said or str(cause) or type(cause).__name__
