"""The study's list of analyses run on its surveys, then its claims: everything exact, nothing published."""

from barometri.analysis.registry import VERBS
from barometri.analysis.running import NO_DESIGN, PACKAGES, analyse
from barometri.analysis.task import has_design

__all__ = ["NO_DESIGN", "PACKAGES", "VERBS", "analyse", "has_design"]
