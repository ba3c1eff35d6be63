"""`impasto presets`: settings with a name."""

from __future__ import annotations

from cyclopts import App

from impasto.apps.cli.options import Json
from impasto.apps.cli.streams import result, result_json, result_table

presets = App(name="presets", help="List the presets, or show what one sets.", help_epilogue="")


@presets.command(name="list")
def list_presets(*, json: Json = False) -> None:
    """List the presets.

    Parameters
    ----------
    json
        Write one JSON document.
    """
    from impasto.runs import preset, preset_names

    rows = [(name, preset(name)) for name in preset_names()]
    if json:
        result_json(
            [{"name": n, "title": p.title, "description": p.description, "paper": p.paper} for n, p in rows], indent=2
        )
    else:
        result_table(("name", "title", "paper"), [(name, p.title, p.paper) for name, p in rows])


@presets.command
def show(name: str, /, *, json: Json = False) -> None:
    """Show what a preset sets, as the job file that `--config` takes.

    Parameters
    ----------
    name
        A name from `impasto presets list`.
    json
        Write one JSON document.
    """
    import tomli_w

    from impasto.runs import preset

    chosen = preset(name)
    if json:
        about = {"name": name, "title": chosen.title, "description": chosen.description, "paper": chosen.paper}
        result_json({**about, "settings": chosen.job}, indent=2)
        return
    for line in (chosen.title, chosen.description, chosen.paper):
        if line:
            result(f"# {' '.join(line.split())}")
    result(tomli_w.dumps(chosen.job).rstrip())
