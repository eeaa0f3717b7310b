"""What the process that opens a respondent file may not do: grow, linger, write, start others, use a network.

The system's limits hold for compiled code too; the audit hook holds for whatever goes through Python.
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

_NEW_USER: Final = 0x10000000
_NEW_NETWORK: Final = 0x40000000
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED: Final = (
    "ftplib.",
    "http.client.",
    "os.chmod",
    "os.chown",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.link",
    "os.mkdir",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.spawn",
    "os.startfile",
    "os.symlink",
    "os.system",
    "os.truncate",
    "os.utime",
    "pty.spawn",
    "shutil.",
    "smtplib.",
    "socket.",
    "subprocess.",
    "tempfile.",
    "urllib.",
    "webbrowser.",
    "winreg.",
)
_SYSTEM: Final = ("/dev", "/etc", "/lib", "/lib64", "/opt", "/proc", "/sys", "/usr")


def confine(path: Path, *, memory: int, seconds: int) -> None:
    """Confine this process to reading one file, for good.

    Parameters
    ----------
    path
        The file.
    memory
        Address space in bytes.
    seconds
        Processor time.
    """
    cut_network()
    limit(memory, seconds)
    sys.addaudithook(watch(path))


def limit(memory: int, seconds: int) -> None:
    """Limit the process; where the system knows no such limits, only the parent's clock holds."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for kind, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def cut_network() -> bool:
    """Move to a network of its own, which has no way out; ``False`` where the system does not let it."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        system = ctypes.CDLL(None)
        # A namespace of users takes rights over other people's files away, so it is the second choice.
        return any(system.unshare(kinds) == 0 for kinds in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK))
    except (OSError, AttributeError):
        return False


def watch(path: Path) -> Callable[[str, tuple[object, ...]], None]:
    """Return the audit hook: the file and Python's own modules may be read, nothing else be done."""
    file = os.path.realpath(path)
    package = Path(__file__).resolve().parents[1]
    places = {str(package), *_SYSTEM, *(os.path.realpath(p) for p in (sys.prefix, sys.base_prefix))}
    places |= {os.path.realpath(p) for p in sys.path if p and "-packages" in p}
    roots = tuple(f"{place.rstrip(os.sep)}{os.sep}" for place in places)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(event)
        if event != "open":
            return
        name, mode, flags = arguments
        if isinstance(name, int):
            return  # a stream that was open before
        writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (
            isinstance(flags, int) and flags & _WRITING
        )
        real = os.path.realpath(os.fsdecode(name)) if isinstance(name, str | bytes) else ""
        if writes or not (real == file or real.startswith(roots)):
            raise PermissionError(event)

    return hook
