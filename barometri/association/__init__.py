"""Whether cooperation is judged better where models are in use: by their number, by class, and each model."""

from barometri.association.effects import NOT_ESTIMABLE
from barometri.association.shares import association

__all__ = ["NOT_ESTIMABLE", "association"]
