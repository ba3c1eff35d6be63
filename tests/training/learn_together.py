"""Goes on with the training in the folder named on the command line, alone or as one of several processes."""

import sys
from pathlib import Path

from impasto.training import Session, TrainingFolder, company

folder = TrainingFolder.open(Path(sys.argv[1]))
with company() as together:
    for event in Session(folder.plan, folder.teacher, together).events(folder):
        sys.stdout.write(f"{together.rank} {type(event).__name__}\n")
        sys.stdout.flush()
