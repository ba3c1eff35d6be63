"""Impasto beside two well-known programs: whole processes, the same pictures, weights, threads and size in one session.

The programs are ProGamerGov/neural-style-pt and crowsonkb/style-transfer-pytorch. Their checkouts are yours to make,
and so is a Python that has what they need (torchvision, tqdm, …), named with `--python`. Each runs with its own
settings as it comes, so the pictures differ by more than speed: the judges and your eyes compare them.

Both programs get the numbers that Impasto paints with, folded into the pixels that each of them feeds its network, so
that all three see the same. They load their classifiers too, which nobody here asks; zeros stand in for those. The
style terms of style-transfer-pytorch were weighted on torchvision's numbers: `--weights vgg19.torchvision` gives it
those, once they are in Impasto's store.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from pictures_for import pairs
from plain import ACTIVATION_SCALE
from plain import WEIGHTS as RESCALED
from torch import Tensor

from impasto.backbones.preprocessing import Preprocessing
from impasto.measure import measure
from impasto.pictures import Picture, read_picture, write_picture
from impasto.runs.naming import RUNS_VARIABLE
from impasto.weights import CATALOGUE, load_weights
from impasto.weights.catalogue.entry import IMAGENET_PIXELS

JUDGES = ("mobilenet_v2", "efficientnet_lite0")
BLOCKS = (2, 2, 4, 4, 4)
CLASSIFIER = {0: (4096, 25088), 3: (4096, 4096), 6: (1000, 4096)}
NEURAL_STYLE_PIXELS = Preprocessing("bgr", 256.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))
"""What neural-style-pt feeds VGG: it multiplies by 256."""

TORCHVISION_FILE = "vgg19-dcbb9e9d.pth"
"""What torchvision calls its VGG-19 among the checkpoints under TORCH_HOME; a file that is there is taken as it is."""

NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


@dataclass(frozen=True)
class Contender:
    """A program to run on one pair. settings: in words. picture: where it writes."""

    name: str
    settings: str
    command: list[str]
    folder: Path
    picture: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def folded(
    tensors: Mapping[str, Tensor], own: Preprocessing, theirs: Preprocessing, scale: float = 1.0
) -> dict[str, Tensor]:
    """VGG-19 by torchvision's names, seeing in pixels made like `theirs` what `tensors` see in pixels like `own`.

    scale: multiplies every activation of every layer. Exact but for the borders, where zeros stand for the mean colour
    of the preprocessing.
    """
    first = tensors["conv1_1.weight"].double()
    weight, bias = torch.zeros_like(first), tensors["conv1_1.bias"].double()
    for j, colour in enumerate(own.order):
        i = theirs.order.index(colour)
        ratio = own.scale / theirs.scale / own.std[j]
        weight[:, i] = first[:, j] * ratio * theirs.std[i]
        bias = bias + first[:, j].sum((1, 2)) * (ratio * theirs.mean[i] - own.mean[j] / own.std[j])
    state: dict[str, Tensor] = {}
    index = 0
    for block, count in enumerate(BLOCKS, start=1):
        for i in range(1, count + 1):
            name = f"conv{block}_{i}"
            w, b = (weight * scale, bias) if name == "conv1_1" else (tensors[f"{name}.weight"], tensors[f"{name}.bias"])
            state[f"features.{index}.weight"], state[f"features.{index}.bias"] = w.float(), (b * scale).float()
            index += 2
        index += 1
    for number, shape in CLASSIFIER.items():
        state[f"classifier.{number}.weight"] = torch.zeros(1, 1).expand(shape)
        state[f"classifier.{number}.bias"] = torch.zeros(1).expand(shape[0])
    return state


def write_weights(name: str, work: Path) -> None:
    """The files that the programs look for: `vgg19.pth` in `work`, and torchvision's under `work`/hub."""
    tensors, own = load_weights(name).as_torch(), CATALOGUE[name].preprocessing
    scale = ACTIVATION_SCALE if name == RESCALED else 1.0
    torch.save(folded(tensors, own, NEURAL_STYLE_PIXELS, scale), work / "vgg19.pth")
    checkpoints = work / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    torch.save(folded(tensors, own, IMAGENET_PIXELS), checkpoints / TORCHVISION_FILE)


def input_paths(stem: str, work: Path) -> tuple[Path, Path]:
    """Where the programs find the content and the style."""
    return work / f"{stem}_content.png", work / f"{stem}_style.png"


def contenders(stem: str, work: Path, options: argparse.Namespace) -> Iterable[Contender]:
    """Impasto's default first, which the others are compared with."""
    content, style = input_paths(stem, work)
    impasto = [sys.executable, "-c", "from impasto.apps.cli.main import main; main()", "stylize"]
    impasto += [str(content), str(style), "--size", str(options.size), "--device", "cpu", "--weights", options.weights]
    out = {name: (options.out / f"{stem}_{name}.png").absolute() for name in ("default", "preset", "pt", "pytorch")}
    yield Contender("impasto", "default", [*impasto, "--output", str(out["default"])], work, out["default"])
    scales = [
        f"losses.{loss}.activation_scale={ACTIVATION_SCALE if options.weights == RESCALED else 1.0}"
        for loss in ("content", "gram")
    ]
    preset = [
        "--preset",
        "neural-style",
        "--steps",
        str(options.iterations),
        *(x for s in scales for x in ("--set", s)),
    ]
    settings = f"preset neural-style, {options.iterations} steps"
    yield Contender("impasto", settings, [*impasto, *preset, "--output", str(out["preset"])], work, out["preset"])
    if options.neural_style_pt:
        command = [options.python, str(options.neural_style_pt.absolute() / "neural_style.py")]
        command += ["-content_image", str(content), "-style_image", str(style), "-image_size", str(options.size)]
        command += ["-num_iterations", str(options.iterations), "-save_iter", "0", "-seed", "0", "-gpu", "c"]
        command += ["-model_file", "vgg19.pth", "-output_image", str(out["pt"])]
        yield Contender("neural-style-pt", f"its own, {options.iterations} iterations", command, work, out["pt"])
    if options.style_transfer_pytorch:
        later = max(1, options.iterations // 2)
        command = [options.python, "-m", "style_transfer.cli", str(content), str(style), "-s", str(options.size)]
        command += ["-ii", str(options.iterations), "-i", str(later), "-o", str(out["pytorch"])]
        where = {"PYTHONPATH": str(options.style_transfer_pytorch.absolute()), "TORCH_HOME": str(work)}
        settings = f"its own, {options.iterations} iterations, then {later} a scale"
        yield Contender("style-transfer-pytorch", settings, command, work, out["pytorch"], where)


def seconds_of(contender: Contender, options: argparse.Namespace) -> float | str:
    """How long the whole process took, or what went wrong, in words."""
    threads = {name: str(options.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    runs = {RUNS_VARIABLE: str(contender.folder / "runs")}
    environment = {**os.environ, **threads, **NO_NETWORK, **runs, "CUDA_VISIBLE_DEVICES": "", **contender.environment}
    log = contender.picture.with_suffix(".log")
    contender.picture.unlink(missing_ok=True)
    began = time.perf_counter()
    try:
        with log.open("w", encoding="utf-8") as stream:
            done = subprocess.run(
                contender.command,
                cwd=contender.folder,
                env=environment,
                timeout=options.timeout,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return f"not done after {options.timeout:g} s; its output: {log}"
    except OSError as error:
        return f"cannot be started: {error}"
    seconds = time.perf_counter() - began
    if done.returncode or not contender.picture.exists():
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "no output")
        hint = "; install it, or name another environment with --python" if "No module named" in last else ""
        return f"failed with exit code {done.returncode}: {last.strip()}{hint}; its output: {log}"
    return seconds


def report(name: str, content: Picture, style: Picture, work: Path, options: argparse.Namespace) -> None:
    """Run everything on one pair and print the table."""
    stem = name.replace(" × ", "_")
    for picture, path in zip((content, style), input_paths(stem, work), strict=True):
        write_picture(picture, path)
    print(f"\n{name} at {options.size} pixels\n{'program':>24}{'seconds':>9}{'ratio':>7}", end="")
    print("".join(f"{'style, ' + judge:>28}" for judge in JUDGES) + f"{'content, LPIPS':>16}  settings; picture")
    first = None
    for contender in contenders(stem, work, options):
        took = seconds_of(contender, options)
        if isinstance(took, str):
            print(f"{contender.name:>24}  {took} ({contender.settings})", flush=True)
            continue
        first = took if contender.settings == "default" else first
        ratio = f"{took / first:.2f}" if first else "—"
        scores = [measure(read_picture(contender.picture), content, style, judge=judge) for judge in JUDGES]
        styles = "".join(f"{score.style_gram:>28.3f}" for score in scores)
        print(f"{contender.name:>24}{took:>9.1f}{ratio:>7}{styles}{scores[0].content_lpips:>16.3f}", end="")
        print(f"  {contender.settings}; {contender.picture}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--neural-style-pt", type=Path, metavar="CHECKOUT")
    parser.add_argument("--style-transfer-pytorch", type=Path, metavar="CHECKOUT")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that runs the two programs")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--iterations", type=int, default=1000, help="1000: what both programs come with")
    parser.add_argument(
        "--weights", default=RESCALED, choices=[n for n in CATALOGUE if CATALOGUE[n].backbone == "vgg19"]
    )
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--timeout", type=float, default=7200.0, metavar="SECONDS", help="of each program on each pair")
    parser.add_argument("--out", type=Path, default=Path("peers"), metavar="FOLDER")
    options = parser.parse_args()
    python = shutil.which(options.python)
    if python is None:
        parser.error(f"{options.python} is no program: --python wants an interpreter")
    options.python = str(Path(python).absolute())
    for checkout, holds in (
        (options.neural_style_pt, "neural_style.py"),
        (options.style_transfer_pytorch, "style_transfer/cli.py"),
    ):
        if checkout is None:
            print(f"left out, since no checkout is named: the program with {holds}")
        elif not (checkout / holds).is_file():
            parser.error(f"{checkout} is no checkout of the program: there is no {holds} in it")
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"torch {torch.__version__}, {options.threads} threads, all on the CPU with the numbers of {options.weights}")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_weights(options.weights, work)
        for name, content, style in pairs(options.pictures):
            report(name, content, style, work, options)


if __name__ == "__main__":
    main()
