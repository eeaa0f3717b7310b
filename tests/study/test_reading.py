"""What ``read_study`` makes of a folder."""

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from barometri.errors import StudyError
from barometri.results import Verdict
from barometri.study.claim import VERDICTS
from barometri.study.codebook import Labels
from barometri.study.codes import LARGEST_MISSING, MissingReason
from barometri.study.plan import DisclosureRules
from barometri.study.reading import read_study
from barometri.study.reading_disclosure import default_rules

DEMO = Path(str(files("barometri").joinpath("resources/demo")))

STUDY = """
id = "tiny"
title = "A tiny study"
languages = ["en"]
published = 2020-01-02

[[analysis]]
id = "one"
verb = "distribution"
battery = "food"
"""
CODEBOOK = """
[question.soup]
kind = "tick"
battery = "food"
label = "Soup"
codes = [{ value = 0, label = "No" }, { value = 1, label = "Yes", short = "Y" }]

[question.bread]
kind = "nominal"
battery = "food"
text = "Do you eat bread?"
label = "Bread"
numbered = { first = 1, last = 3, label = "Loaf {number}" }
"""
WAVE = """
year = 2020
file = "answers/2020.csv"
[columns]
soup = "Soup?"
bread = "b"
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    (tmp_path / "waves").mkdir()
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    (tmp_path / "waves" / "2020.toml").write_text(WAVE, encoding="utf-8")
    return tmp_path


def test_a_study_needs_three_files_only(tiny: Path) -> None:
    study = read_study(tiny)
    assert (study.id, study.published, study.languages) == ("tiny", date(2020, 1, 2), ("en",))
    assert study.title == {"en": "A tiny study"}
    assert not study.synthetic
    assert study.models == ()
    assert study.model_states is None
    assert study.areas is None
    assert study.claims == ()
    assert study.disclosure == default_rules()
    assert study.role("group") == ""
    assert study.latest == 2020


def test_defaults_of_a_question(tiny: Path) -> None:
    soup, bread = read_study(tiny).codebook.battery("food")
    assert [(code.id, code.value) for code in soup.codes] == [("0", 0), ("1", 1)]
    assert soup.code("1").short == {"en": "Y"}
    assert soup.code("0").short == soup.code("0").label
    assert soup.text == soup.label
    assert [(code.id, code.label["en"]) for code in bread.codes] == [
        ("1", "Loaf 1"),
        ("2", "Loaf 2"),
        ("3", "Loaf 3"),
    ]


def test_a_battery_stands_for_its_questions(tiny: Path) -> None:
    assert read_study(tiny).analyses[0].items == ("soup", "bread")


def test_a_path_may_be_text(tiny: Path) -> None:
    assert read_study(str(tiny)).digest == read_study(tiny).digest


def test_a_text_alone_is_a_label_in_one_language_only(tiny: Path) -> None:
    path = tiny / "study.toml"
    path.write_text(STUDY.replace('["en"]', '["en", "fi"]'), encoding="utf-8")
    with pytest.raises(StudyError, match=r"codebook.toml, question.soup.*: expected a table"):
        read_study(tiny)


def test_further_languages_are_allowed(tiny: Path) -> None:
    path = tiny / "study.toml"
    path.write_text(STUDY.replace('"A tiny study"', '{ en = "A tiny study", de = "x" }'), encoding="utf-8")
    assert read_study(tiny).title["en"] == "A tiny study"


def test_a_breakdown_may_be_named_by_its_role(tiny: Path) -> None:
    text = STUDY.replace("[[analysis]]", '[roles]\ngroup = "soup"\n[[analysis]]') + 'by = ["group"]\n'
    (tiny / "study.toml").write_text(text, encoding="utf-8")
    assert read_study(tiny).analyses[0].by == ("soup",)


def test_a_wave_may_give_a_role_to_another_question(tiny: Path) -> None:
    (tiny / "study.toml").write_text(STUDY + '[roles]\nunit = "soup"\n', encoding="utf-8")
    wave = WAVE.replace("2020", "2021") + '[roles]\nunit = "bread"\n'
    (tiny / "waves" / "2021.toml").write_text(wave, encoding="utf-8")
    study = read_study(tiny)
    assert (study.role("unit"), study.role("unit", 2020), study.role("unit", 2021)) == (
        "soup",
        "soup",
        "bread",
    )


def test_thin_strata_are_put_together_by_code(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(DEMO, tmp_path / "copy"))
    path = copy / "waves" / "2021.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text('collapse = [["itainen", "pohjoinen"]]\n' + text, encoding="utf-8")
    assert read_study(copy).waves[2021].collapse == (("itainen", "pohjoinen"),)


# ---------------------------------------------------------------------------------------------- digest
def test_the_digest_is_of_names_and_contents_only(tmp_path: Path) -> None:
    copy = shutil.copytree(DEMO, tmp_path / "elsewhere")
    assert read_study(copy).digest == read_study().digest
    assert len(read_study().digest) == 64


@pytest.mark.parametrize("name", ["study.toml", "waves/2017.toml", "claims.toml", "municipalities.csv"])
def test_any_change_moves_the_digest(tmp_path: Path, name: str) -> None:
    copy = Path(shutil.copytree(DEMO, tmp_path / "copy"))
    path = copy / name
    text = path.read_text(encoding="utf-8")
    new = text.replace("Alajärvi", "Alajarvi") if path.suffix == ".csv" else f"{text}\n# a remark\n"
    path.write_text(new, encoding="utf-8")
    assert read_study(copy).digest != read_study().digest


def test_respondent_files_are_no_part_of_the_digest(tiny: Path) -> None:
    before = read_study(tiny).digest
    (tiny / "answers").mkdir()
    (tiny / "answers" / "2020.csv").write_text("Soup?,b\n1,2\n", encoding="utf-8")
    (tiny / "stray.csv").write_text("Soup?,b\n1,2\n", encoding="utf-8")
    assert read_study(tiny).digest == before


def test_a_file_moved_into_another_name_moves_the_digest(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(DEMO, tmp_path / "copy"))
    (copy / "disclosure.toml").write_text("minimum_n = 12\n", encoding="utf-8")
    assert read_study(copy).digest != read_study().digest


# ------------------------------------------------------------------------------------------ disclosure
def test_the_package_states_the_source_of_every_threshold() -> None:
    rules = default_rules()
    numbers = {"minimum_n", "minimum_k", "unreliable", "small_base", "maximum_cells", "mark"}
    assert numbers <= set(rules.sources)
    assert all(rules.sources[name].strip() for name in numbers)


def test_defaults_in_the_type_and_in_the_file_agree() -> None:
    rules, plain = default_rules(), DisclosureRules()
    for name in ("minimum_n", "minimum_k", "unreliable", "small_base", "maximum_cells", "mark"):
        assert getattr(rules, name) == getattr(plain, name)


@pytest.mark.parametrize(("text", "expected"), [("minimum_n = 30", (30, 5)), ("minimum_k = 3", (10, 3))])
def test_a_study_raises_thresholds_or_lowers_them_to_the_floor(
    tiny: Path, text: str, expected: tuple[int, int]
) -> None:
    (tiny / "disclosure.toml").write_text(text, encoding="utf-8")
    rules = read_study(tiny).disclosure
    assert (rules.minimum_n, rules.minimum_k) == expected
    assert rules.small_base == 50


@pytest.mark.parametrize("name", ["minimum_n", "minimum_k", "unreliable", "small_base"])
def test_no_study_passes_the_floor(tiny: Path, name: str) -> None:
    (tiny / "disclosure.toml").write_text(f"{name} = 2", encoding="utf-8")
    with pytest.raises(StudyError, match=rf"disclosure.toml, {name}: is below 3"):
        read_study(tiny)


def test_a_study_cannot_move_the_floor(tiny: Path) -> None:
    (tiny / "disclosure.toml").write_text("floor = 1", encoding="utf-8")
    with pytest.raises(StudyError, match=r"disclosure.toml, floor: the key is not known"):
        read_study(tiny)


def test_structural_zeros_are_pairs_of_item_and_code(tiny: Path) -> None:
    (tiny / "disclosure.toml").write_text('structural_zeros = ["soup:1"]', encoding="utf-8")
    assert read_study(tiny).disclosure.structural_zeros == ("soup:1",)
    for wrong in ("soup", "stew:1", "soup:9"):
        (tiny / "disclosure.toml").write_text(f'structural_zeros = ["{wrong}"]', encoding="utf-8")
        with pytest.raises(StudyError, match=r"disclosure.toml, structural_zeros: "):
            read_study(tiny)


# ---------------------------------------------------------------------------------- the embedded study
def all_labels() -> list[tuple[str, Labels]]:
    study = read_study()
    found: list[tuple[str, Labels]] = [
        ("title", study.title),
        ("source", study.source),
        ("description", study.description),
        *((f"population {name}", labels) for name, labels in study.populations.items()),
    ]
    for question in study.codebook.questions.values():
        found += [(f"{question.id} label", question.label), (f"{question.id} text", question.text)]
        if question.good:
            found.append((f"{question.id} good", question.good_label))
        for code in question.codes:
            found += [
                (f"{question.id} {code.id}", code.label),
                (f"{question.id} {code.id} short", code.short),
            ]
    found += [(analysis.id, analysis.title) for analysis in study.analyses]
    found += [(claim.id, claim.statement) for claim in study.claims]
    for model in study.models:
        found += [(model.id, model.label), (f"{model.id} short", model.short)]
    assert study.areas is not None
    for area in study.areas.areas:
        found += [(area.id, area.label), (f"{area.id} short", area.short)]
    for wave in study.waves.values():
        found.append((f"{wave.year} mode", wave.mode))
        found += [
            (f"{wave.year} {name}", labels)
            for codes in wave.labels.values()
            for name, labels in codes.items()
        ]
    return found


def test_every_label_stands_in_three_languages() -> None:
    for place, labels in all_labels():
        assert set(labels) == {"fi", "sv", "en"}, place
        for language, text in labels.items():
            assert text == text.strip(), (place, language)
            assert text, (place, language)
            assert "  " not in text, (place, language)


def test_swedish_says_fpa_and_never_kela() -> None:
    for place, labels in all_labels():
        assert "Kela" not in labels["sv"], place
        assert "FPA" not in labels["fi"] + labels["en"], place


def test_every_code_lies_above_the_missing_ones() -> None:
    for question in read_study().codebook.questions.values():
        assert all(code.value > LARGEST_MISSING for code in question.codes)


def test_every_opinion_and_model_has_cannot_say_and_refused() -> None:
    codebook = read_study().codebook
    items = (*codebook.battery("statements"), *codebook.battery("models"), codebook["cooperation"])
    for question in items:
        reasons = {code.missing for code in question.codes if code.missing}
        assert reasons == {MissingReason.DONT_KNOW, MissingReason.REFUSED}, question.id
        assert len(question.substantive) == (3 if question.battery == "models" else 5)


def test_words_of_a_claim_know_every_verdict() -> None:
    assert {verdict.name.lower() for verdict in Verdict} == set(VERDICTS)
