"""What holds for every test: no window opens, examples repeat themselves, the demonstration is read once."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from barometri.analysis import analyse
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import Protected
from barometri.loading import read_surveys
from barometri.results import Results
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.survey import Survey
from tests.no_network import sitecustomize as no_network

os.environ["MPLBACKEND"] = "Agg"
_NO_NETWORK = str(Path(__file__).parent / "no_network")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_NO_NETWORK, os.environ.get("PYTHONPATH"))))

# A slow machine is no fault of the code, and a failure must come back when it is looked for.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """No test of the session spoke to another machine, not even in vain."""
    yield
    assert [tried for tried in no_network.REFUSED if "192.0.2." not in tried] == []


@pytest.fixture(scope="session")
def demo_study() -> Study:
    """The embedded study."""
    return read_study()


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory, demo_study: Study) -> Path:
    """A data folder with the demonstration's files, read once: copy it before changing it."""
    folder = tmp_path_factory.mktemp("demonstration")
    read_surveys(demo_study, data=folder)
    return folder


@pytest.fixture(scope="session")
def demo_surveys(demo_data: Path, demo_study: Study) -> Mapping[int, Survey]:
    """The demonstration's waves, read back through the real readers."""
    return read_surveys(demo_study, data=demo_data)


@pytest.fixture(scope="session")
def demo_results(demo_surveys: Mapping[int, Survey], demo_study: Study) -> Results:
    """Exact results of the demonstration."""
    return analyse(demo_study, demo_surveys)


@pytest.fixture(scope="session")
def demo_protected(demo_results: Results) -> Protected:
    """What the demonstration may publish."""
    return protect(demo_results)
