"""Facts of the embedded study: groups, models, waves, claims, and the traps of the real survey."""

from collections import Counter

import pytest

from barometri.study.reading import read_study
from barometri.study.study import Study

KELA = {"decision_specialist", "service_specialist", "supervisor"}
SOCIAL_SERVICES = {"social_worker", "social_director"}


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


# -------------------------------------------------------------------------------------- groups and sides
def test_an_area_is_a_level_and_a_set(study: Study) -> None:
    assert study.question(study.role("area")).kind == "set"
    levels = [code.id for code in study.question(study.role("area_level")).substantive]
    assert levels == ["national", "district", "region", "county", "organiser", "several", "unknown"]
    for wave in study.waves.values():
        assert wave.asked("area")
        assert "area" not in wave.routing


def test_sides_follow_from_groups(study: Study) -> None:
    derived = study.question("side").derived
    assert derived is not None
    assert {group for group, side in derived.mapping.items() if side == "kela"} == {*KELA, "kela_employee"}
    assert {g for g, side in derived.mapping.items() if side == "social_services"} == SOCIAL_SERVICES


def test_sides_are_labelled_by_wave(study: Study) -> None:
    assert study.question("side").code("social_services").label["fi"] == "Sosiaalihuolto"
    for wave in study.waves.values():
        assert wave.labels["side"]["social_services"]["fi"] == "Kunnat"


def test_districts_stand_north_to_south(study: Study) -> None:
    codes = study.question("district").substantive
    assert [code.short["fi"] for code in codes] == [
        "Pohjoinen",
        "Itäinen",
        "Keskinen",
        "Läntinen",
        "Eteläinen",
    ]
    assert [code.value for code in codes] == [5, 4, 3, 2, 1]


def test_groups_of_2017_and_2018_are_similar_only(study: Study) -> None:
    for year, wave in study.waves.items():
        groups = {row.stratum["group"] for row in wave.frame}
        if year in (2017, 2018):
            assert groups == {"kela_employee", "supervisor", *SOCIAL_SERVICES}
            (row,) = wave.equivalence
            assert (row.question, row.code, row.counterpart, row.status) == (
                "group",
                "kela_employee",
                "decision_specialist",
                "similar",
            )
        else:
            assert groups == KELA | SOCIAL_SERVICES
            assert wave.equivalence == ()


def test_good_cooperation_is_the_two_best_points(study: Study) -> None:
    question = study.question("cooperation")
    assert question.good == (5, 4)
    assert question.code("very_well").value == 5


# ----------------------------------------------------------------------------------------------- models
def test_six_models_of_which_premises_are_three_arrangements(study: Study) -> None:
    assert [model.id for model in study.models] == ["M01", "M02", "M03", "M04", "M05", "M06"]
    assert [len(model.questions) for model in study.models] == [1, 1, 1, 1, 1, 3]
    battery = {question.id for question in study.codebook.battery("models")}
    assert battery == {question for model in study.models for question in model.questions}


def test_short_labels_of_models_fit_a_figure(study: Study) -> None:
    for model in study.models:
        assert max(len(text) for text in model.short.values()) <= 32, model.id


def test_models_were_asked_in_2021_only(study: Study) -> None:
    names = [*(q for model in study.models for q in model.questions), "model_nothing_agreed"]
    for year, wave in study.waves.items():
        assert {wave.asked(name) for name in names} == {year == 2021}


def test_nothing_agreed_is_an_answer_of_its_own(study: Study) -> None:
    assert study.model_states is not None
    question = study.question(study.model_states.nothing_agreed)
    assert question.battery != "models"
    assert question.good == (question.code(study.model_states.nothing_agreed_yes).value,)


# ------------------------------------------------------------------------------------------------ waves
TREND = (
    "cooperation",
    "statement_decision_quickly",
    "statement_expertise_sufficient",
    "statement_enough_time",
    "statement_steered_online",
    "statement_knows_taken_in_charge",
)


@pytest.mark.parametrize(
    ("item", "years"),
    [
        *((item, {2017, 2018, 2019, 2021}) for item in TREND),
        ("support_for_transfer", {2017, 2018, 2019}),
        ("client_guidance", {2017}),
        ("statement_information_exchange_burden", {2021}),
    ],
)
def test_waves_of_an_item(study: Study, item: str, years: set[int]) -> None:
    assert {year for year, wave in study.waves.items() if wave.asked(item)} == years


def test_what_only_kela_knows_is_asked_of_kela_only(study: Study) -> None:
    derived = study.question("side").derived
    assert derived is not None
    for wave in study.waves.values():
        framed = {row.stratum["group"] for row in wave.frame}
        kela = {group for group in framed if derived.mapping[group] == "kela"}
        assert set(wave.routing["statement_knows_taken_in_charge"]) == kela
        assert set(wave.routing["unit"]) == kela


def test_files_of_four_kinds(study: Study) -> None:
    kinds = {year: wave.file.rpartition(".")[2] for year, wave in study.waves.items()}
    assert kinds == {2017: "csv", 2018: "xlsx", 2019: "sav", 2021: "sav"}
    assert study.waves[2017].format.separator == ";"
    assert study.waves[2017].format.decimal == ","


def test_codes_of_2017_run_the_other_way(study: Study) -> None:
    recode = study.waves[2017].recodes["cooperation"]
    good = set(study.question("cooperation").good)
    assert {text for text, value in recode.items() if value in good} == {"1", "2"}


def test_recodes_reach_every_code(study: Study) -> None:
    for wave in study.waves.values():
        for name, recode in wave.recodes.items():
            reached = set(recode.values())
            wanted = {code.value for code in study.question(name).codes}
            if name == "group":
                groups = {row.stratum["group"] for row in wave.frame}
                wanted = {study.question(name).code(group).value for group in groups}
            assert reached == wanted, (wave.year, name)


def test_frames_are_complete_and_social_workers_are_most(study: Study) -> None:
    for wave in study.waves.values():
        groups = Counter[str]()
        districts = Counter[str]()
        for row in wave.frame:
            groups[row.stratum["group"]] += row.count
            districts[row.stratum["district"]] += row.count
            assert row.count >= 12
        assert len(wave.frame) == len(groups) * len(districts)
        assert len(districts) == 5
        assert groups.most_common(1)[0][0] == "social_worker"
        assert wave.design.stratum == ("district", "group")
        assert wave.census_invited == ()


def test_frames_say_that_they_are_invented(study: Study) -> None:
    for year in study.waves:
        text = (study.path / "waves" / f"{year}.toml").read_text(encoding="utf-8")
        assert "Frame counts are invented" in text


# ----------------------------------------------------------------------------------------------- claims
def test_every_published_finding_is_a_claim(study: Study) -> None:
    found = {claim.id for claim in study.claims}
    assert found == {f"QF{number:02d}" for number in range(1, 31)} | {"REVERSAL"}
    assert all(claim.source and claim.mark for claim in study.claims)
    assert study.claims_file is not None
    assert set(study.claims_file.headline) <= found


@pytest.mark.parametrize(
    ("name", "low", "high"), [("QF02", 0.40, 0.50), ("QF03", 0.30, 0.37), ("QF06", 0.40, 0.50)]
)
def test_ranges_of_quantity_words(study: Study, name: str, low: float, high: float) -> None:
    (claim,) = (claim for claim in study.claims if claim.id == name)
    assert (claim.low, claim.high) == (low, high)
    assert claim.word in claim.source_words


def test_bases_of_claims(study: Study) -> None:
    """Claims on models count who cannot say; those on ratings do not."""
    about_models = {"QF05", "QF06", "QF07", "QF08", "QF09", "QF10", "QF11", "QF27", "QF28"}
    assert {claim.id for claim in study.claims if claim.base == "asked"} == about_models


# --------------------------------------------------------------------------------------------- analyses
def test_the_list_draws_every_chart(study: Study) -> None:
    charts = {analysis.chart for analysis in study.analyses} - {""}
    plain = {"prevalence", "districts", "likert", "number_of_models", "waves", "tiles", "dots"}
    assert charts == plain | {"forest", "profile", "reversal", "scatter"}


def test_every_item_that_is_asked_twice_has_its_change(study: Study) -> None:
    changes = {item for a in study.analyses if a.verb == "change" and a.by == ("group",) for item in a.items}
    opinions = [q.id for q in study.codebook.questions.values() if q.good and q.battery != "models"]
    repeated = {name for name in opinions if sum(wave.asked(name) for wave in study.waves.values()) > 1}
    assert changes == repeated


def test_three_readings_of_cannot_say(study: Study) -> None:
    readings = {a.reading for a in study.analyses if a.verb == "model_prevalence"}
    assert readings == {"lower", "informed", "upper"}


def test_what_is_made_up_says_so(study: Study) -> None:
    assert study.synthetic
    assert "simul" in study.source["fi"]
    assert "imulerat" in study.source["sv"]
    assert "imulated" in study.source["en"]
