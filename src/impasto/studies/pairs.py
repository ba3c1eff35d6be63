"""The pictures of a study: found by path, folder, pattern or a sample's name, and kept in the study's folder."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from impasto.artefacts.digest import sha256_of
from impasto.errors import InputError, OutputError, PictureError
from impasto.pictures import Picture, pictures_in, write_picture
from impasto.pictures.formats import EXTENSIONS
from impasto.pictures.samples import PAINTINGS, PHOTOGRAPHS, paint_sample, sample_photograph
from impasto.registry import did_you_mean
from impasto.runs.files import placed_whole
from impasto.studies.study import Study

SAMPLE_WIDTH, SAMPLE_HEIGHT = 640, 480
"""Pixels of a sample painting; studies are mostly smaller."""

_HASH_DIGITS = 8


@dataclass(frozen=True)
class StudyPicture:
    """A picture in a study's folder. name: what it is called in tables; sha256: of the file."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class Pair:
    """A content and the style it is painted in."""

    content: StudyPicture
    style: StudyPicture

    @property
    def name(self) -> str:
        """As it is called in tables."""
        return f"{self.content.name} × {self.style.name}"


def pairs_of(study: Study, folder: Path) -> tuple[Pair, ...]:
    """The pairs of a study, their pictures copied or painted into `folder` unless they are there.

    Raises InputError for a name that no picture has, a folder or pattern without any, and a study without pairs;
    PictureError for a picture that cannot be read, OutputError if `folder` cannot be written.
    """
    named = [*study.contents, *study.styles, *(name for pair in study.pairs for name in pair)]
    if not named or (not study.pairs and not (study.contents and study.styles)):
        raise InputError(
            f"{study.name}: it names no pictures to paint. Say contents and styles in its table [pairs], or give "
            "--contents and --styles."
        )
    found = {name: _found(name, study.folder) for name in dict.fromkeys(named)}
    keep = _Keeping(folder)
    kept = {name: tuple(keep.kept(source) for source in sources) for name, sources in found.items()}
    if study.pairs:
        couples = [(c, s) for content, style in study.pairs for c in kept[content] for s in kept[style]]
    else:
        contents, styles = ([p for name in names for p in kept[name]] for names in (study.contents, study.styles))
        couples = [(c, s) for c in contents for s in styles]
    return tuple(dict.fromkeys(Pair(content, style) for content, style in couples))


def _found(name: str, folder: Path) -> list[Path | str]:
    """The files that a name stands for, or the sample of that name."""
    if name in PAINTINGS or name in PHOTOGRAPHS:
        return [name]
    path = folder / Path(name).expanduser()
    if path.is_dir():
        return [*pictures_in(path)]
    if path.is_file():
        return [path]
    if glob.has_magic(name):
        matched = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207 the folder may be part of the pattern
        pictures: list[Path | str] = [p for p in matched if p.is_file() and p.suffix.lower() in EXTENSIONS]
        if pictures:
            return pictures
        raise InputError(f"no picture matches {name!r} in {folder}")
    samples = [*PHOTOGRAPHS, *PAINTINGS]
    raise InputError(f"there is no picture {path}, and no sample is named {name!r}. {did_you_mean(name, samples)}")


class _Keeping:
    """Puts pictures into a folder, each once, under names that tell them apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, str] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"the folder {folder} cannot be made ({error.strerror}). Name another with -o.") from None

    def kept(self, source: Path | str) -> StudyPicture:
        """The picture in the folder."""
        return self._sample(source) if isinstance(source, str) else self._copy(source)

    def _sample(self, name: str) -> StudyPicture:
        path = self.folder / f"{name}.png"
        if not path.exists():
            write_picture(_sample(name), path)
        digest = sha256_of(path)
        self.names[name] = digest
        return StudyPicture(name, path, digest)

    def _copy(self, source: Path) -> StudyPicture:
        try:
            digest = sha256_of(source)
            path = self.folder / f"{source.stem}-{digest[:_HASH_DIGITS]}{source.suffix.lower()}"
            if not path.exists() or sha256_of(path) != digest:
                with placed_whole(path) as beside:
                    shutil.copyfile(source, beside)
        except OSError as error:
            raise PictureError(f"{source}: it cannot be read or copied ({error.strerror}). Check the path.") from None
        name = source.stem
        if self.names.setdefault(name, digest) != digest:
            name = path.stem
            self.names[name] = digest
        return StudyPicture(name, path, digest)


def _sample(name: str) -> Picture:
    if name in PAINTINGS:
        return paint_sample(name, width=SAMPLE_WIDTH, height=SAMPLE_HEIGHT)
    return sample_photograph(name)


def with_pictures(study: Study, contents: Sequence[Path], styles: Sequence[Path]) -> Study:
    """The study with other pictures: those given, its own for what is not given."""
    if not contents and not styles:
        return study
    theirs = [tuple(str(path.absolute()) for path in paths) for paths in (contents, styles)]
    own = [tuple(dict.fromkeys(pair[i] for pair in study.pairs)) for i in (0, 1)]
    return replace(
        study,
        pairs=(),
        contents=theirs[0] or study.contents or own[0],
        styles=theirs[1] or study.styles or own[1],
    )
