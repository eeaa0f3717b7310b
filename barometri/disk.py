"""Folders that one process holds at a time, and names and bytes that have reached the disk."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(folder: Path, *, alone: bool = True, wait: bool = True) -> Iterator[None]:
    """Hold a folder against other processes: the lock is on the folder itself and goes with the process.

    A system that has no such locks has one process at a time by its owner's care.

    Parameters
    ----------
    folder
        A folder that is there; no file is left in it.
    alone
        Whether nobody else may hold it, or others may that let others in too.
    wait
        Whether to wait for it.

    Raises
    ------
    BlockingIOError
        Somebody else holds it, and there is no waiting.
    OSError
        It cannot be opened.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - absent on Windows

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
