"""From a raw file to harmonised responses: codes, routing, ranges and design, or what is wrong."""

from barometri.validation.report import DesignColumns, ValidationReport
from barometri.validation.validate import validate

__all__ = ["DesignColumns", "ValidationReport", "validate"]
