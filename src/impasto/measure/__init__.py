"""Measures: how far a result has gone towards the style, what is left of the photo, and what is wrong with the pixels.

Every measure is a small file of its own with its formula, its range and what it cannot see; `measure` takes all that
are of one result, `measure_sets` those of many.
`examine` looks at a network before anything is painted: what its layers are worth to a style loss.
Everything public is loaded when it is first used, so that listing the judges needs no torch.
"""

from __future__ import annotations

from impasto.lazy import lazy_exports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from impasto.measure.cfsd import ContentStructure as ContentStructure
    from impasto.measure.cfsd import load_content_structure as load_content_structure
    from impasto.measure.clipping import clipped_share as clipped_share
    from impasto.measure.colour import colour_distance as colour_distance
    from impasto.measure.diagnosis import Finding as Finding
    from impasto.measure.diagnosis import findings as findings
    from impasto.measure.doctor import LayerHealth as LayerHealth
    from impasto.measure.doctor import examine as examine
    from impasto.measure.doctor import examined_layers as examined_layers
    from impasto.measure.frechet import frechet_distance as frechet_distance
    from impasto.measure.grid import GRID_PERIODS as GRID_PERIODS
    from impasto.measure.grid import grid_energy as grid_energy
    from impasto.measure.grid import relative_grid as relative_grid
    from impasto.measure.judges import JUDGES as JUDGES
    from impasto.measure.judges import Judge as Judge
    from impasto.measure.kernel import kernel_distance as kernel_distance
    from impasto.measure.lpips import LPIPS_NETWORKS as LPIPS_NETWORKS
    from impasto.measure.lpips import Lpips as Lpips
    from impasto.measure.lpips import load_lpips as load_lpips
    from impasto.measure.noise import noise_everywhere as noise_everywhere
    from impasto.measure.noise import noise_in_flat_areas as noise_in_flat_areas
    from impasto.measure.scores import Scores as Scores
    from impasto.measure.scoring import measure as measure
    from impasto.measure.seam import SeamScores as SeamScores
    from impasto.measure.seam import line_energies as line_energies
    from impasto.measure.seam import measure_seams as measure_seams
    from impasto.measure.seam import seam_energy as seam_energy
    from impasto.measure.sets import SetScores as SetScores
    from impasto.measure.sets import measure_sets as measure_sets
    from impasto.measure.structural_similarity import ms_ssim as ms_ssim
    from impasto.measure.style import StyleDistance as StyleDistance
    from impasto.measure.style import style_distance as style_distance

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "cfsd": ("ContentStructure", "load_content_structure"),
        "clipping": ("clipped_share",),
        "colour": ("colour_distance",),
        "diagnosis": ("Finding", "findings"),
        "doctor": ("LayerHealth", "examine", "examined_layers"),
        "frechet": ("frechet_distance",),
        "grid": ("GRID_PERIODS", "grid_energy", "relative_grid"),
        "judges": ("JUDGES", "Judge"),
        "kernel": ("kernel_distance",),
        "lpips": ("LPIPS_NETWORKS", "Lpips", "load_lpips"),
        "noise": ("noise_everywhere", "noise_in_flat_areas"),
        "scores": ("Scores",),
        "scoring": ("measure",),
        "seam": ("SeamScores", "line_energies", "measure_seams", "seam_energy"),
        "sets": ("SetScores", "measure_sets"),
        "structural_similarity": ("ms_ssim",),
        "style": ("StyleDistance", "style_distance"),
    },
)
