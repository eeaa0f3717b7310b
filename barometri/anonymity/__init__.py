"""Direct identifiers in a respondent file stop the load: told by place and count, never shown."""

from barometri.anonymity.classes import ClassReport, check_classes, count_classes, wave_classes
from barometri.anonymity.columns import identifiers_in_column
from barometri.anonymity.detecting import KINDS, identifiers
from barometri.anonymity.hetu import count_valid_hetus
from barometri.anonymity.report import AnonymityReport, Found
from barometri.anonymity.searching import inspect, search

__all__ = [
    "KINDS",
    "AnonymityReport",
    "ClassReport",
    "Found",
    "check_classes",
    "count_classes",
    "count_valid_hetus",
    "identifiers",
    "identifiers_in_column",
    "inspect",
    "search",
    "wave_classes",
]
