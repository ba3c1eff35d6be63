"""Paints the run in the folder named on the command line, in a process of its own, telling each step it made."""

import sys
from contextlib import closing
from pathlib import Path

import random_vgg

from impasto.runs import Run, execute
from impasto.solve import Step
from impasto.weights import CATALOGUE

CATALOGUE.add(random_vgg.NAME, random_vgg.entry())
with closing(execute(Run.open(Path(sys.argv[1])))) as events:
    for event in events:
        if isinstance(event, Step):
            sys.stdout.write(f"{event.number}\n")
            sys.stdout.flush()
