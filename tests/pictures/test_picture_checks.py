import subprocess
import sys

import numpy as np
import pytest

from impasto.errors import PictureError
from impasto.pictures import Picture, check_paintable


def filled(value: float, height: int = 16, width: int = 16, alpha: float | None = None) -> Picture:
    clear = None if alpha is None else np.full((height, width), alpha, np.float32)
    return Picture(np.full((3, height, width), value, np.float32), clear)


@pytest.mark.parametrize("picture", [filled(0.0), filled(1.0, 16, 400), filled(0.5, alpha=0.01)])
def test_what_can_be_painted(picture: Picture) -> None:
    check_paintable(picture, "content")


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (filled(0.5, 15, 400), "style.jpg: it is 400x15, too small to paint. .* at least 16"),
        (filled(0.5, 400, 1), "it is 1x400"),
        (filled(np.nan), "not numbers"),
        (filled(np.inf), "not numbers"),
        (filled(1.5), "from 1.5 to 1.5"),
        (filled(-0.1), "must be 0 … 1"),
        (filled(0.5, alpha=0.0), "transparent all over"),
        (filled(0.5, alpha=np.nan), "not numbers"),
    ],
)
def test_what_cannot(picture: Picture, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        check_paintable(picture, "style.jpg")


def test_importing_the_room_imports_neither_torch_nor_the_image_library() -> None:
    code = "import sys, impasto.pictures; print([m for m in ('torch', 'pyvips', 'numpy') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_every_public_name_is_there_and_no_other() -> None:
    code = (
        "import sys, types, impasto.pictures as p\n"
        "assert not any(isinstance(getattr(p, name), types.ModuleType) for name in p.__all__)\n"
        "assert 'torch' not in sys.modules\n"
        "try: p.nothing\n"
        "except AttributeError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "has no attribute 'nothing'" in ran.stdout
