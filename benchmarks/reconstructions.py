"""The figures of docs/gallery: what the layers of several networks know of a photo and a painting.

One figure a network, drawn by `impasto reconstruct figure`; pictures painted before, with the same settings, are not
painted again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from impasto.apps.cli.main import main as impasto

NETWORKS = ("vgg19", "resnet50", "squeezenet1_1")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--content", type=Path, required=True, metavar="PICTURE")
    parser.add_argument("--style", type=Path, required=True, metavar="PICTURE")
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS))
    parser.add_argument("--size", default="512")
    parser.add_argument("--steps", default="200")
    parser.add_argument("--cell", default="200", help="the side of each picture's place in a figure, in pixels")
    parser.add_argument("--folder", type=Path, default=Path("figures"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for network in options.networks:
        place = options.folder / f"layers_{network}.jpg"
        pictures = (str(options.content), str(options.style), "-o", str(place), "--overwrite")
        settings = ("--backbone", network, "--size", options.size, "--steps", options.steps, "--cell", options.cell)
        code = impasto(["reconstruct", "figure", *pictures, *settings])
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
