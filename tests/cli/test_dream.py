"""Dreams from the command line: what is refused, and with which words."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dream", "photo.png", "--layers", "mixed4c"), "Did you mean mixed4"),
        (("dream", "photo.png", "--layers", "mixed_6b:channel=768"), "channels 0 … 767"),
        (("dream", "photo.png", "--backbone", "vgg16", "--layers", "mixed_6b"), "inception_v3 has mixed_6b"),
        (("dream", "photo.png", "--class", "3"), "has no classifier"),
        (("dream", "photo.png", "--class", "3", "--layers", "mixed_6b"), "give one of them"),
        (("dream", "missing.png",), "there is no such file"),
        (("dream", "photo.png", "--guide", "missing.png"), "missing.png"),
        (("stylize", "photo.png", "painting.png", "--dream", "relu5_3:channel=512"), "channels 0 … 511"),
        (("stylize", "photo.png", "painting.png", "--dream-backbone", "vgg16"), "nothing to dream of"),
        (("stylize", "photo.png", "painting.png", "--dream", "mixed_6b"), "inception_v3 has mixed_6b"),
    ],
)  # fmt: skip
def test_what_cannot_be_dreamt_is_refused_before_any_weights(impasto, arguments, said):
    outcome = impasto(*arguments)
    assert outcome.returncode == 2, outcome.stderr
    assert said in " ".join(outcome.stderr.split())
    assert "Traceback" not in outcome.stderr
