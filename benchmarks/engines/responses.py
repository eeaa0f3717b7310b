"""Responses of a clustered survey, made once and read by every engine from plain binary columns."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[np.int32] | NDArray[np.float64]]
DISTRICTS, GROUPS, UNITS, ITEMS = 5, 4, 100, 12
PEOPLE_OF_A_UNIT = 25  # small surveys have fewer clusters, not emptier ones
BATTERY = tuple(f"item{number:02d}" for number in range(1, ITEMS + 1))
COMMON = ("district", "group", "model", "stratum", "psu", "weight", "good", "score")


def make(size: int, *, battery: bool, seed: int = 2021) -> Columns:
    """Draw answers: 5 districts by 4 groups are the strata, up to 100 clusters each; a battery if asked.

    ``good`` is 0 or 1, ``score`` 1 to 5, ``model`` 0 or 1; both outcomes go with the model and the district.
    """
    rng = np.random.default_rng(seed)
    whole = {
        "district": rng.integers(0, DISTRICTS, size),
        "group": rng.integers(0, GROUPS, size),
        "model": rng.integers(0, 2, size),
    }
    whole["stratum"] = whole["district"] * GROUPS + whole["group"]
    units = int(np.clip(size // (DISTRICTS * GROUPS * PEOPLE_OF_A_UNIT), 2, UNITS))
    whole["psu"] = whole["stratum"] * units + rng.integers(0, units, size)
    latent = rng.logistic(size=size) + 0.4 * whole["model"] + 0.1 * whole["district"]
    whole["good"] = (latent > 0).astype(np.int64)
    whole["score"] = np.searchsorted([-1.5, -0.5, 0.5, 1.8], latent) + 1
    whole |= {name: rng.integers(0, 2, size) for name in (BATTERY if battery else ())}
    return {name: values.astype(np.int32) for name, values in whole.items()} | {
        "weight": rng.uniform(1, 4, size)
    }


def save(columns: Columns, folder: Path) -> None:
    """Write one file a column: numbers as they lie in memory, whole ones as 32 bits."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in columns.items():
        values.tofile(folder / f"{name}.{'f8' if values.dtype.kind == 'f' else 'i4'}")


def load(folder: Path) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
    """Read what `save` wrote, whole numbers as 64 bits."""
    found: dict[str, NDArray[np.int64] | NDArray[np.float64]] = {}
    for path in sorted(folder.glob("*.?[48]")):
        if path.suffix == ".f8":
            found[path.stem] = np.fromfile(path, dtype=np.float64)
        else:
            found[path.stem] = np.fromfile(path, dtype=np.int32).astype(np.int64)
    return found
