"""Nothing reaches another machine, a file it was not told of, or code in data."""

import socket
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from barometri.database import connect, literal
from barometri.errors import OptionError
from barometri.regression.formula import check_terms, read_formula

FAR = "192.0.2.1"
"""An address that belongs to nobody."""


def test_a_test_cannot_speak_to_another_machine() -> None:
    with socket.socket() as line, pytest.raises(PermissionError, match="spoke to the network"):
        line.connect((FAR, 80))
    with pytest.raises(PermissionError):
        socket.create_connection((FAR, 80), timeout=1)
    with socket.socket() as near, socket.socket() as line:
        near.bind(("127.0.0.1", 0))
        near.listen()
        line.connect(near.getsockname())


def test_nor_can_a_process_that_a_test_starts() -> None:
    code = f"import socket; socket.create_connection(({FAR!r}, 80), timeout=1)"
    told = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "spoke to the network" in told.stderr


# ------------------------------------------------------------------------------------------- DuckDB


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "Itä 'a' [1]*?.parquet"
    with connect(path) as connection:
        connection.from_df(pd.DataFrame({"x": [1.0, 2.0]})).write_parquet(str(path))
    return path


def test_a_file_that_was_named_is_read_whatever_its_name(kept: Path) -> None:
    with connect(kept) as connection:
        assert connection.read_parquet(literal(kept)).df()["x"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '{beside}'",
        "SELECT * FROM read_parquet('{folder}/*.parquet')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM 'https://192.0.2.1/x.parquet'",
        "SELECT * FROM 's3://bucket/x.parquet'",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "INSTALL x FROM community",
        "SET enable_external_access = true",
        "SET autoload_known_extensions = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SELECT * FROM frame",
        "EXPORT DATABASE '{folder}/all'",
    ],
)
def test_the_database_reaches_nothing_else(kept: Path, query: str) -> None:
    beside = kept.with_name("beside.parquet")
    beside.write_bytes(kept.read_bytes())
    frame = pd.DataFrame({"x": [1]})  # noqa: F841 - a query could name it
    with connect(kept) as connection, pytest.raises(duckdb.Error):
        connection.execute(query.format(folder=kept.parent, beside=beside)).fetchall()
    assert sorted(path.name for path in kept.parent.iterdir()) == sorted([kept.name, beside.name])


def test_the_settings_are_the_tight_ones() -> None:
    tight = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "enable_external_access": False,
        "lock_configuration": True,
        "python_enable_replacements": False,
        "temp_directory": "",
        "threads": 1,
    }
    with connect(threads=1, memory="1GB") as connection:
        for name, value in tight.items():
            (row,) = connection.execute("SELECT current_setting(?)", [name]).fetchall()
            assert row[0] == value, name


# ------------------------------------------------------------------------------------------ formulas

KNOWN = {"y", "x", "group", "Q", "eval", "__import__", "os"}


@pytest.mark.parametrize(
    "right",
    [
        "__import__('os').system('ls')", "eval(x)", "exec(x)", "x.__class__", "x.values", "x[0]", "{x + 1}",
        "`x`", "I(x)", "Q('x')", "np.log(x)", "log(x).mean()", "lambda: x", "x if x else x", "x; import os",
        "x @ x", "x | x", "x ~ x", "x = 1", "x := 1", "f'{x}'", "b'x'", "'x'", '"x"', "x\\n", "x # y",
        "C(x, Treatment('a'))", "C(x, contr.sum)", "poly(x, degree=2)", "poly(x, __import__)()",
        "log (eval(x))", "poly(x, __import__)", "poly(x, 99)", "C(x, y)", "log(x, 2)", "x(x)", "(x)(x)",
        "ｅval(x)", "ℂ(x)", "lｏg(x)", "open(x)", "getattr(x)", "x ** 2", "x ^ 5", "x ^ x", "x ^ 1e9",
        "$x", "%x", "x & x", "2(x)",
        "x, y", "x\x00", "-1", "0 + x", "x - 1", "(((", "x +", "* x", "1e999", "x ^ (1)", "C", "log", "C()",
    ],
)  # fmt: skip
def test_a_formula_says_nothing_but_model_terms(right: str) -> None:
    with pytest.raises(OptionError):
        read_formula(f"y ~ {right}", KNOWN)


@pytest.mark.parametrize(
    "text", ["y", "~ x", "y ~", "y + x ~ x", "log(y) ~ x", "y ~ x ~ x", "y ~ y", "", "~", "C(y) ~ x"]
)
def test_a_formula_has_one_plain_outcome(text: str) -> None:
    with pytest.raises(OptionError):
        read_formula(text, KNOWN)


def test_a_long_or_deep_formula_is_refused() -> None:
    for right in ("x + " * 2000 + "x", "(" * 1500 + "x" + ")" * 1500):
        with pytest.raises(OptionError):
            read_formula(f"y ~ {right}", KNOWN)


def test_a_variable_that_is_called_like_a_function_is_a_variable() -> None:
    assert check_terms("eval + os + __import__", "y ~ eval") == ("eval", "os", "__import__")
