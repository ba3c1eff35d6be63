"""`python -m impasto` is the command line."""

import sys

from impasto.apps.cli.main import main

sys.exit(main())
