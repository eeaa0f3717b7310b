"""Output that appears whole or not at all: written beside the old folder, then exchanged with it."""

import ctypes
import errno
import glob
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from barometri.disk import flush, held
from barometri.errors import OutputError
from barometri.report.manifest import MANIFEST, listed_files

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_UNSUPPORTED: Final = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
_FOLDER: Final = 0o755
_FILE: Final = 0o644
"""A report is made to be read: its permissions are the same whoever makes it, under any umask."""


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
    target = _place(target)
    new = target.with_name(f".{target.name}.{os.getpid()}.new")
    made = None
    try:
        made = _first_missing(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target.parent):
            try:
                _recover(target, say)
                check_replaceable(target)
                new.mkdir()
                yield new
                _flush(new)
                _replace(target, new)
            finally:  # while no other run may write here
                _clear(new)
    except OSError as error:
        raise OutputError(_refused(target, error)) from None
    finally:
        _remove_empty(target.parent, made)


def _clear(folder: Path) -> None:
    """Take a folder away, to the end even when told to stop meanwhile."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def check_replaceable(target: Path) -> None:
    """Refuse a folder that holds anything this package did not write, or that may not be changed.

    Raises
    ------
    OutputError
        Naming the first file that the folder's manifest does not list, or the folder that may not be changed.
    """
    target = _place(target)
    try:
        _check_allowed(target)
        if not target.exists():
            return
        if not target.is_dir():
            message = (
                f"{target} is a file; a folder is to be written there. Name another place with --output."
            )
            raise OutputError(message)
        entries = [path for path in target.rglob("*") if path.is_symlink() or not path.is_dir()]
    except OSError as error:
        raise OutputError(_refused(target, error)) from None
    standing = {path.relative_to(target).as_posix() for path in entries}
    foreign = sorted(standing - listed_files(target) - {MANIFEST})
    if foreign:
        message = (
            f"{target} holds {foreign[0]}, which is no part of a report written here. "
            "Move it away, or name another place with --output."
        )
        raise OutputError(message)


def _place(target: Path) -> Path:
    """Return where a folder truly stands: a link is kept, and what it leads to is replaced."""
    try:
        return target.resolve() if target.is_symlink() else target
    except OSError as error:
        raise OutputError(_refused(target, error)) from None
    except RuntimeError:  # what a link that leads to itself is before Python 3.13
        message = f"{target}: the link leads nowhere. Mend it, or name another place with --output."
        raise OutputError(message) from None


def _check_allowed(target: Path) -> None:
    """Refuse, before any work is done, where folders may not be made or taken away."""
    parent = next(folder for folder in target.parents if folder.exists())
    inside = [path for path in target.rglob("*") if path.is_dir() and not path.is_symlink()]
    for folder in (parent, *([target, *inside] if target.is_dir() else [])):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, f"{folder.name or folder} may not be changed")


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


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second run."""
    with ExitStack() as stack:
        try:
            stack.enter_context(held(folder, wait=False))
        except BlockingIOError:
            message = (
                f"{folder}: another run is writing here. Wait for it, or name another place with --output."
            )
            raise OutputError(message) from None
        yield


def _recover(target: Path, say: Callable[[str], None]) -> None:
    """Mend what a run that was cut short left behind."""
    old = _old(target)
    if old.exists() and not target.exists():
        old.rename(target)
        say(f"{target}: an earlier run was cut short; its previous report was put back")
    for stale in (old, *target.parent.glob(f".{glob.escape(target.name)}.*.new")):
        if stale.is_dir() and not stale.is_symlink():
            shutil.rmtree(stale)
            say(f"{target}: what an earlier run that was cut short had left beside it was removed")


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _flush(folder: Path) -> None:
    """Have every file and folder on the disk, with its permissions, before the exchange."""
    for path in [*folder.rglob("*"), folder]:
        is_folder = path.is_dir()
        path.chmod(_FOLDER if is_folder else _FILE)
        flush(path)


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
        _clear(old)
    with suppress(OSError):  # the new report stands already; its name reaches the disk in time
        flush(target.parent)


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
