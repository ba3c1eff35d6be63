"""Options of a job that paints in a moment, on the smallest of the published networks."""

NAME = "squeezenet1_1.torchvision"
BRIEF = (
    "--backbone",
    "squeezenet1_1",
    "--weights",
    NAME,
    "--size",
    "48",
    "--precision",
    "fp32",
    "--device",
    "cpu",
    "--steps",
    "1",
)
