"""Every fault in a study folder is an error that names file and key."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from barometri.errors import StudyError
from barometri.study.reading import read_study

DEMO = Path(str(files("barometri").joinpath("resources/demo")))
WELL = "[question.cooperation]\nkind"
FIRST_CLAIM = '[[claim]]\nid = "QF01"'
FIRST_ANALYSIS = '[[analysis]]\nid = "prevalence"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "study", ignore=shutil.ignore_patterns("truth.toml")))


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


CASES = {
    # unknown keys
    "study key": ("study.toml", 'id = "demo"', 'id = "demo"\nidd = 1', "study.toml, idd:", "not known"),
    "role": (
        "study.toml",
        "[roles]",
        '[roles]\nweather = "group"',
        "study.toml, roles.weather:",
        "not known",
    ),
    "analysis key": (
        "study.toml",
        FIRST_ANALYSIS,
        f'{FIRST_ANALYSIS}colour = "red"\n',
        "study.toml, analysis[prevalence].colour:",
        "not known",
    ),
    "question key": (
        "codebook.toml",
        WELL,
        "[question.cooperation]\nwording = 1\nkind",
        "codebook.toml, question.cooperation.wording:",
        "not known",
    ),
    "code key": (
        "codebook.toml",
        '{ value = 1, id = "very_poorly",',
        '{ value = 1, name = "x", id = "very_poorly",',
        "codebook.toml, scale.well.codes[1].name:",
        "not known",
    ),
    "scale key": (
        "codebook.toml",
        "[scale.well]",
        "[scale.well]\npoints = 5",
        "codebook.toml, scale.well.points:",
        "not known",
    ),
    "codebook table": (
        "codebook.toml",
        "[scale.well]",
        "[questions.x]\n[scale.well]",
        "codebook.toml, questions:",
        "not known",
    ),
    "wave key": (
        "waves/2021.toml",
        "year = 2021",
        "year = 2021\nmonth = 2",
        "waves/2021.toml, month:",
        "not known",
    ),
    "design key": (
        "waves/2021.toml",
        "[design]",
        '[design]\nstrata = ["group"]',
        "waves/2021.toml, design.strata:",
        "not known",
    ),
    "format key": (
        "waves/2017.toml",
        "[format]",
        "[format]\nquote = '\"'",
        "waves/2017.toml, format.quote:",
        "not known",
    ),
    "model key": (
        "models.toml",
        'id = "M02"',
        'id = "M02"\nbest = true',
        "models.toml, model[M02].best:",
        "not known",
    ),
    "claim key": (
        "claims.toml",
        FIRST_CLAIM,
        f"{FIRST_CLAIM}\np = 0.05",
        "claims.toml, claim[QF01].p:",
        "not known",
    ),
    "area key": (
        "areas.toml",
        'id = "county_08"',
        'id = "county_08"\ncolour = 1',
        "areas.toml, division.county_2023.area[county_08].colour:",
        "not known",
    ),
    # missing keys
    "no title": ("study.toml", "title = {", "titel = {", "study.toml, title:", "missing"),
    "no published": ("study.toml", "published = 2021-06-03\n", "", "study.toml, published:", "missing"),
    "no languages": (
        "study.toml",
        'languages = ["fi", "sv", "en"]\n',
        "",
        "study.toml, languages:",
        "no language",
    ),
    "no kind": (
        "codebook.toml",
        '[question.cooperation]\nkind = "ordinal"',
        "[question.cooperation]",
        "codebook.toml, question.cooperation.kind:",
        "missing",
    ),
    "no file": (
        "waves/2018.toml",
        'file = "sosiaalibarometri_2018.xlsx"\n',
        "",
        "waves/2018.toml, file:",
        "missing",
    ),
    "no columns": ("waves/2018.toml", "[columns]", "[pillars]", "waves/2018.toml, columns:", "missing"),
    "no verb": (
        "study.toml",
        'verb = "association"\n',
        "",
        "study.toml, analysis[cooperation_by_number_of_models].verb:",
        "missing",
    ),
    "no claim family": (
        "claims.toml",
        'family = "F4 group gaps"\n',
        "",
        "claims.toml, claim[QF01].family:",
        "missing",
    ),
    "no code value": (
        "codebook.toml",
        '{ value = 1, id = "very_poorly",',
        '{ id = "very_poorly",',
        "codebook.toml, scale.well.codes[1].value:",
        "missing",
    ),
    # wrong types and words
    "title is a number": (
        "study.toml",
        "title = {",
        "title = 3\nother = {",
        "study.toml, title:",
        "expected a table",
    ),
    "synthetic is text": (
        "study.toml",
        "synthetic = true",
        'synthetic = "yes"',
        "study.toml, synthetic:",
        "expected true or false",
    ),
    "published is text": (
        "study.toml",
        "published = 2021-06-03",
        'published = "2021-06-03"',
        "study.toml, published:",
        "expected a date",
    ),
    "published has a time": (
        "study.toml",
        "published = 2021-06-03",
        "published = 2021-06-03T10:00:00",
        "study.toml, published:",
        "expected a date",
    ),
    "year is text": (
        "waves/2021.toml",
        "year = 2021",
        'year = "2021"',
        "waves/2021.toml, year:",
        "expected a whole number",
    ),
    "year is a flag": (
        "waves/2021.toml",
        "year = 2021",
        "year = true",
        "waves/2021.toml, year:",
        "expected a whole number",
    ),
    "kind of question": (
        "codebook.toml",
        '[question.cooperation]\nkind = "ordinal"',
        '[question.cooperation]\nkind = "scale"',
        "codebook.toml, question.cooperation.kind:",
        "expected one of",
    ),
    "verb": (
        "study.toml",
        'verb = "association"',
        'verb = "associate"',
        "study.toml, analysis[cooperation_by_number_of_models].verb:",
        "expected one of",
    ),
    "chart": (
        "study.toml",
        'chart = "tiles"',
        'chart = "map"',
        "analysis[number_of_models_by_district].chart:",
        "map",
    ),
    "good is unknown": (
        "codebook.toml",
        'good = ["very_well", "fairly_well"]',
        'good = ["very_well", "rather_well"]',
        "codebook.toml, question.cooperation.good:",
        "rather_well",
    ),
    "good is missing": (
        "codebook.toml",
        'good = ["very_well", "fairly_well"]',
        'good = ["very_well", "cannot_say"]',
        "codebook.toml, question.cooperation.good:",
        "missing answer",
    ),
    "reserved value": (
        "codebook.toml",
        '{ value = 1, id = "very_poorly",',
        '{ value = -9001, id = "very_poorly",',
        "codebook.toml, scale.well.codes[-9001].value:",
        "reserved",
    ),
    "reason": (
        "codebook.toml",
        'missing = "dont_know"',
        'missing = "dunno"',
        "codebook.toml, scale.well.codes[8].missing:",
        "expected one of",
    ),
    "number has codes": (
        "codebook.toml",
        "minimum = 0\n",
        'minimum = 0\nscale = "well"\n',
        "codebook.toml, question.experience_years.scale:",
        "has no codes",
    ),
    "range": (
        "codebook.toml",
        "minimum = 0\n",
        "minimum = 50\n",
        "codebook.toml, question.experience_years.minimum:",
        "above the maximum",
    ),
    # twice
    "code twice": (
        "codebook.toml",
        '{ value = 2, id = "fairly_poorly",',
        '{ value = 1, id = "fairly_poorly",',
        "codebook.toml, scale.well.codes[1].value:",
        "stands twice",
    ),
    "code id twice": (
        "codebook.toml",
        'id = "fairly_poorly"',
        'id = "very_poorly"',
        "codebook.toml, scale.well.codes[2].id:",
        "stands twice",
    ),
    "key twice": (
        "codebook.toml",
        "[scale.well]",
        "[scale.well]\n[scale.well]",
        "codebook.toml:",
        "not TOML",
    ),
    "analysis twice": (
        "study.toml",
        'id = "prevalence_informed"',
        'id = "prevalence"',
        "study.toml, analysis[prevalence].id:",
        "stands twice",
    ),
    "claim twice": (
        "claims.toml",
        'id = "QF02"',
        'id = "QF01"',
        "claims.toml, claim[QF01].id:",
        "stands twice",
    ),
    "model twice": ("models.toml", 'id = "M02"', 'id = "M01"', "models.toml, model[M01].id:", "stands twice"),
    "question in two models": (
        "models.toml",
        'questions = ["model_consultation_phone"]',
        'questions = ["model_client_consent"]',
        "models.toml, model[M02].questions:",
        "another model",
    ),
    "column twice": (
        "waves/2021.toml",
        'cooperation = "q5"',
        'cooperation = "q6_1"',
        "waves/2021.toml, columns.cooperation:",
        "q6_1",
    ),
    "stratum twice": (
        "waves/2021.toml",
        'district = "itainen", group = "decision_specialist"',
        'district = "pohjoinen", group = "decision_specialist"',
        "waves/2021.toml, frame[2].stratum:",
        "stands twice",
    ),
    "area twice": (
        "areas.toml",
        'id = "county_02"',
        'id = "county_01"',
        "areas.toml, division.county_2023.area[county_01].id:",
        "stands twice",
    ),
    "tile twice": (
        "areas.toml",
        "tile = [2, 5]",
        "tile = [3, 5]",
        "areas.toml, division.county_2023.area[county_01].tile:",
        "same tile",
    ),
    # labels
    "title lacks Swedish": (
        "study.toml",
        'sv = "Samarbetet mellan FPA och kommunerna kring utkomststödet", ',
        "",
        "study.toml, title.sv:",
        "missing",
    ),
    "code lacks English": (
        "codebook.toml",
        ', en = "Very poorly"',
        "",
        "codebook.toml, scale.well.codes[1].label.en:",
        "missing",
    ),
    "question lacks Finnish": (
        "codebook.toml",
        'label = { fi = "Vastaajaryhmä", ',
        "label = { ",
        "codebook.toml, question.group.label.fi:",
        "missing",
    ),
    "override lacks Swedish": (
        "waves/2021.toml",
        'sv = "Kommunerna"\n',
        "",
        "waves/2021.toml, labels.side.social_services.sv:",
        "missing",
    ),
    "model lacks English": (
        "models.toml",
        ', en = "Named contact persons"',
        "",
        "models.toml, model[M03].label.en:",
        "missing",
    ),
    "claim lacks Swedish": (
        "claims.toml",
        'sv = "Socialarbetarna anser oftare än',
        'se = "Socialarbetarna anser oftare än',
        "claims.toml, claim[QF01].statement.sv:",
        "missing",
    ),
    "area lacks Swedish": (
        "areas.toml",
        'sv = "Birkaland", en = "Pirkanmaa" }\nnote',
        'en = "Pirkanmaa" }\nnote',
        "areas.toml, division.region.area[region_06].label.sv:",
        "missing",
    ),
    "label is empty": (
        "codebook.toml",
        'label = { fi = "Vastaajaryhmä"',
        'label = { fi = " "',
        "codebook.toml, question.group.label.fi:",
        "empty",
    ),
    # references
    "role variable": (
        "study.toml",
        'outcome = "cooperation"',
        'outcome = "coop"',
        "study.toml, roles.outcome:",
        "'coop'",
    ),
    "role without codes": (
        "study.toml",
        'group = "group"',
        'group = "comment"',
        "study.toml, roles.group:",
        "no codes",
    ),
    "analysis item": (
        "study.toml",
        'items = ["support_for_transfer"]',
        'items = ["support"]',
        "study.toml, analysis[support_over_waves].items:",
        "'support'",
    ),
    "analysis item without good": (
        "study.toml",
        'items = ["support_for_transfer"]',
        'items = ["district"]',
        "study.toml, analysis[support_over_waves].items:",
        "no favourable codes",
    ),
    "analysis model": (
        "study.toml",
        FIRST_ANALYSIS,
        f'{FIRST_ANALYSIS}items = ["M07"]\n',
        "study.toml, analysis[prevalence].items:",
        "'M07'",
    ),
    "analysis by": (
        "study.toml",
        'by = ["district", "side"]',
        'by = ["districts", "side"]',
        "study.toml, analysis[models_by_district].by:",
        "'districts'",
    ),
    "wave question": (
        "waves/2021.toml",
        'cooperation = "q5"',
        'cooperatoin = "q5"',
        "waves/2021.toml, columns.cooperatoin:",
        "no question",
    ),
    "wave reads a derived question": (
        "waves/2021.toml",
        'cooperation = "q5"',
        'cooperation = "q5"\nside = "puoli"',
        "waves/2021.toml, columns.side:",
        "derived",
    ),
    "routing question": (
        "waves/2021.toml",
        "statement_knows_taken_in_charge = [",
        "support_for_transfer = [",
        "waves/2021.toml, routing.support_for_transfer:",
        "not asked",
    ),
    "routing group": (
        "waves/2021.toml",
        'unit = ["decision_specialist"',
        'unit = ["decision_specialists"',
        "waves/2021.toml, routing.unit:",
        "'decision_specialists'",
    ),
    "design variable": (
        "waves/2021.toml",
        'stratum = ["district", "group"]',
        'stratum = ["support_for_transfer", "group"]',
        "waves/2021.toml, design.stratum:",
        "not asked",
    ),
    "frame variable": (
        "waves/2021.toml",
        'stratum = ["district", "group"]',
        'stratum = ["group"]',
        "waves/2021.toml, frame[1].stratum:",
        "design.stratum",
    ),
    "frame code": (
        "waves/2021.toml",
        '{ district = "pohjoinen",',
        '{ district = "north",',
        "waves/2021.toml, frame[1].stratum.district:",
        "'north'",
    ),
    "frame count": (
        "waves/2021.toml",
        "count = 116",
        "count = 0",
        "waves/2021.toml, frame[1].count:",
        "positive",
    ),
    "recode question": (
        "waves/2018.toml",
        'questions = ["district"]',
        'questions = ["districts"]',
        "waves/2018.toml, recode[3].questions:",
        "'districts'",
    ),
    "recode value": (
        "waves/2018.toml",
        '"Eteläinen" = 1',
        '"Eteläinen" = 7',
        'waves/2018.toml, recode[3].values."Eteläinen":',
        "7 is no code",
    ),
    "recoded twice": (
        "waves/2018.toml",
        'questions = ["district"]',
        'questions = ["group"]',
        "waves/2018.toml, recode[3].questions:",
        "'group' is recoded twice",
    ),
    "label of an unknown code": (
        "waves/2021.toml",
        "[labels.side.social_services]",
        "[labels.side.county]",
        "waves/2021.toml, labels.side.county:",
        "'county'",
    ),
    "equivalence question": (
        "waves/2018.toml",
        'question = "group"',
        'question = "groups"',
        "waves/2018.toml, equivalence[groups].question:",
        "'groups'",
    ),
    "equivalence code": (
        "waves/2018.toml",
        'code = "kela_employee"',
        'code = "employee"',
        "waves/2018.toml, equivalence[group].code:",
        "'employee'",
    ),
    "equivalence counterpart": (
        "waves/2018.toml",
        'counterpart = "decision_specialist"',
        'counterpart = "specialist"',
        "waves/2018.toml, equivalence[group].counterpart:",
        "'specialist'",
    ),
    "equivalence status": (
        "waves/2018.toml",
        'status = "similar"',
        'status = "alike"',
        "waves/2018.toml, equivalence[group].status:",
        "'alike'",
    ),
    "wave and its file": (
        "waves/2018.toml",
        "year = 2018",
        "year = 2020",
        "waves/2018.toml, year:",
        "2018.toml",
    ),
    "derivation source": (
        "codebook.toml",
        'derived = { source = "group"',
        'derived = { source = "groups"',
        "codebook.toml, question.side.derived.source:",
        "'groups'",
    ),
    "derivation code": (
        "codebook.toml",
        'decision_specialist = "kela"',
        'decision_specialist = "fpa"',
        "codebook.toml, question.side.derived.mapping.decision_specialist:",
        "'fpa'",
    ),
    "derivation incomplete": (
        "codebook.toml",
        'decision_specialist = "kela", ',
        "",
        "codebook.toml, question.side.derived.mapping.decision_specialist:",
        "missing",
    ),
    "claim wave": ("claims.toml", "wave = 2021", "wave = 2020", "claims.toml, claim[QF01].wave:", "2020"),
    "claim item": (
        "claims.toml",
        'item = "cooperation"',
        'item = "coop"',
        "claims.toml, claim[QF01].item:",
        "'coop'",
    ),
    "claim variable": (
        "claims.toml",
        'left = { group = ["social_worker"] }',
        'left = { groups = ["social_worker"] }',
        "claims.toml, claim[QF01].left.groups:",
        "'groups'",
    ),
    "claim code": (
        "claims.toml",
        'left = { group = ["social_worker"] }',
        'left = { group = ["social_workers"] }',
        "claims.toml, claim[QF01].left.group:",
        "'social_workers'",
    ),
    "claim class": (
        "claims.toml",
        'number_of_models = ["3+"]',
        'number_of_models = ["7"]',
        "claims.toml, claim[QF13].left.number_of_models:",
        "'7'",
    ),
    "claim relation": (
        "claims.toml",
        'relation = "in"',
        'relation = ">"',
        "claims.toml, claim[QF02].relation:",
        "suit",
    ),
    "claim bound": (
        "claims.toml",
        "high = 0.50",
        "high = 50",
        "claims.toml, claim[QF02].high:",
        "between 0 and 1",
    ),
    "claim has no other side": (
        "claims.toml",
        "right = { rest = [] }\n",
        "",
        "claims.toml, claim[QF13].right:",
        "right side",
    ),
    "model question": (
        "models.toml",
        'questions = ["model_consultation_phone"]',
        'questions = ["model_phone"]',
        "models.toml, model[M02].questions:",
        "'model_phone'",
    ),
    "model state": (
        "models.toml",
        'on_trial = "on_trial"',
        'on_trial = "trial"',
        "models.toml, model[M01].questions:",
        "'trial'",
    ),
    "area district": (
        "areas.toml",
        'district = "keskinen"\ntile',
        'district = "central"\ntile',
        "areas.toml, division.county_2023.area[county_07].district:",
        "'central'",
    ),
    "area column": (
        "areas.toml",
        'column = "district_2021"',
        'column = "district"',
        "areas.toml, division.district_2021.column:",
        "'district'",
    ),
    "area of a municipality": (
        "municipalities.csv",
        "005,Alajärvi,Alajärvi,region_14,",
        "005,Alajärvi,Alajärvi,region_99,",
        "areas.toml, division.region.column:",
        "'region_99'",
    ),
    "area without municipality": (
        "areas.toml",
        'id = "soite"',
        'id = "soite2"',
        "areas.toml, division.organiser_2021",
        "",
    ),
    "municipality twice": (
        "municipalities.csv",
        "\n009,",
        "\n005,",
        "areas.toml, code:",
        "line 3",
    ),
    # paths
    "respondent file outside": (
        "waves/2021.toml",
        'file = "sosiaalibarometri_2021.sav"',
        'file = "../secret.sav"',
        "waves/2021.toml, file:",
        "leads out",
    ),
    "absolute respondent file": (
        "waves/2021.toml",
        'file = "sosiaalibarometri_2021.sav"',
        'file = "/etc/passwd"',
        "waves/2021.toml, file:",
        "leads out",
    ),
    "respondent file on a drive": (
        "waves/2021.toml",
        'file = "sosiaalibarometri_2021.sav"',
        "file = 'C:\\secret.sav'",
        "waves/2021.toml, file:",
        "leads out",
    ),
    "areas outside": (
        "areas.toml",
        'file = "municipalities.csv"',
        'file = "../municipalities.csv"',
        "areas.toml, file:",
        "leads out",
    ),
    "areas missing": (
        "areas.toml",
        'file = "municipalities.csv"',
        'file = "communes.csv"',
        "areas.toml, file:",
        "missing",
    ),
    "data elsewhere": (
        "study.toml",
        "synthetic = true",
        'data = "/data"',
        "study.toml, data:",
        "expected one of",
    ),
    "id that is a path": ("study.toml", 'id = "demo"', 'id = "../demo"', "study.toml, id:", "folders"),
}


@pytest.mark.parametrize(("name", "old", "new", "place", "problem"), CASES.values(), ids=CASES.keys())
def test_a_fault_names_file_and_key(
    folder: Path, name: str, old: str, new: str, place: str, problem: str
) -> None:
    change(folder, name, old, new)
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    message = str(caught.value)
    assert place in message
    assert problem in message
    assert "\n" not in message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert caught.value.exit_code == 3


def test_the_untouched_copy_is_no_error(folder: Path) -> None:
    assert read_study(folder).id == "demo"


@pytest.mark.parametrize("name", ["study.toml", "codebook.toml"])
def test_a_required_file_is_missing(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(StudyError, match=rf"{name}: the file is missing"):
        read_study(folder)


def test_no_wave(folder: Path) -> None:
    shutil.rmtree(folder / "waves")
    with pytest.raises(StudyError, match="waves: there is no wave"):
        read_study(folder)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="is no study folder"):
        read_study(tmp_path / "absent")


def test_no_analysis(folder: Path) -> None:
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[[analysis]]")], encoding="utf-8")
    with pytest.raises(StudyError, match=r"study.toml, analysis: there is no analysis"):
        read_study(folder)


def test_a_file_that_is_not_utf8(folder: Path) -> None:
    path = folder / "claims.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    with pytest.raises(StudyError, match=r"claims.toml: is not UTF-8"):
        read_study(folder)


def test_a_link_does_not_lead_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text('title = "x"', encoding="utf-8")
    (folder / "claims.toml").unlink()
    (folder / "claims.toml").symlink_to(secret)
    with pytest.raises(StudyError, match=r"claims.toml: 'claims.toml' leads out of the study folder"):
        read_study(folder)


def test_models_are_needed_by_their_verbs(folder: Path) -> None:
    (folder / "claims.toml").unlink()
    (folder / "models.toml").unlink()
    with pytest.raises(StudyError, match=r"study.toml, analysis\[prevalence\].verb: .*needs models"):
        read_study(folder)
