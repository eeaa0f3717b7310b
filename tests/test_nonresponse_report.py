"""What the report says of response and weights, and what stays behind the line."""

import math
from dataclasses import replace

import pytest

import barometri as bm
from barometri.analysis import analyse
from barometri.disclosure.protected import Protected
from barometri.report.document import Paragraph
from barometri.report.method import method_section
from barometri.results import Results
from barometri.study.plan import Analysis
from barometri.study.waves import FrameCount
from barometri.tables import table
from barometri.texts import LANGUAGES, read_texts
from tests.test_nonresponse import THICK, THIN, Cells, study_of, survey_of

RATES = Analysis("rates", "response_rates", by=("district", "group"), section="annex")


def run_of(cells: Cells) -> Results:
    """A run of the response rates alone."""
    study = replace(study_of(cells), analyses=(RATES,))
    survey = bm.frame_weights(survey_of(cells, study))
    return analyse(study, {2021: survey})


def words_of(protected: Protected, language: str = "en") -> str:
    """The paragraphs of the section on methods."""
    section = method_section(protected, read_texts(language))
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def test_a_raked_wave_is_said_to_be_raked() -> None:
    words = words_of(bm.protect(run_of(THIN)))
    assert "fewer than 10 respondents, so the weights are raked to the margins" in words
    assert "district, group" in words
    assert "trimmed" not in words
    assert "Weighting mends only differences that the frame can see" in words


def test_people_over_respondents_are_said_to_be_so() -> None:
    run = run_of(THICK)
    words = words_of(bm.protect(run))
    assert "a weight is the number of people in a stratum divided by the number of its respondents" in words
    weight = bm.weights(survey_of(THICK))
    size = weight.sum() ** 2 / (weight**2).sum()
    assert run.waves[0].effective_n == pytest.approx(size)
    assert (
        f"Kish) is {57 / size:.2f}: the weighted data are about as precise as {round(size, -1):.0f}" in words
    )


def test_trimmed_weights_are_said_to_be_trimmed() -> None:
    words = words_of(bm.protect(run_of({**THICK, ("north", "decider"): (500, 10)})))
    assert "Weights of more than 5 times the median weight are cut" in words


def test_the_effective_size_stays_behind_where_a_cell_is_small() -> None:
    shown = bm.protect(run_of(THIN)).waves[0]
    assert math.isnan(shown.effective_n)
    assert shown.deff == round(shown.deff, 1)
    assert bm.protect(run_of(THICK)).waves[0].effective_n % 10 == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_of_weighting_has_words(language: str) -> None:
    for cells in (THIN, THICK, {**THIN, ("north", "decider"): (900, 10)}):
        assert "{" not in words_of(bm.protect(run_of(cells)), language)


def test_the_table_of_rates_has_no_interval_and_hides_small_cells() -> None:
    rates = table(bm.protect(run_of(THIN)), "rates", language="en")
    assert rates.headers[-2:] == ("Response rate", "People in the frame")
    hidden = [row for row in rates.rows if row[-2:] == ("..", "..")]
    assert len(hidden) >= 4  # south deciders, and what would give them back
    whole = rates.rows[-1]
    assert whole[-2:] == ("11%", "390")
    assert any("protect respondents" in note for note in rates.notes)


def test_a_wave_without_a_frame_has_no_rates() -> None:
    study = replace(study_of({}), analyses=(RATES,))
    plain = survey_of(THICK, study)
    assert "skipped:rates" in analyse(study, {2021: plain}).notes


def test_margins_alone_are_said_to_be_raked_to() -> None:
    counts = {"district": {"north": 130, "south": 260}, "group": {"decider": 100, "worker": 290}}
    rows = tuple(FrameCount({name: code}, n) for name, own in counts.items() for code, n in own.items())
    study = replace(study_of(THICK, frame=rows), analyses=(replace(RATES, by=("group",)),))
    run = analyse(study, {2021: bm.frame_weights(survey_of(THICK, study))})
    assert run.waves[0].response_rate == pytest.approx(57 / 390)
    assert "the weights are raked to the margins of the frame. Margins: district, group." in words_of(
        bm.protect(run)
    )
    assert run.tables["rates"].estimates.counts["k"].tolist() == [30, 27, 57]
