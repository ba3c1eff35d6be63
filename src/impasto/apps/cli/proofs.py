"""`impasto proofs`: small variants of one picture on a sheet, and the command for the one that is chosen."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.guiding import Places
from impasto.apps.cli.options import MACHINE, RESULT, Offline, Placing, go_offline, names, numbers
from impasto.apps.cli.streams import result, result_json
from impasto.apps.cli.stylize_options import Descent, Look, Network, Settings
from impasto.apps.cli.telling import Telling
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.tasks import StylizeJob
    from impasto.tasks.proofs import Variant

USAGE = "Usage: impasto proofs CONTENT STYLE... [OPTIONS]"

EXAMPLES = """Examples:

    impasto proofs photo.jpg painting.jpg --size 1024
    impasto proofs photo.jpg painting.jpg --size 1024 --pick 7
    impasto proofs photo.jpg painting.jpg --backbones vgg19 --strengths 0.2,0.4,0.6,0.8
"""

TRIED = ("backbone", "strength", "style_scale")
"""The settings that variants differ in."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Tried:
    """What the variants differ in; all combinations are painted.

    Parameters
    ----------
    backbones
        Networks, separated by commas; `impasto backbones` shows them.
    strengths
        From 0 (the photo) to 1 (all style), separated by commas.
    style_scales
        The longer side of the style over that of the result, separated by commas; larger means larger brushwork.
    """

    backbones: Annotated[str, Parameter(metavar="NAMES")] = "vgg19,squeezenet1_1"
    strengths: Annotated[str, Parameter(metavar="NUMBERS")] = "0.3,0.5,0.7"
    style_scales: Annotated[str, Parameter(metavar="NUMBERS")] = "0.5,1"

    def variants(self) -> tuple[Variant, ...]:
        """Numbered by rows. Raises InputError for lists that name nothing, the same twice, or too much."""
        from impasto.tasks.proofs import variants

        return variants(
            names("--backbones", self.backbones) or (),
            numbers("--strengths", self.strengths, float) or (),
            numbers("--style-scales", self.style_scales, float) or (),
        )


def proofs(
    content: Path,
    /,
    *styles: Path,
    placing: Placing = Placing(),
    proof_size: Annotated[int | None, Parameter(group=RESULT, metavar="PIXELS")] = None,
    pick: Annotated[int | None, Parameter(group=RESULT, metavar="NUMBER")] = None,
    tried: Tried = Tried(),
    places: Places = Places(),
    preset: Annotated[str, Parameter(metavar="NAME")] = "default",
    settings: Settings = Settings(),
    device: Annotated[str | None, Parameter(group=MACHINE, metavar="NAME")] = None,
    offline: Annotated[Offline, Parameter(group=MACHINE)] = False,
    telling: Telling = Telling(),
) -> None:
    """Paint CONTENT in the manner of STYLES in several variants, small, on one sheet to choose from.

    The proofs together take about the work of one full picture. `--pick` prints the command that paints a variant at
    full size. After Ctrl-C the sheet shows those painted so far; the same command with --overwrite paints the rest.

    Parameters
    ----------
    content
        The picture whose things stay where they are.
    styles
        One or more pictures whose manner is taken.
    placing.output
        Where the sheet goes. Without it, CONTENT_STYLE_proofs.png in the current folder. The single proofs go to a
        folder of that name, and the command of each into a .json beside it.
    placing.size
        Of the full picture that is chosen for: the longer side in pixels, or width x height.
    proof_size
        The longer side of each proof, instead of one that makes all together cost as much as the full picture.
    pick
        Paint nothing; print the command for the full picture of the variant of this number.
    placing.overwrite
        Replace the sheet if it is there already; proofs that are still as asked for are not painted again.
    preset
        Settings with a name; `impasto presets list` shows them.
    placing, tried, places, settings, telling
        The panels.
    device
        auto (a GPU if there is one), cpu, cuda, cuda:1 or mps.
    offline
        Ask no source on the network for weights.
    """
    if not styles and not places.region:
        raise InputError(f"name at least one style after {content}: impasto proofs CONTENT STYLE")
    go_offline(offline)
    variants = tried.variants()
    full = _Full(content, styles, placing.size, preset, places, settings, device)
    commands = {variant.number: full.command(variant) for variant in variants}
    if pick is not None:
        if pick not in commands:
            raise InputError(f"--pick takes the number of a proof, 1 to {len(variants)}, not {pick}")
        if telling.json:
            result_json({"event": "pick", "number": pick, "command": commands[pick]})
        else:
            result(shlex.join(commands[pick]))
        return
    from impasto.apps.cli.proofs_sheet import paint_sheet

    paint_sheet(full.job(), variants, commands, placing, telling, side=proof_size)


@dataclass(frozen=True)
class _Full:
    """The full picture, as the command line describes it but for what is tried."""

    content: Path
    styles: Sequence[Path]
    size: str | None
    preset: str
    places: Places
    settings: Settings
    device: str | None

    def job(self) -> StylizeJob:
        """The job; strength, scale and network are set by each variant. Raises what `build_job` does."""
        from impasto.apps.cli.stylize_job import stylize_job

        flags = {
            "content": str(self.content),
            "styles": tuple(map(str, self.styles)),
            "size": self.size,
            "device": self.device,
            **self.places.flags(),
        }
        return stylize_job(flags, Look(preset=self.preset), Network(), Descent(), self.settings)

    def command(self, variant: Variant) -> list[str]:
        """The words of the command that paints a variant at full size. Raises InputError for what `--set` overrules."""
        for text in self.settings.sets:
            if text.partition("=")[0].strip() in TRIED:
                raise InputError(f"--set {text} would make all proofs alike: leave it out")
        words = ["impasto", "stylize", str(self.content), *map(str, self.styles)]
        words += self.places.words()
        words += ["--backbone", variant.backbone, "--strength", str(variant.strength)]
        words += ["--style-scale", str(variant.style_scale)]
        words += [] if self.size is None else ["--size", self.size]
        words += [] if self.preset == "default" else ["--preset", self.preset]
        words += [] if self.settings.config is None else ["--config", str(self.settings.config)]
        words += [] if self.device is None else ["--device", self.device]
        for text in self.settings.sets:
            words += ["--set", text]
        return words
