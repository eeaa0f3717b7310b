"""Columns of survey platforms are known by name, in three languages, and need no declaration."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from barometri.errors import ValidationError
from barometri.readers import RawFile
from barometri.study.waves import Wave
from barometri.validation.columns import check_columns
from barometri.validation.platforms import platform_columns


@pytest.mark.parametrize(
    "name",
    [
        *("id", "token", "ipaddr", "startdate", "submitdate", "datestamp", "refurl", "email", "lastname"),
        *("firstname", "lastpage", "startlanguage", "seed", "interviewtime"),
        *("Vastausaika", "Lähetetty", "IP-osoite", "IP-adress", "IP address", "Date submitted", "Skickat"),
        *("ID", " Token ", "LÄHETETTY", "E-postadress", "Sukunimi", "Efternamn", "Last name"),
    ],
)
def test_a_name_of_a_platform_is_known(name: str) -> None:
    assert platform_columns(["q1", name]) == (name,)


@pytest.mark.parametrize("name", ["q1", "identity", "my token", "kieli", "", "ika", "tunnus"])
def test_other_names_are_questions(name: str) -> None:
    assert platform_columns([name]) == ()


def test_what_a_wave_maps_is_a_question_and_the_order_stays() -> None:
    assert platform_columns(["token", "q", "id", "email"], mapped=["id"]) == ("token", "email")


def test_a_platform_s_column_needs_no_declaration_and_another_does() -> None:
    raw = RawFile(Path("a.csv"), pd.DataFrame({"q": [1.0], "Token": [1.0], "Vastausaika": [1.0]}), "")
    wave = Wave(2021, "a.csv", {"group": "q"})
    check_columns(raw, wave)
    with pytest.raises(ValidationError, match=r"1 columns are not declared \(columns 2 of the file\)"):
        check_columns(replace(raw, frame=raw.frame.assign(extra=1.0)[["q", "extra", "Token"]]), wave)
    with pytest.raises(ValidationError, match="1 of 2 columns are not in the file"):
        check_columns(raw, Wave(2021, "a.csv", {"group": "q", "side": "email"}))
