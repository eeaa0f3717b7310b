"""A process that has loaded the package once and forks for every run, so that a run costs its own work alone.

It reads requests as lines of JSON and answers each with a line: see ``Runs`` in runs.py.
"""

import ctypes
import errno
import hashlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from barometri.commands import publishing, report

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUSER: Final = 0x10000000
WRITES: Final = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.symlink"}
MS_RDONLY: Final = 1
MS_REMOUNT: Final = 32
NO_MOUNT: Final = 77
FAULTS: Final = {"ENOSPC": errno.ENOSPC, "EACCES": errno.EACCES, "EROFS": errno.EROFS}

Request = Mapping[str, Any]


def steps() -> Iterator[int]:
    """Count."""
    number = 0
    while True:
        number += 1
        yield number


def watch(run: Request, note: Callable[[int], None]) -> None:
    """Count what a run changes on the disk; die, or have the disk refuse, at the change asked for."""
    numbers = steps()

    def change() -> None:
        number = next(numbers)
        note(number)
        if number == run.get("die_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        if number == run.get("fail_at"):
            fault = FAULTS[run.get("fault", "ENOSPC")]
            raise OSError(fault, os.strerror(fault))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            counts = bool((arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        elif event == "ctypes.dlsym":
            counts = arguments[1] == "renameat2"
        else:
            counts = event in WRITES
        if counts:
            change()

    flush = os.fsync

    def fsync(handle: int) -> None:
        change()
        flush(handle)

    sys.addaudithook(hook)
    os.fsync = fsync  # type: ignore[assignment]


def child(run: Request, folder: Path) -> None:
    """Be the process of one run, from its first line to its exit code."""
    os.setsid()
    for stream, name in ((1, "stdout"), (2, "stderr")):
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(handle, stream)
    changes = os.open(folder / "changes", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.environ.update(run.get("environ", {}))
    os.chdir(run.get("cwd", "."))
    os.umask(run.get("umask", 0o022))
    if "uid" in run:
        os.setgroups([])
        os.setgid(run["uid"])
        os.setuid(run["uid"])
    if "clock" in run:
        shift = float(run["clock"])
        real = time.time
        time.time = lambda: real() + shift
    signal.signal(signal.SIGINT, signal.default_int_handler)
    watch(run, lambda number: (os.pwrite(changes, f"{number:9}".encode(), 0), None)[1])
    try:
        code = report.main(run["arguments"])
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def one(run: Request, folder: Path) -> dict[str, Any]:
    """Run once; kill, interrupt or wait."""
    sys.stdout.flush()
    since = time.perf_counter()
    process = os.fork()
    if process == 0:
        try:
            child(run, folder)
        except BaseException:  # noqa: BLE001 - a child never goes back into the server's loop
            traceback.print_exc()
        os._exit(99)
    status = 0
    after, number = run.get("signal", (None, 0))
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            break
        if after is not None and time.perf_counter() - since >= after:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process, number)
            after = None
        time.sleep(0.002)
    texts = {
        name: (folder / name).read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr")
    }
    changes = (folder / "changes").read_text(encoding="ascii").strip()
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": time.perf_counter() - since,
        "changes": int(changes or 0),
        **texts,
    }


def contents(folder: Path) -> dict[str, str]:
    """Return what stands in a folder: files by digest and permissions, links by where they lead."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), f"{path.lstat().st_mode & 0o7777:o}"
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_dir():
            found[name] = f"folder {mode}"
        else:
            found[name] = f"{hashlib.sha256(path.read_bytes()).hexdigest()} {mode}"
    return found


def mount(mounts: list[list[str]]) -> None:
    """Mount in a name space of this process alone; leave with a code of its own where that is not allowed."""
    if not mounts:
        return
    library = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if library.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
        os._exit(NO_MOUNT)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
    for kind, place, options in mounts:
        target = os.fsencode(place)
        if library.mount(kind.encode(), target, kind.encode(), 0, options.encode()) != 0:
            os._exit(NO_MOUNT)


def seal(place: str) -> None:
    """Make what is mounted at a place read-only from now on."""
    library = ctypes.CDLL(None, use_errno=True)
    flags = MS_REMOUNT | MS_RDONLY
    if library.mount(b"", os.fsencode(place), b"", flags, b"") != 0:
        os._exit(NO_MOUNT)


def answer(request: Request) -> None:
    """Do the runs of a request one after the other in a process of their own, and print what came of each."""
    mount(request.get("mounts", []))
    folder = Path(request["notes"])
    results = []
    for run in request["runs"]:
        for name, left in run.get("leave", {}).items():
            disk = os.statvfs(Path(name).parent)
            Path(name).write_bytes(b"\0" * (disk.f_bavail * disk.f_frsize - left))
        for name in run.get("remove", ()):
            Path(name).unlink()
        for name, mode in run.get("chmod", {}).items():
            Path(name).chmod(mode)
        for name in run.get("seal", ()):
            seal(name)
        found = one(run, folder) if "arguments" in run else {}
        found["seen"] = {name: contents(Path(name)) for name in request.get("look", ())}
        results.append(found)
    sys.stdout.write(json.dumps(results) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer until there is no further request."""
    publishing.ready()
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            try:
                answer(json.loads(line))
            except BaseException:  # noqa: BLE001 - a child never goes back into the server's loop
                traceback.print_exc()
                os._exit(98)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            sys.stdout.write(f"{code}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
