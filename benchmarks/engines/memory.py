"""Resident memory of this process, now and at its peak since the last reset (Linux; NaN elsewhere)."""

from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident() -> float:
    """Return megabytes in memory now."""
    return _read("VmRSS")


def peak() -> float:
    """Return the most megabytes in memory since `reset_peak`."""
    return _read("VmHWM")


def reset_peak() -> None:
    """Start to watch for a new peak, where the system allows it."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return


def _read(key: str) -> float:
    if not _STATUS.exists():
        return float("nan")
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(key):
            return float(line.split()[1]) / 1024
    return float("nan")
