"""Ordinary files with one bit flipped or their end cut off, and what readers make of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from barometri.errors import BarometriError
from barometri.readers import RawFile
from barometri.study.waves import FileFormat
from tests.readers.battery import read_here
from tests.small_study import WRITERS, responses, write_responses

FORMATS: Mapping[str, FileFormat] = MappingProxyType(
    {
        suffix: FileFormat(separator=";", decimal=",") if suffix == ".csv" else FileFormat()
        for suffix in WRITERS
    }
)
SAME, REFUSED, SILENT = "same", "refused", "silent"


def larger(respondents: int) -> pd.DataFrame:
    """Return the small study's responses repeated, each respondent with a number of its own."""
    frame = pd.concat([responses()] * -(-respondents // 8), ignore_index=True).iloc[:respondents]
    return frame.assign(id=[f"{i:05}" for i in range(1, respondents + 1)])


def ordinary(folder: Path, suffix: str, respondents: int = 40) -> Path:
    """Write an ordinary file of a kind."""
    return write_responses(folder / f"ordinary{suffix}", larger(respondents))


def flipped(data: bytes, generator: np.random.Generator, count: int) -> Iterator[bytes]:
    """Yield copies with one bit flipped, each at another byte where there are as many."""
    places = generator.choice(len(data), count, replace=count > len(data))
    for place, bit in zip(places, generator.integers(8, size=count), strict=True):
        yield data[:place] + bytes([data[place] ^ (1 << int(bit))]) + data[place + 1 :]


def cut(data: bytes, generator: np.random.Generator, count: int) -> Iterator[bytes]:
    """Yield copies that end early."""
    for length in generator.integers(1, len(data), size=count):
        yield data[: int(length)]


def every_cut(data: bytes) -> Iterator[bytes]:
    """Yield every copy that ends early."""
    return (data[:length] for length in range(1, len(data)))


def result(folder: Path, suffix: str, data: bytes) -> str:
    """Return what comes of these bytes: the answers of the ordinary file, a refusal, or silently others."""
    whole = _whole(folder, suffix)
    path = folder / f"damaged{suffix}"
    path.write_bytes(data)
    try:
        raw = read_here(path, FORMATS[suffix])
    except BarometriError:
        return REFUSED
    alike = raw.frame.equals(whole.frame) and raw.user_missing == whole.user_missing
    return SAME if alike and raw.value_labels == whole.value_labels else SILENT


def results(folder: Path, suffix: str, damaged: Iterable[bytes]) -> Counter[str]:
    """Count what comes of damaged files, each read in a process that it may take down: that is a refusal."""
    counts: Counter[str] = Counter()
    left = iter(damaged)
    while (data := next(left, None)) is not None:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            while data is not None:
                try:
                    counts[pool.submit(result, folder, suffix, data).result()] += 1
                except BrokenProcessPool:
                    counts[REFUSED] += 1
                    break
                data = next(left, None)
    return counts


@cache
def _whole(folder: Path, suffix: str) -> RawFile:
    return read_here(folder / f"ordinary{suffix}", FORMATS[suffix])
