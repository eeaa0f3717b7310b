"""Estimates of areas too small for their own respondents: the model of Fay and Herriot as verbs."""

from barometri.small_area.benchmarking import benchmark_areas
from barometri.small_area.model import SmallAreas, fay_herriot
from barometri.small_area.verb import small_areas

__all__ = ["SmallAreas", "benchmark_areas", "fay_herriot", "small_areas"]
