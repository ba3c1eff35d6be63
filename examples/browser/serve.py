"""Serve the page on this machine alone: python serve.py [--port 8000] [--plain].

With the headers that let a page use several threads (cross-origin isolation); `--plain` leaves them out, as most hosts
of static files do, and the page then computes with one thread.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Page(SimpleHTTPRequestHandler):
    """The files of this folder, never kept by the browser without asking."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".onnx": "application/octet-stream",
    }
    plain = False

    def end_headers(self) -> None:
        """Add the page's headers to those of the file."""
        self.send_header("Cache-Control", "no-cache")
        for name, value in {} if self.plain else ISOLATION.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing of each file."""


class PlainPage(Page):
    """The same without isolation."""

    plain = True


def main() -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=8000, help="0 takes any that is free")
    parser.add_argument("--plain", action="store_true", help="without the headers that allow threads")
    options = parser.parse_args()
    if not (HERE / "ort").is_dir():
        print(f"onnxruntime is not here yet: run `npm install` in {HERE} first", file=sys.stderr)
        return 2
    page = PlainPage if options.plain else Page
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), partial(page, directory=str(HERE)))
    except OSError as error:
        print(f"port {options.port} cannot be had ({error.strerror}); choose another with --port", file=sys.stderr)
        return 2
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
