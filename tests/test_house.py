"""The house itself: what no file may hold, what an import may load, how large a room may grow."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import barometri

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "barometri").rglob("*.py"))
TEST_FILES = sorted((ROOT / "tests").rglob("*.py"))

# Written in halves so that this file does not name them itself.
INDEX_HOSTS = tuple(
    "".join(halves)
    for halves in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs"),
        ("registry.", "yarnpkg"),
        ("deb.", "debian.org"),
        ("archive.", "ubuntu.com"),
        ("conda.", "anaconda"),
    )
)
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def tracked_files() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607 - git is found where the developer has it
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True, text=True, timeout=60
    )


# ------------------------------------------------------------------------------------------ files in git


def test_no_file_names_a_package_index() -> None:
    pattern = re.compile("|".join(map(re.escape, INDEX_HOSTS)), re.IGNORECASE)
    found = [
        named(path)
        for path in tracked_files()
        if pattern.search(path.read_bytes().decode("utf-8", errors="ignore"))
    ]
    assert found == []


def test_the_search_for_hosts_finds_one() -> None:
    pattern = re.compile("|".join(map(re.escape, INDEX_HOSTS)), re.IGNORECASE)
    assert pattern.search("see https://" + "PyPI" + ".org/simple")


def test_no_respondent_file_and_no_report_is_in_git() -> None:
    kept = {named(path) for path in tracked_files() if named(path).startswith(("data/", "reports/"))}
    assert kept == {"data/README.md", "data/raw/README.md", "data/processed/README.md", "reports/README.md"}


def test_no_lock_but_the_one() -> None:
    names = {path.name for path in tracked_files()}
    assert "requirements.lock" in names
    assert not names & {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"}


# ----------------------------------------------------------------------------------------------- the lock


def locked() -> dict[str, str]:
    """Name of each locked requirement and the text that follows it."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    parts = re.split(r"^([A-Za-z0-9][\w.-]*)(?===)", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_locked_requirement_has_a_version_and_hashes() -> None:
    requirements = locked()
    assert requirements
    for name, text in requirements.items():
        assert re.match(r"==\d[^\s;]*( ;[^\\]*)? \\\n", text), name
        assert re.search(r"^ +--hash=sha256:[0-9a-f]{64}", text, flags=re.MULTILINE), name


def test_the_lock_holds_nothing_but_requirements_hashes_and_comments() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    allowed = re.compile(r"[A-Za-z0-9][\w.-]*==\S+( ;.*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|\s*#.*")
    assert [line for line in lines if not allowed.fullmatch(line)] == []
    assert not any("/" in line for line in lines)


def normal(requirement: str) -> str:
    name = re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_covers_what_the_project_asks_for_and_no_arrow() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {normal(name) for name in locked()}
    assert {normal(requirement) for requirement in asked} - names == set()
    assert "pyarrow" not in names


# -------------------------------------------------------------------------------------------- the Makefile


def test_the_makefile_knows_its_words() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    words = set(re.findall(r"^([a-z]+):", text, flags=re.MULTILINE))
    assert {"report", "test", "check", "fix", "bench", "env", "lock", "notebooks"} <= words
    phony = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)
    assert phony is not None
    assert words == set(phony.group(1).split())


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run", ".pre-commit-config.yaml"])
def test_every_word_that_a_page_tells_to_make_exists(page: str) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    words = set(re.findall(r"^([a-z]+):", text, flags=re.MULTILINE))
    told = set(
        re.findall(r"(?:^|`|entry: |name: )make ([a-z]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    )
    assert told
    assert told <= words


# ------------------------------------------------------------------------------------------- the import


def test_importing_the_package_loads_no_third_party_module() -> None:
    timed = run_python("-X", "importtime", "-c", "import barometri").stderr
    loaded = {line.rsplit("|", 1)[-1].strip().partition(".")[0] for line in timed.splitlines() if "|" in line}
    before = {
        line.rsplit("|", 1)[-1].strip().partition(".")[0]
        for line in run_python("-X", "importtime", "-c", "pass").stderr.splitlines()
        if "|" in line
    }
    assert "barometri" in loaded
    assert loaded - before - set(sys.stdlib_module_names) == {"barometri"}


def test_importing_the_package_loads_neither_numpy_nor_pandas() -> None:
    code = (
        "import sys, barometri; print(sorted({'numpy', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    assert run_python("-c", code).stdout.strip() == "[]"


def test_importing_every_module_changes_neither_logging_nor_warnings_nor_the_style_of_figures() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if path.name != "__main__.py" and path.parent.name != "resources"
    ]
    # Third-party modules come first: what they change on import is not ours.
    code = f"""
import importlib, locale, logging, random, sys, warnings
import numpy, pandas, matplotlib, scipy.stats, narwhals, duckdb, formulaic, jinja2, xlsxwriter, pyreadstat
import matplotlib.pyplot, matplotlib.font_manager, python_calamine, stdnum, phonenumbers, tqdm
def state():
    root = logging.getLogger()
    return (list(root.handlers), root.level, logging.raiseExceptions, list(warnings.filters),
            dict(matplotlib.rcParams), locale.setlocale(locale.LC_ALL), random.getstate(),
            numpy.random.get_state()[1].tolist(), numpy.geterr(), pandas.get_option('display.max_rows'),
            pandas.get_option('mode.copy_on_write') if pandas.__version__ < '3' else None)
first = state()
for name in {[name for name in names if name != "barometri.check"]!r}:
    importlib.import_module(name)
    assert state() == first, name
"""
    run_python("-c", code)


def test_the_version_is_told_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert barometri.__version__ == project["project"]["version"]


# ------------------------------------------------------------------------------------- what code may hold

FORBIDDEN_MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "yaml",
    "code",
}
FORBIDDEN_MODULES |= {"socket", "ssl", "urllib", "http", "ftplib", "smtplib", "xmlrpc", "requests", "httpx"}
FORBIDDEN_MODULES |= {"asyncio", "socketserver", "webbrowser", "telnetlib", "poplib", "imaplib", "runpy"}
ONE_HOME = {
    "subprocess": {"barometri/readers/reading.py"},
    "duckdb.connect": {"barometri/database.py"},
    "ctypes": {"barometri/report/exchange.py", "barometri/readers/confinement.py"},
    "import_module": {
        "barometri/__init__.py",
        "barometri/figures/__init__.py",
        "barometri/report/__init__.py",
    },
}
"""What is dangerous where data could steer it, and the only modules that may do it."""
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_METHODS = {"system", "popen", "read_pickle", "to_pickle", "getoutput", "getstatusoutput"}
FORBIDDEN_METHODS |= {"execv", "execve", "execvp", "spawnv", "spawnl", "fork", "startfile", "unsafe_load"}
FORBIDDEN_METHODS |= {
    "read_clipboard",
    "read_sql",
    "query",
    "run_path",
    "run_module",
    "urlopen",
    "urlretrieve",
}


def dangers(tree: ast.AST) -> Iterator[str]:
    """Whatever would run data as code, or hand a line to a shell."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (
                    f"import {a.name}" for a in names if a.name.partition(".")[0] in FORBIDDEN_MODULES
                )
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in FORBIDDEN_MODULES:
                yield f"from {module}"
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield f"{name}()"
            case ast.Call(func=ast.Attribute(attr=name)) if name in FORBIDDEN_METHODS:
                yield f".{name}()"
            case ast.keyword(arg="shell" | "allow_pickle", value=value):
                if not (isinstance(value, ast.Constant) and value.value is False):
                    yield "shell= or allow_pickle="
            case _:
                pass


def test_the_package_runs_no_data_as_code() -> None:
    assert {named(path): found for path in MODULES if (found := list(dangers(tree_of(path))))} == {}


def homes(tree: ast.AST) -> Iterator[str]:
    """Whatever has one home."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module.partition(".")[0]
                yield from (alias.name for alias in names)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                yield f"{owner}.{name}"
                yield name
            case _:
                pass


def test_what_is_dangerous_has_one_home() -> None:
    found = {named(path): set(homes(tree_of(path))) & ONE_HOME.keys() for path in MODULES}
    strangers = {
        (path, what) for path, all_of in found.items() for what in all_of if path not in ONE_HOME[what]
    }
    assert strangers == set()
    assert {what for all_of in found.values() for what in all_of} == ONE_HOME.keys()


def test_modules_are_loaded_by_names_of_the_package_alone() -> None:
    """A lazy name is looked up in a table of this package; nothing that is read names a module."""
    for path in ONE_HOME["import_module"]:
        calls = [
            ast.unparse(node.args[0])
            for node in ast.walk(tree_of(ROOT / path))
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")
        ]
        assert calls
        assert all("_HOMES[name]" in call or call == "f'barometri.{name}'" for call in calls)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "import urllib.request",
        "from http.client import HTTPConnection",
        "import socket",
        "yaml.unsafe_load('x')",
        "os.execv('x', [])",
        "import yaml",
        "from joblib import load",
        "eval('1')",
        "frame.to_pickle('x')",
        "subprocess.run('ls', shell=True)",
        "numpy.load('x', allow_pickle=True)",
        "os.system('ls')",
    ],
)
def test_the_search_for_dangers_finds_each(code: str) -> None:
    assert list(dangers(ast.parse(code)))


# ------------------------------------------------------------------------------------------ size of rooms


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, less the docstring."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        first = function.body[0]
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_rooms_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    long = {
        node.name: code_lines(node)
        for node in ast.walk(tree_of(path))
        if isinstance(node, FUNCTIONS) and code_lines(node) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_room_is_empty() -> None:
    """A package without one definition or import of its own in any module is a name without a room."""
    empty = [
        named(folder)
        for folder in {path.parent for path in MODULES}
        if folder.name != "resources"
        and not any(
            isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.ImportFrom, ast.Import, ast.Assign))
            for path in folder.rglob("*.py")
            for node in tree_of(path).body
        )
    ]
    assert empty == []


# ---------------------------------------------------------------------------- every test function is used


def functions_of(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, FUNCTIONS)]


def is_fixture(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def unused_functions(tree: ast.Module) -> set[str]:
    """Module functions and methods that are no test, no fixture, and whose name nothing reads.

    A method of a class with a base may be one that the base calls.
    """
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    read |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    own = (node for node in tree.body if isinstance(node, ast.ClassDef) and not node.bases)
    bodies = [tree.body, *(node.body for node in own)]
    return {
        node.name
        for body in bodies
        for node in body
        if isinstance(node, FUNCTIONS)
        and not node.name.startswith(("test_", "pytest_", "__"))
        and not is_fixture(node)
        and node.name not in read
    }


@cache
def imported_names() -> frozenset[str]:
    """Names that any test file takes from another one."""
    return frozenset(
        alias.name
        for path in TEST_FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests")
        for alias in node.names
    )


@cache
def attributes_read() -> frozenset[str]:
    """Names that any test file reads off something: a function of another module, a method."""
    return frozenset(
        node.attr
        for path in TEST_FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
    )


@pytest.mark.parametrize("path", TEST_FILES, ids=named)
def test_every_function_of_a_test_file_is_used(path: Path) -> None:
    tree = tree_of(path)
    unused = unused_functions(tree) - imported_names()
    assert (unused if path.name.startswith("test_") else unused - attributes_read()) == set()
    names = functions_of(tree)
    assert len(names) == len(set(names)), "a function defined twice hides the first one"


def test_every_file_with_tests_has_a_name_that_pytest_reads() -> None:
    misnamed = [
        named(path)
        for path in TEST_FILES
        if not path.name.startswith("test_")
        and any(isinstance(node, FUNCTIONS) and node.name.startswith("test_") for node in tree_of(path).body)
    ]
    assert misnamed == []


def test_the_search_for_unused_functions_finds_one() -> None:
    code = "def tets_mean() -> None: ...\ndef helper() -> None: ...\ndef test_it() -> None: helper()\n"
    assert unused_functions(ast.parse(code)) == {"tets_mean"}


# ------------------------------------------------------------------------------------------------ wheel


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_resource(tmp_path: Path) -> None:
    run_python("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("barometri-*.whl")
    listed = run_python("-m", "zipfile", "-l", str(wheel)).stdout
    missing = [
        named(path)
        for path in tracked_files()
        if named(path).startswith("barometri/") and named(path) not in listed
    ]
    assert missing == []
    assert "tests/" not in listed
