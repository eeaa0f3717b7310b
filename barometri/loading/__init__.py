"""From files to surveys: read, search for identifiers, validate, keep as Parquet, and describe the design.

The first successful read of a wave pins its file in the study's manifest of inputs; from then on another
byte in it, or in what was kept of it, is refused.
"""

from barometri.loading.accepting import accept_inputs
from barometri.loading.kept import Source, read_sources
from barometri.loading.manifest import (
    Manifest,
    Pin,
    Shape,
    check_manifest,
    input_digests,
    read_manifest,
    write_manifest,
)
from barometri.loading.places import processed_folder, raw_folder
from barometri.loading.surveys import read_surveys, simulate_surveys, survey_design

__all__ = [
    "Manifest",
    "Pin",
    "Shape",
    "Source",
    "accept_inputs",
    "check_manifest",
    "input_digests",
    "processed_folder",
    "raw_folder",
    "read_manifest",
    "read_sources",
    "read_surveys",
    "simulate_surveys",
    "survey_design",
    "write_manifest",
]
