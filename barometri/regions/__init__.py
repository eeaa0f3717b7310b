"""Differences between regions: districts against each other and the rest, counties by a small area model."""

from barometri.regions.county import county, with_areas
from barometri.regions.districts import regional_profile, regions
from barometri.regions.ranks import rank_intervals

__all__ = ["county", "rank_intervals", "regional_profile", "regions", "with_areas"]
