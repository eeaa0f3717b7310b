"""The package's public names are what they say, also where a room has the name of its verb."""

import subprocess
import sys
from types import ModuleType

import barometri


def test_a_verb_stays_a_verb_after_its_room_is_loaded() -> None:
    code = """
import importlib, barometri as bm
names = ("association", "change", "findings")
first = bm.association
importlib.import_module("barometri.analysis")
importlib.import_module("barometri.findings")
print(first is bm.association, all(callable(getattr(bm, name)) for _ in (1, 2) for name in names))
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "True True"


def test_every_public_name_leads_somewhere() -> None:
    rooms = {"figures", "report"}
    for name in barometri.__all__:
        assert isinstance(getattr(barometri, name), ModuleType) == (name in rooms), name


def test_the_report_s_verbs_are_no_modules() -> None:
    assert callable(barometri.report.build)
    assert callable(barometri.report.render)
    assert callable(barometri.report.build)
