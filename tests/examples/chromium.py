"""A real Chromium, driven over pipes by its own protocol."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--window-size=1280,860",
    "--remote-debugging-pipe",
)
PATIENCE = 120


class Browser:
    """Chromium at the other end of two pipes. `asked`: the addresses of all that its pages loaded, in order."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._left = b""
        self._number = 0
        self.asked: list[str] = []

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """What Chromium answers to a command; what it tells in the meantime is looked through."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("method") == "Network.requestWillBeSent":
                self.asked.append(told["params"]["request"]["url"])
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = os.read(self._answers, 1 << 20)
            assert more, "Chromium has ended"
            self._left += more
        line, _, self._left = self._left.partition(b"\0")
        return json.loads(line)


class Tab:
    """One page of a browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "DOM"):
            self.call(f"{domain}.enable")
        browser.asked.clear()

    @property
    def asked(self) -> list[str]:
        """The addresses of all that it loaded."""
        return self._browser.asked

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What Chromium answers to a command for this page."""
        return self._browser.call(method, self._session, **parameters)

    def close(self) -> None:
        """Close it; its camera and its workers end."""
        self._browser.call("Target.closeTarget", targetId=self._target)

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression, waited for."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        until = time.monotonic() + PATIENCE
        while not self.value(expression):
            said = self.value("[document.body?.dataset.state, document.getElementById('error')?.textContent].join()")
            assert time.monotonic() < until, f"waited for {expression}: {said}"
            time.sleep(0.05)

    def open(self, address: str) -> None:
        """Go to a page and wait until it is ready."""
        self.call("Page.navigate", url=address)
        self.wait("['ready', 'failed'].includes(document.body?.dataset.state)")

    def give(self, selector: str, file: Path) -> None:
        """Put a file into a file input, as a person chooses it."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])


@contextmanager
def started(program: str, folder: Path) -> Iterator[Browser]:
    """A browser that keeps what it keeps in a folder, and reaches nothing but this machine."""
    to_read, commands = os.pipe()
    answers, to_write = os.pipe()
    pipes = f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}'
    with ExitStack() as after, (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", pipes, program, *FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"],
            pass_fds=(to_read, to_write),
            stdout=log,
            stderr=log,
        )
        after.callback(process.kill)
        os.close(to_read)
        os.close(to_write)
        after.callback(os.close, answers)
        after.callback(process.wait, timeout=30)
        after.callback(os.close, commands)  # Chromium ends when nobody commands it
        yield Browser(commands, answers)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """The address of the page, served by its own server."""
    command = [sys.executable, "serve.py", "--port", "0", *options]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
