"""The embedded study's own files: written when absent, anew when the study or the package changed.

Only files that the package wrote itself, and that still are what it wrote, are replaced.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from barometri import __version__
from barometri.errors import FileError, OutputError
from barometri.loading.manifest import Manifest
from barometri.readers import file_digest
from barometri.study.study import Study

_RESOURCES: Final = Path(__file__).resolve().parents[1] / "resources"


def is_embedded(study: Study) -> bool:
    """Whether the study came with the package."""
    return study.path.resolve().is_relative_to(_RESOURCES)


def demonstrate(study: Study, folder: Path, manifest: Manifest) -> Manifest:
    """Write the embedded study's files where they are absent or were made for another version of it.

    Parameters
    ----------
    study
        The embedded study.
    folder
        Folder of its respondent files.
    manifest
        What is known of the files there.

    Returns
    -------
    Manifest
        The same, with the digests of what the package wrote.

    Raises
    ------
    FileError
        A file there is not the package's own: it is not touched, and not read as a simulated one.
    """
    maker = f"{study.digest} {__version__}"
    names = [wave.file for wave in study.waves.values()]
    found = {name: file_digest(folder / name) for name in names if (folder / name).is_file()}
    if manifest.maker == maker and found == manifest.written:
        return manifest
    from barometri.synthetic import write_demonstration  # noqa: PLC0415 - only when files are made

    try:
        with _drafts(folder) as drafts:
            write_demonstration(study, drafts)
            fresh = {name: file_digest(drafts / name) for name in names}
            ours = {name: {fresh[name], manifest.written.get(name)} for name in names}
            foreign = [name for name, digest in found.items() if digest not in ours[name]]
            if not foreign:
                _put(drafts, folder, [name for name in names if fresh[name] != found.get(name)])
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot write the demonstration ({error.strerror}); choose another."
        ) from None
    if foreign:
        raise FileError(
            f"{folder / foreign[0]}: not a file of the demonstration as the package wrote it. Move the files "
            "of that folder elsewhere; the demonstration is then written anew.",
            code="E10",
        )
    return replace(manifest, written=fresh, maker=maker)


@contextlib.contextmanager
def _drafts(folder: Path) -> Iterator[Path]:
    """Make a folder beside the files for the time of writing them; what a killed run left goes first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}-"
    for left in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix) as name:
        yield Path(name) / "files"


def _put(drafts: Path, folder: Path, names: list[str]) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (drafts / name).replace(folder / name)
