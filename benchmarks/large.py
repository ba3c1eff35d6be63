"""What a step takes of a picture too large to be looked at at once: its time, and the most memory that is held.

`impasto stylize` paints the sample pictures at one size, in as much memory as it is allowed, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plan import PICTURES, SCALE


def painted(folder: Path, options: argparse.Namespace) -> None:
    """Paint, and print what happens when."""
    command = [sys.executable, "-m", "impasto", "stylize", "photo.png", "style.png", "-o", "out.png", "--json"]
    command += ["--preset", options.preset, "--size", options.size, "--precision", options.precision]
    command += [
        "--memory",
        options.memory,
        "--steps",
        str(options.steps),
        "--set",
        "smallest=65000",
        "--run-dir",
        "run",
    ]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    began = before = time.perf_counter()
    for line in process.stdout:
        now, event = time.perf_counter(), json.loads(line)
        if event["event"] == "plan":
            tiles = f"tiles of {event['tile']}" if event["tile"] else "no tiles"
            print(
                f"plan: {event['memory'] / 1e9:.1f} GB, {event['seconds']:.0f} s; {tiles}, pairs {event['history_in']}"
            )
        if event["event"] == "level_started":
            print(f"{event['width']}×{event['height']}: begun after {now - began:.0f} s", flush=True)
            before = now
        if event["event"] == "step":
            print(f"step {event['number']}: {now - before:.0f} s", flush=True)
            before = now
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"impasto stylize ended with {process.returncode}")
    print(f"in all {time.perf_counter() - began:.0f} s, at most {usage.ru_maxrss * SCALE / 1e9:.1f} GB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="10000x10000")
    parser.add_argument("--memory", default="16GB")
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--preset", default="neural-style-fast")
    parser.add_argument("--precision", default="auto")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-c", PICTURES], cwd=folder, check=True)
        painted(folder, options)


if __name__ == "__main__":
    main()
