"""The entry point of `impasto`: the arguments in, the exit code out.

Only the standard library is imported before the arguments are looked at, so that Ctrl-C is quiet from the first moment.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from impasto.apps.cli.boundary import exit_code_of
from impasto.apps.cli.signals import heed_no_more, terminate_like_ctrl_c


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (without the program's name) and return its exit code.

    None takes the process's own arguments, and handles its signals too.

    0 done, 1 a bug in Impasto, 2 wrong input, 3 weights, 4 solving, 5 part of a batch, 130 stopped, 141 nobody reads
    the output.
    """
    if arguments is not None:
        return _run(list(arguments))
    terminate_like_ctrl_c()
    code = _run(sys.argv[1:])
    heed_no_more()
    return code


def _run(tokens: list[str]) -> int:
    return exit_code_of(lambda: _command(tokens), as_json="--json" in tokens)


def _command(tokens: list[str]) -> int:
    from impasto.apps.cli.application import application

    result = application()(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    return result if isinstance(result, int) else 0
