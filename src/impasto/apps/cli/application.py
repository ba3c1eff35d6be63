"""The tree of commands. Adding one is one file and its line here."""

from __future__ import annotations

from cyclopts import App, Group

import impasto
from impasto.apps.cli.backbones import backbones
from impasto.apps.cli.batch_command import EXAMPLES as BATCH_EXAMPLES
from impasto.apps.cli.batch_command import USAGE as BATCH_USAGE
from impasto.apps.cli.batch_command import batch
from impasto.apps.cli.dream import EXAMPLES as DREAM_EXAMPLES
from impasto.apps.cli.dream import dream
from impasto.apps.cli.explore import explore
from impasto.apps.cli.fast import fast
from impasto.apps.cli.measure import measure
from impasto.apps.cli.measure_many import EXAMPLES as MEASURE_MANY_EXAMPLES
from impasto.apps.cli.measure_many import measure_many
from impasto.apps.cli.plan import plan
from impasto.apps.cli.presets import presets
from impasto.apps.cli.proofs import EXAMPLES as PROOFS_EXAMPLES
from impasto.apps.cli.proofs import USAGE as PROOFS_USAGE
from impasto.apps.cli.proofs import proofs
from impasto.apps.cli.reconstruct import reconstruct
from impasto.apps.cli.runs import runs
from impasto.apps.cli.samples import samples
from impasto.apps.cli.sheet import EXAMPLES as SHEET_EXAMPLES
from impasto.apps.cli.sheet import sheet
from impasto.apps.cli.stylize import EXAMPLES, USAGE, stylize
from impasto.apps.cli.texture import EXAMPLES as TEXTURE_EXAMPLES
from impasto.apps.cli.texture import texture
from impasto.apps.cli.visualize import visualize
from impasto.apps.cli.weights import weights

EPILOGUE = """Start with:

    impasto samples pictures
    impasto stylize photo.jpg pictures/swirl.png -o out.png
"""


def application() -> App:
    """The whole command line. It imports no room that does the work: each command does, when it runs."""
    paint, look_up, setup = (
        Group("Paint", sort_key=0),
        Group("Look up and keep", sort_key=1),
        Group("Set up", sort_key=2),
    )
    app = App(
        name="impasto",
        help="Neural style transfer: repaint one picture in the manner of another, on real pretrained networks.",
        help_epilogue=EPILOGUE,
        help_format="markdown",
        version=impasto.__version__,
        group_commands=look_up,
    )
    app.command(stylize, help_epilogue=EXAMPLES, usage=USAGE, group=paint)
    app.command(batch, help_epilogue=BATCH_EXAMPLES, usage=BATCH_USAGE, group=paint)
    app.command(plan)
    app.command(proofs, help_epilogue=PROOFS_EXAMPLES, usage=PROOFS_USAGE, group=paint)
    app.command(texture, help_epilogue=TEXTURE_EXAMPLES, group=paint)
    app.command(dream, help_epilogue=DREAM_EXAMPLES, group=paint)
    app.command(fast)
    app.command(reconstruct)
    app.command(explore)
    app.command(samples, help_epilogue="", group=paint)
    app.command(sheet, help_epilogue=SHEET_EXAMPLES)
    app.command(measure, help_epilogue="")
    app.command(measure_many, help_epilogue=MEASURE_MANY_EXAMPLES)
    app.command(visualize)
    app.command(runs)
    app.command(weights)
    app.command(presets)
    app.command(backbones, help_epilogue="")
    app.register_install_completion_command(group=setup)
    app["plan"].group = paint
    app["fast"].group = paint
    app["reconstruct"].group = paint
    app["explore"].group = paint
    app["--help"].group = setup
    app["--version"].group = setup
    return app
