"""A guided search: optuna chooses what to try next by what was found so far, and remembers it in a file.

What is asked of the sampler at a trial depends on the seed, the trial's number and the trials before it alone, so a
search that was interrupted goes on as if it had not been.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impasto.errors import InputError
from impasto.studies.choices import VARIANT, from_parameters
from impasto.studies.study import Choice, Study

EXTRA = "explore"
LARGEST_SEED = 2**32


class Guide:
    """The search of one study, kept in the file `path`.

    Raises InputError if optuna is not installed, or the file belongs to a search of something else.
    """

    def __init__(self, study: Study, path: Path) -> None:
        try:
            import optuna
        except ImportError:
            raise InputError(
                f"a guided search needs optuna; get it with: pip install 'impasto[{EXTRA}]'. "
                "kind = 'random' does without."
            ) from None
        self.study = study
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._optuna = optuna
        self._space = self._distributions()
        try:
            self._search = optuna.create_study(
                storage=f"sqlite:///{path}",
                study_name="guide",
                directions=["minimize"] * len(study.objectives),
                load_if_exists=True,
            )
        except (ValueError, optuna.exceptions.StorageInternalError) as error:
            raise InputError(f"{path}: it cannot be used ({error}). Remove it to begin the search anew.") from None
        self._check_same(path)

    def _check_same(self, path: Path) -> None:
        """Raise InputError if the file was made by a search over something else."""
        json_of = self._optuna.distributions.distribution_to_json
        about: dict[str, Any] = {name: json_of(distribution) for name, distribution in self._space.items()}
        about |= {"objectives": list(self.study.objectives), "seed": self.study.seed}
        before = self._search.user_attrs.get("about")
        if before is None:
            self._search.set_user_attr("about", about)
        elif before != about:
            raise InputError(
                f"{path}: it is of a search over something else (axes, objectives or seed were changed). "
                "Name another folder with -o."
            )

    def _distributions(self) -> dict[str, Any]:
        made = self._optuna.distributions
        space: dict[str, Any] = {}
        for axis in self.study.axes:
            if not axis.is_range:
                space[axis.address] = made.CategoricalDistribution(axis.names)
            elif axis.whole:
                space[axis.address] = made.IntDistribution(int(axis.low), int(axis.high), log=axis.log)
            else:
                space[axis.address] = made.FloatDistribution(axis.low, axis.high, log=axis.log)
        if self.study.variants:
            space[VARIANT] = made.CategoricalDistribution([variant.name for variant in self.study.variants])
        return space

    def chosen(self) -> list[Choice]:
        """The choices of all trials so far, the unfinished ones too."""
        return [from_parameters(self.study, t.number, t.params) for t in self._search.get_trials(deepcopy=False)]

    def unfinished(self) -> list[int]:
        """The numbers of the trials that were asked for and not told."""
        running = (self._optuna.trial.TrialState.RUNNING,)
        trials = self._search.get_trials(deepcopy=False, states=running)
        return [trial.number for trial in trials if trial.params.keys() == self._space.keys()]

    def ask(self) -> int:
        """Choose the next trial, and return its number."""
        number = len(self._search.get_trials(deepcopy=False))
        seed = (self.study.seed * 1_000_003 + number) % LARGEST_SEED
        self._search.sampler = self._optuna.samplers.TPESampler(seed=seed)
        trial: int = self._search.ask(self._space).number
        return trial

    def tell(self, number: int, values: Sequence[float] | None) -> None:
        """Say what a trial gave, one value to an objective; None for a trial that failed."""
        if values is None:
            self._search.tell(number, state=self._optuna.trial.TrialState.FAIL)
        else:
            self._search.tell(number, list(values))

    def settled(self) -> Mapping[int, str]:
        """How each trial stands, by number."""
        return {t.number: t.state.name.lower() for t in self._search.get_trials(deepcopy=False)}
