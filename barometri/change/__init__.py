"""Waves beside each other: shares over the years, gaps of groups, trends, the composition held still."""

from barometri.change.shares import change, without_unasked

__all__ = ["change", "without_unasked"]
