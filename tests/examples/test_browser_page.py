"""The example page in a real Chromium that reaches nothing but this machine."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from chromium import Tab, served
from numpy.typing import NDArray
from PIL import Image

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.export import export_onnx
from impasto.pictures.samples import paint_sample
from impasto.weights.style_network import StyleNetworkAbout

ABOUT = StyleNetworkAbout("night coast", "tiny", "CC0-1.0")
SIDES = (150, 101)

PAINTED = "document.body.dataset.state === 'painted'"
SAID = "document.getElementById('error').textContent"
ABOUT_IT = "document.getElementById('about').textContent"
STATUS = "document.getElementById('status').textContent"


@pytest.fixture(scope="module")
def network() -> StyleNetwork:
    return StyleNetwork(NETWORK_SIZES["tiny"], seed=5).requires_grad_(False).eval()


@pytest.fixture(scope="module")
def page(page_folder: Path, network: StyleNetwork) -> Path:
    """The page with one network of each precision."""
    photo = paint_sample("harbour", width=SIDES[0], height=SIDES[1]).pixels[None]
    for precision in ("fp32", "fp16", "int8"):
        export_onnx(network, ABOUT, page_folder / "networks" / f"{precision}.onnx", [photo], precision=precision)
    subprocess.run(["node", "prepare.mjs"], cwd=page_folder, check=True, capture_output=True)
    return page_folder


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "coast.png"
    pixels = paint_sample("harbour", width=SIDES[0], height=SIDES[1]).pixels
    Image.fromarray((pixels * 255).round().astype(np.uint8).transpose(1, 2, 0)).save(path)
    return path


def pixels_of(path: Path) -> NDArray[Any]:
    return np.asarray(Image.open(path).convert("RGB"), dtype=np.float32)


def canvas(tab: Tab, name: str) -> NDArray[Any]:
    address = tab.value(f"document.getElementById('{name}').toDataURL('image/png')")
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    return np.asarray(picture.convert("RGB"), dtype=np.float32)


def by_torch(network: StyleNetwork, photo: Path) -> NDArray[Any]:
    image = torch.from_numpy(pixels_of(photo) / 255).permute(2, 0, 1)[None]
    with torch.no_grad():
        return (network(image)[0].permute(1, 2, 0) * 255).round().numpy()


def decibels(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(-10 * np.log10(np.square((one - other) / 255).mean()))


def change(tab: Tab, name: str, value: object, event: str) -> None:
    tab.value(
        f"{{ const it = document.getElementById('{name}'); it.value = '{value}'; "
        f"it.dispatchEvent(new Event('{event}', {{bubbles: true}})); }}"
    )


def test_a_picture_is_painted_as_torch_paints_it_and_nothing_leaves_the_machine(
    tab: Tab, page: Path, photo: Path, network: StyleNetwork, tmp_path: Path
) -> None:
    with served(page) as address:
        tab.open(address)
        assert tab.value("crossOriginIsolated")
        assert tab.value(ABOUT_IT).startswith("night coast: tiny, fp16, 9")
        change(tab, "network", "fp32.onnx", "change")
        tab.wait(f"{ABOUT_IT}.includes('fp32')")
        tab.give("#picture-file", photo)
        tab.wait(PAINTED)
        before, wanted = pixels_of(photo), by_torch(network, photo)
        np.testing.assert_allclose(canvas(tab, "before"), before)
        np.testing.assert_allclose(canvas(tab, "result"), wanted, atol=1)
        assert tab.value(STATUS).startswith("150 × 101 pixels in the style night coast: ")
        assert tab.value(f"!{STATUS}.endsWith(' 1 thread')") == (tab.value("navigator.hardwareConcurrency") > 1)

        change(tab, "strength", 25, "input")
        np.testing.assert_allclose(canvas(tab, "result"), before + 0.25 * (wanted - before), atol=1)

        tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path), eventsEnabled=False)
        shown = canvas(tab, "result")
        tab.value("document.getElementById('download').click()")
        tab.wait("true")
        saved = tmp_path / "coast_night_coast.png"
        for _ in range(100):
            if saved.exists():
                break
            tab.value("new Promise((done) => setTimeout(done, 50))")
        np.testing.assert_allclose(pixels_of(saved), shown)

        assert len(tab.asked) > 5
        assert {asked.partition("//")[2].partition("/")[0] for asked in tab.asked if asked.startswith("http")} == {
            address.partition("//")[2].rstrip("/")
        }


def test_without_isolation_one_thread_paints_the_same_in_every_precision(
    tab: Tab, page: Path, photo: Path, network: StyleNetwork
) -> None:
    wanted = by_torch(network, photo)
    with served(page, "--plain") as address:
        tab.open(address)
        assert not tab.value("crossOriginIsolated")
        tab.give("#picture-file", photo)
        tab.wait(PAINTED)
        for precision, least in (("fp16", 45), ("int8", 30), ("fp32", 45)):
            change(tab, "network", f"{precision}.onnx", "change")
            tab.wait(PAINTED)
            assert precision in tab.value(ABOUT_IT)
            assert decibels(canvas(tab, "result"), wanted) > least, precision
        assert tab.value(STATUS).endswith(" 1 thread")


def test_of_networks_chosen_one_right_after_the_other_the_last_counts(tab: Tab, page: Path, photo: Path) -> None:
    late = """
        const plain = window.fetch;
        window.fetch = async (address) => {
            const answer = await plain(address);
            if (address.includes('fp32')) await new Promise((done) => setTimeout(done, 500));
            return answer;
        };
    """
    with served(page, "--plain") as address:
        tab.open(address)
        tab.give("#picture-file", photo)
        tab.wait(PAINTED)
        tab.value(f"{{ {late} }}")
        for precision in ("fp32", "int8"):
            change(tab, "network", f"{precision}.onnx", "change")
        tab.wait(PAINTED)
        assert "int8" in tab.value(ABOUT_IT)


def test_what_cannot_be_opened_is_said_and_the_page_goes_on(tab: Tab, page: Path, photo: Path, tmp_path: Path) -> None:
    text, cut = tmp_path / "notes.txt", tmp_path / "cut.onnx"
    text.write_text("no picture")
    cut.write_bytes((page / "networks" / "fp32.onnx").read_bytes()[:90_000])
    shutil.copy(text, tmp_path / "text.onnx")
    small = tmp_path / "small.png"
    Image.new("RGB", (40, 9)).save(small)
    with served(page, "--plain") as address:
        tab.open(address)
        for selector, file, said in (
            ("#picture-file", text, "notes.txt: it is no picture"),
            ("#network-file", cut, "cut.onnx: it is no ONNX file, or not whole"),
            ("#network-file", tmp_path / "text.onnx", "text.onnx: it is no ONNX file"),
            ("#picture-file", small, "small.png: the picture is 40×9"),
        ):
            tab.give(selector, file)
            tab.wait(f"{SAID}.startsWith('{said}')")
        tab.give("#picture-file", photo)
        tab.wait(PAINTED)
        assert tab.value(SAID) == ""
        own = tmp_path / "mine.onnx"
        shutil.copy(page / "networks" / "int8.onnx", own)
        tab.give("#network-file", own)
        tab.wait("document.getElementById('network').selectedOptions[0].textContent === 'mine (opened)'")


def test_the_camera_is_painted_until_it_is_stopped(tab: Tab, page: Path) -> None:
    with served(page, "--plain") as address:
        tab.open(address)
        change(tab, "size", 256, "change")
        tab.value("document.getElementById('camera').click()")
        tab.wait(f"{STATUS}.startsWith('256 × ')")
        tab.value("document.getElementById('camera').click()")
        tab.wait("document.getElementById('camera').getAttribute('aria-pressed') === 'false'")
        tab.wait(PAINTED)
        assert canvas(tab, "result").std() > 1
        assert tab.value(SAID) == ""


def test_a_page_without_networks_or_without_its_runtime_says_what_to_do(
    tab: Tab, page: Path, photo: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(page, bare, ignore=shutil.ignore_patterns("node_modules", "ort", "*.onnx", "manifest.json"))
    refused = subprocess.run([sys.executable, "serve.py"], cwd=bare, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "run `npm install`" in refused.stderr
    (bare / "ort").mkdir()
    with served(bare) as address:
        tab.open(address)
        assert "impasto fast export" in tab.value(ABOUT_IT)
        tab.give("#network-file", page / "networks" / "fp32.onnx")
        tab.wait(f"{SAID}.startsWith('fp32.onnx: the painter cannot be started: run npm install')")
