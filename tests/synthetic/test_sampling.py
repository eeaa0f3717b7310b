"""The respondents: how many, from where, and how they filled in the questionnaire."""

import pytest

from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, REFUSED
from barometri.study.reading import read_study
from barometri.synthetic import simulate

STUDY = read_study()
WAVES = simulate(STUDY)
LATEST = WAVES[2021]
STATEMENTS = [q.id for q in STUDY.codebook.battery("statements") if q.id in LATEST]


def test_respondents_by_wave_and_group() -> None:
    assert {year: len(frame) for year, frame in WAVES.items()} == {
        2017: 912,
        2018: 1103,
        2019: 968,
        2021: 1047,
    }
    assert LATEST.groupby("group").size().to_dict() == {1: 290, 2: 190, 3: 75, 4: 392, 5: 100}


@pytest.mark.parametrize("year", sorted(WAVES))
def test_every_stratum_has_twelve_and_stays_within_its_frame(year: int) -> None:
    counts = WAVES[year].groupby(["district", "group"]).size()
    district, group = STUDY.question("district"), STUDY.question("group")
    for entry in STUDY.waves[year].frame:
        place = district.code(entry.stratum["district"]).value, group.code(entry.stratum["group"]).value
        assert 12 <= counts[place] <= entry.count


def test_social_workers_answer_least() -> None:
    frame = {code.id: 0 for code in STUDY.question("group").substantive}
    for entry in STUDY.waves[2021].frame:
        frame[entry.stratum["group"]] += entry.count
    rates = {
        code.id: (LATEST["group"] == code.value).sum() / frame[code.id]
        for code in STUDY.question("group").substantive
        if frame[code.id]
    }
    assert min(rates, key=lambda name: rates[name]) == "social_worker"


def test_respondents_come_from_the_population_in_random_order() -> None:
    assert LATEST["respondent"].is_unique
    assert not LATEST["group"].is_monotonic_increasing
    assert abs(LATEST["group"].autocorr()) < 0.1


def test_five_to_ten_per_cent_have_an_unknown_area() -> None:
    assert all(0.05 < (frame["area_level"] == 7).mean() < 0.1 for frame in WAVES.values())


def test_most_organisers_have_one_to_three_respondents() -> None:
    own = LATEST[(LATEST["area_level"] == 5) & (LATEST["side"] == 2)].groupby("area").size()
    assert len(own) > 90
    assert (own <= 3).mean() > 0.5
    assert own.max() > 8


def test_break_offs_leave_later_items_blank() -> None:
    first, last = (LATEST[name] for name in ("cooperation", "model_nothing_agreed"))
    assert (last == BLANK).mean() > 0.02 + (first == BLANK).mean()
    assert (first == BLANK).mean() < 0.02


def test_every_missing_reason_occurs_and_not_asked_survives_a_break_off() -> None:
    assert {NOT_ASKED, DONT_KNOW, REFUSED, BLANK} <= set(LATEST["statement_knows_taken_in_charge"])
    social = LATEST["side"] == 2
    assert (LATEST.loc[social, "statement_knows_taken_in_charge"] == NOT_ASKED).all()


def test_some_tick_one_column_straight_down() -> None:
    kela = LATEST[LATEST["side"] == 1]
    straight = kela[STATEMENTS].nunique(axis=1) == 1
    assert 3 <= straight.sum() < 0.1 * len(kela)


def test_comments_are_few_and_swedish_records_speak_swedish() -> None:
    assert 0.03 < (LATEST["comment"] != "").mean() < 0.15
    swedish = LATEST[LATEST["language"] == 2]
    assert 0.02 < len(swedish) / len(LATEST) < 0.12
    texts = set(swedish["comment"]) - {""}
    assert texts
    assert texts.isdisjoint(LATEST.loc[LATEST["language"] == 1, "comment"])


def test_agreed_models_by_district_and_side_can_be_published() -> None:
    cells = 0
    hidden = 0
    for model in STUDY.models:
        agreed = LATEST[list(model.questions)].isin([1, 2]).any(axis=1)
        table = agreed.groupby([LATEST["district"], LATEST["side"]]).agg(["sum", "count"])
        cells += len(table)
        hidden += int(((table["sum"] < 5) | (table["count"] - table["sum"] < 5)).sum())
    assert cells == 60
    assert hidden <= 3
