"""Differences between regions: districts against each other and the rest, counties by a small area model."""

from barometri.regions.districts import regional_profile, regions
from barometri.regions.ranks import rank_intervals

__all__ = ["rank_intervals", "regional_profile", "regions"]
