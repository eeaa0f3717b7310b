"""Output that appears whole or not at all: written beside the old folder, then exchanged with it."""

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from barometri.errors import OutputError
from barometri.report.manifest import MANIFEST, listed_files

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_UNSUPPORTED: Final = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}


def _silent(_: str) -> None:
    """Say nothing."""


@contextmanager
def exchange(target: Path, *, say: Callable[[str], None] = _silent) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``target`` when the block ends without an error.

    Until then ``target`` stays as it is; after an error nothing of the new folder is left.

    Parameters
    ----------
    target
        Folder to be replaced. Its parent is made when absent.
    say
        Told, in one line, when a run that was cut short is mended.

    Yields
    ------
    pathlib.Path
        The new folder, beside ``target``.

    Raises
    ------
    OutputError
        When ``target`` holds files that no manifest of it lists, another run writes, or the disk refuses.
    """
    try:
        made = _first_missing(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(_refused(target.parent, error)) from None
    new: Path | None = None
    try:
        with _alone(target.parent):
            _recover(target, say)
            check_replaceable(target)
            new = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent))
            new.chmod(0o755)
            yield new
            _flush(new)
            _replace(target, new)
    except OSError as error:
        raise OutputError(_refused(target, error)) from None
    finally:
        if new is not None:
            shutil.rmtree(new, ignore_errors=True)
        _remove_empty(target.parent, made)


def check_replaceable(target: Path) -> None:
    """Refuse a folder that holds anything this package did not write.

    Raises
    ------
    OutputError
        Naming the first file that the folder's manifest does not list.
    """
    if not target.exists():
        return
    if not target.is_dir():
        message = f"{target} is a file; a folder is to be written there. Name another place with --output."
        raise OutputError(message)
    standing = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    foreign = sorted(standing - listed_files(target) - {MANIFEST})
    if foreign:
        message = (
            f"{target} holds {foreign[0]}, which is no part of a report written here. "
            "Move it away, or name another place with --output."
        )
        raise OutputError(message)


def _first_missing(folder: Path) -> Path | None:
    """Return the topmost folder that would have to be made."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    return missing[-1] if missing else None


def _remove_empty(folder: Path, made: Path | None) -> None:
    """Take away the folders made for a report that was not written."""
    while made is not None and folder != made.parent:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _refused(place: Path, error: OSError) -> str:
    reason = error.strerror or "refused"
    return f"{place}: {reason}; nothing was changed. Make room or name another place with --output."


def _alone(folder: Path) -> AbstractContextManager[None]:
    return nullcontext() if sys.platform == "win32" else _locked(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder against a second run; the lock goes with the process, and leaves no file."""
    import fcntl  # noqa: PLC0415 - absent on Windows

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        message = f"{folder}: another run is writing here. Wait for it, or name another place with --output."
        raise OutputError(message) from None
    try:
        yield
    finally:
        os.close(handle)


def _recover(target: Path, say: Callable[[str], None]) -> None:
    """Mend what a run that was cut short left behind."""
    old = _old(target)
    if old.exists() and not target.exists():
        old.rename(target)
        say(f"{target}: an earlier run was cut short; its previous report was put back")
    for stale in (old, *target.parent.glob(f".{target.name}.*.new")):
        if stale.is_dir():
            shutil.rmtree(stale)
            say(f"{target}: what an earlier run that was cut short had left beside it was removed")


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _flush(folder: Path) -> None:
    """Have every file and folder on the disk before the exchange."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir() and sys.platform == "win32":
            continue
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _replace(target: Path, new: Path) -> None:
    if not target.exists():
        new.rename(target)
    elif not _swapped(target, new):
        old = _old(target)
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _swapped(target: Path, new: Path) -> bool:
    """Exchange two folders in one step; False where the system has no such step."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    result = rename(
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(target)),
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(new)),
        ctypes.c_uint(_RENAME_EXCHANGE),
    )
    if result == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number))
