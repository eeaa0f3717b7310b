"""Files of surveys without a direct identifier, full of codes that look like one."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import duckdb
import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter

Column = Callable[[np.random.Generator, int], Sequence[object]]
KINDS: Final = ("csv", "xlsx", "sav", "parquet", "dta")
_COLUMNS_A_FILE: Final = 14


def _picked(*texts: object) -> Column:
    return lambda rng, n: [texts[i] for i in rng.integers(len(texts), size=n)]


def _numbered(form: str, first: int, step: int = 1) -> Column:
    return lambda _, n: [form.format(first + step * i) for i in range(n)]


def _drawn(form: str, low: int, high: int) -> Column:
    return lambda rng, n: [form.format(number) for number in rng.integers(low, high, size=n).tolist()]


def _real(form: str, scale: float) -> Column:
    return lambda rng, n: [form.format(number) for number in (rng.gamma(2.0, scale, size=n) + 0.01).tolist()]


def _characters(alphabet: str, length: int) -> Column:
    letters = np.array(list(alphabet))
    return lambda rng, n: ["".join(rng.choice(letters, size=length)) for _ in range(n)]


def _days(form: str) -> Column:
    def column(rng: np.random.Generator, n: int) -> list[object]:
        days = pd.Timestamp("2021-01-11") + pd.to_timedelta(rng.integers(40 * 86_400, size=n), unit="s")
        return [day.strftime(form) for day in days]

    return column


def _uuid(rng: np.random.Generator, n: int) -> list[object]:
    texts = _characters("0123456789abcdef", 32)(rng, n)
    return [f"{str(t)[:8]}-{str(t)[8:12]}-{str(t)[12:16]}-{str(t)[16:20]}-{str(t)[20:]}" for t in texts]


COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "kunta": _picked("091", "049", "092", "853", "564", "837", "297", "167", "405", "179"),
        "kunnat": _picked("091;049", "092", "853;202;423;529", "564;244", "837;604;980"),
        "postinumero": _picked("00100", "33100", "20500", "90100", "70100", "40100", "96100", "15110"),
        "tyytyväisyys": _picked(
            "Täysin samaa mieltä", "Jokseenkin samaa mieltä", "Ei samaa eikä eri mieltä", "En osaa sanoa"
        ),
        "nöjdhet": _picked("Helt av samma åsikt", "Delvis av samma åsikt", "Av annan åsikt", "Kan inte säga"),
        "agreement": _picked(
            "Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Don't know"
        ),
        "q1": _drawn("{}", 1, 6),
        "q2": _picked("1", "2", "3", "4", "5", "8", "9", "99", "-1"),
        "pvm": _days("%d.%m.%Y"),
        "aika": _days("%Y-%m-%dT%H:%M:%S"),
        "päivä": _days("%d%m%y"),
        "kello": _days("%d.%m.%Y klo %H.%M"),
        "paino": _real("{:.4f}", 1.0),
        "todennäköisyys": _real("{:.10f}", 0.02),
        "osuus": lambda rng, n: [f"{x:.2f}".replace(".", ",") for x in rng.uniform(0, 100, size=n)],
        "tunniste16": _drawn("{}", 10**15, 9 * 10**15),
        "juokseva6": _numbered("{}", 101_001),
        "juokseva": _numbered("{:07d}", 400_001),
        "tunnus_k": _numbered("K1-{:07d}", 401_001),
        "tunnus_v": _numbered("2021-{:04d}", 1),
        "id9": _drawn("{}", 10**8, 10**9),
        "id10": _drawn("{}", 10**9, 10**10),
        "koodi": _characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 15),
        "tiiviste": _characters("0123456789abcdef", 40),
        "uuid": _uuid,
        "maakunta": _picked("Etelä-Savo", "Pohjois-Karjala", "Kanta-Häme", "Varsinais-Suomi", "Päijät-Häme"),
        "piiri": _picked("Itäinen vakuutuspiiri", "Pohjoinen vakuutuspiiri", "Keskinen vakuutuspiiri"),
        "työnantaja": _picked(
            "Kela", "Helsingin kaupunki", "Espoon kaupunki", "Eksote", "Kuntayhtymä Kaksineuvoinen"
        ),
        "toimipiste": _picked("Kela Kuopio", "Kela Itäkeskus", "Sote Joensuu", "Sote Ylä Savo", "Esbo stad"),
        "ammatti": _picked(
            "sosiaalityöntekijä", "Johtava sosiaalityöntekijä", "etuuskäsittelijä", "Socialarbetare"
        ),
        "yksikkö": _picked("Virta", "Laine", "Niemi", "Koivu ja Tähti", "Ranta"),
        "syntymävuosi": _drawn("{}", 1953, 2001),
        "ikäryhmä": _picked("18–29", "30–44", "45–54", "55–64", "65–"),
        "asukasluku": _picked("Alle 5 000", "5 000–19 999", "20 000–49 999", "50 000–99 999", "Yli 100 000"),
        "tulot": _picked("0-10 000", "10 001-20 000", "20 001-50 000", "50 001-100 000 €"),
        "luokka": _picked("1.2.3.4", "01.1.1.1", "12.5.3.1", "9.1.2.3"),
        "laki": _picked("1412/1997", "812/2000", "1301/2014", "HE 358/2014 vp"),
        "asianumero": _drawn("STM/{}/2020", 100, 5000),
        "päätös": _drawn("KELA 12/{}/2021", 100, 999),
        "vastausaika_s": _drawn("{}", 60, 4000),
        "kellonaika": _days("%H:%M:%S"),
        "erotus": _picked("-3,5", "0", "1,25", "−2", "12"),
        "kysely_kerta": _picked("I", "II", "III"),
        "linkki": _picked("kysely.example/v1", "kysely.example/v2"),
        "sukupuoli": _picked("Nainen", "Mies", "Muu", "En halua vastata"),
        "kielet": _picked("fi", "sv", "en", "fi;sv"),
        "aloitus_vuosi_kk": _picked("2001-05", "2010-11", "1999-01", "2019-03"),
        "kuukausi": _picked("01/2021", "02/2021"),
        "toimipaikka_numero": _drawn("{:05d}", 1, 99_999),
    }
)
"""Columns that real surveys have: none names a person."""

_NOTES: Final = (
    "Kysely toteutettiin 11.1.–19.2.2021, vastauksia 1 047.",
    "Svarstiden var 11.1–19.2.2021; svarsprocenten 38,4.",
    "Version 1.2.3, revised 2021-03-01.",
)


def write_clean(folder: Path, number: int) -> Path:
    """Write the file of a number: its kind, rows and columns follow from it."""
    rng = np.random.default_rng([20_210_603, number])
    kind = KINDS[number % len(KINDS)]
    rows = int(rng.integers(8, 240))
    names = list(COLUMNS)
    start = number * _COLUMNS_A_FILE % len(names)
    chosen = [names[(start + i) % len(names)] for i in range(_COLUMNS_A_FILE)]
    frame = pd.DataFrame({name: pd.Series(COLUMNS[name](rng, rows), dtype=object) for name in chosen})
    gaps = rng.random(frame.shape) < 0.05  # noqa: PLR2004 - a few answers are missing
    frame = frame.mask(gaps, None)
    path = folder / f"kysely_{number}.{kind}"
    _WRITERS[kind](frame, path)
    return path


def _ascii(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with names that statistics programs take, and numbers where all texts are."""
    names = {name: f"q{i}" for i, name in enumerate(frame)}
    numbers = {
        name: pd.to_numeric(frame[name]).astype(float)
        for name in frame
        if frame[name].dropna().str.fullmatch(r"-?\d{1,12}").all()
    }
    return frame.assign(**numbers).fillna({n: "" for n in frame if n not in numbers}).rename(columns=names)


def _labels(frame: pd.DataFrame) -> dict[str, str]:
    return {f"q{i}": f"{name} (kysymys {i})" for i, name in enumerate(frame)}


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, sep=";", index=False, encoding="utf-8", lineterminator="\n")


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"author": "Kyselytiimi", "title": "Barometri 2021", "comments": _NOTES[0]})
    sheet = book.add_worksheet("Vastaukset 2021")
    sheet.write_row(0, 0, list(frame))
    for i, row in enumerate(frame.to_numpy().tolist(), 1):
        sheet.write_row(i, 0, ["" if cell is None else cell for cell in row])
    sheet.write_comment("A1", _NOTES[1])
    sheet.set_header("&LBarometri&R&D")
    sheet.data_validation("B2:B9", {"validate": "list", "source": ["Kyllä", "Ei", "En osaa sanoa"]})
    book.define_name("alue", "='Vastaukset 2021'!$A$1:$C$10")
    book.close()


def _write_sav(frame: pd.DataFrame, path: Path) -> None:
    labels = {"q0": {1.0: "Täysin samaa mieltä", 5.0: "10 000–19 999 asukasta", 9.0: "Kan inte säga"}}
    ready = _ascii(frame)
    numeric = {k: v for k, v in labels.items() if ready[k].dtype == float}
    pyreadstat.write_sav(
        ready,
        path,
        file_label="Barometri 2021",
        note=list(_NOTES),
        column_labels=_labels(frame),
        variable_value_labels=numeric,
    )


def _write_dta(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_dta(_ascii(frame), path, file_label="Barometri 2021", column_labels=_labels(frame))


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.from_df(frame).write_parquet(str(path))


_WRITERS: Final[Mapping[str, Callable[[pd.DataFrame, Path], None]]] = MappingProxyType(
    {"csv": _write_csv, "xlsx": _write_xlsx, "sav": _write_sav, "dta": _write_dta, "parquet": _write_parquet}
)
