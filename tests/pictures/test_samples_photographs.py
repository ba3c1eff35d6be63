import pytest

from impasto.errors import UnavailableError, UnknownNameError
from impasto.pictures import check_paintable
from impasto.pictures.samples import PHOTOGRAPHS, sample_photograph


@pytest.mark.real
@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_is_what_its_title_says(name):
    picture = sample_photograph(name)
    check_paintable(picture, name)
    assert PHOTOGRAPHS[name].title.endswith(f"{picture.width}×{picture.height}")
    assert picture.pixels.std() > 0.1


def test_an_unknown_photograph_is_refused_with_a_suggestion():
    with pytest.raises(UnknownNameError, match="rocket"):
        sample_photograph("rokcet")


def test_offline_says_where_to_put_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path))
    with pytest.raises(UnavailableError, match=r"chelsea\.png"):
        sample_photograph("cat", offline=True)
