import json

import pytest

from impasto.errors import InputError, OutputError
from impasto.runs.ledger import NAME, Entry, Ledger

DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of "foo"


def entry(state="painted", result="a.png", job="j", **rest):
    return Entry(result, state, job, "photo.png", ("swirl.png",), **{"run": "r", "sha256": DIGEST, **rest})


def test_what_is_put_down_is_there_when_it_is_opened_again(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.add(entry("begun", sha256=None))
    ledger.add(entry())
    ledger.add(entry("failed", "b.png", reason="too small", run=None, sha256=None))
    assert Ledger(tmp_path).entries == ledger.entries == {"a.png": entry(), "b.png": ledger.entries["b.png"]}


def test_a_picture_is_done_while_it_lies_there_as_the_job_left_it(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.add(entry())
    place = tmp_path / "a.png"
    assert not ledger.is_done(place, "j")
    place.write_bytes(b"foo")
    assert ledger.is_done(place, "j")
    assert not ledger.is_done(place, "another job")
    assert ledger.is_ours(place)
    place.write_bytes(b"touched")
    assert not ledger.is_done(place, "j")
    assert not ledger.is_ours(place)
    assert not ledger.is_ours(tmp_path / "unknown.png")


def test_what_has_begun_anew_over_a_picture_of_ours_leaves_it_ours(tmp_path):
    (tmp_path / "a.png").write_bytes(b"foo")
    ledger = Ledger(tmp_path)
    ledger.add(entry())
    ledger.add(entry("interrupted", job="k", run="s", sha256=None))
    assert ledger.is_ours(tmp_path / "a.png")
    assert not ledger.is_done(tmp_path / "a.png", "j")
    assert ledger.begun_run(tmp_path / "a.png", "k") == "s"
    assert ledger.begun_run(tmp_path / "a.png", "j") is None
    assert ledger.begun_run(tmp_path / "b.png", "k") is None


def test_a_torn_line_and_foreign_ones_are_passed_over(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.add(entry())
    whole = (tmp_path / NAME).read_bytes()
    foreign = [
        b"\n",
        b"[1]\n",
        b"{}\n",
        b'{"result": 3, "state": "painted", "job": "j", "content": "c"}\n',
        b"\xff\xfe\n",
    ]
    for torn in (whole[: len(whole) // 2], *foreign):
        (tmp_path / NAME).write_bytes(whole + torn)
        again = Ledger(tmp_path)
        assert again.entries == ledger.entries
        again.add(entry(result="b.png"))
        assert set(Ledger(tmp_path).entries) == {"a.png", "b.png"}
    for line in (tmp_path / NAME).read_text(errors="replace").splitlines()[-1:]:
        assert json.loads(line)["state"] == "painted"


def test_a_ledger_that_cannot_be_written_or_read_is_told(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        Ledger(tmp_path / "nowhere").add(entry())
    (tmp_path / NAME).mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        Ledger(tmp_path)
