"""Waves beside each other: shares over the years, gaps of groups, trends, the composition held still."""

from barometri.change.gaps import gaps
from barometri.change.shares import change, without_unasked
from barometri.change.trends import trends
from barometri.change.waves import Line, WaveShares, wave_shares

__all__ = ["Line", "WaveShares", "change", "gaps", "trends", "wave_shares", "without_unasked"]
