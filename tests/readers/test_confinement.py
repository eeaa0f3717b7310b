"""The child process reads one file and can do nothing else; the parent believes nothing it answers."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from barometri.errors import FileError
from barometri.readers import read_file, reading
from barometri.readers.confinement import watch
from barometri.readers.content import Content, column_of
from barometri.readers.handover import CONTENT, ERROR, pack, unpack
from barometri.study.waves import FileFormat
from tests.small_study import WORD, write_responses

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "socket": "import socket; socket.socket()",
    "name of a host": "import socket; socket.getaddrinfo('localhost', 80)",
    "process": "import subprocess; subprocess.run(['true'])",
    "fork": "import os; os.fork()",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "shell": "import os; os.system('true')",
    "new file": "open('new', 'w')",
    "the file itself, to write": "open(sys.argv[1], 'r+b')",
    "another file beside it": "open(sys.argv[1] + '2').read()",
    "a file by its descriptor": "import os; os.open('new', os.O_CREAT | os.O_WRONLY)",
    "a folder": "import os; os.mkdir('new')",
    "a removal": "import os; os.remove(sys.argv[1])",
    "another name": "import os; os.rename(sys.argv[1], 'new')",
}
LIMITED = {
    "memory": "import numpy; numpy.ones(2**29)",
    "writing by compiled code": (
        "import ctypes; system = ctypes.CDLL(None); place = system.creat(b'new', 0o600); "
        "raise OSError if system.write(place, b'xxxx', 4) != 4 else SystemExit"
    ),
    "a core": "import resource as r; raise OSError if r.getrlimit(r.RLIMIT_CORE) == (0, 0) else SystemExit",
}


def confined(code: str, folder: Path) -> str:
    """Run code in a process confined as the child is; return the error that ends it, or nothing."""
    (folder / "a.csv").write_text("id;q\n1;2\n", encoding="utf-8")
    (folder / "a.csv2").write_text(WORD, encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from barometri.readers.confinement import confine\n"
        "confine(Path(sys.argv[1]), memory=2**31, seconds=60)\n"
        f"try:\n    {code}\nexcept Exception as error:\n    print(type(error).__name__, end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, str(folder / "a.csv")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("code", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_child_may_read_its_file_and_do_nothing_else(code: str, tmp_path: Path) -> None:
    assert confined(code, tmp_path) == "PermissionError"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.csv2"]


@pytest.mark.slow
@pytest.mark.parametrize("code", LIMITED.values(), ids=LIMITED)
def test_the_system_limits_the_child(code: str, tmp_path: Path) -> None:
    assert confined(code, tmp_path) in {"MemoryError", "OSError", "_ArrayMemoryError"}


def test_the_child_has_no_network_and_reads_its_file(tmp_path: Path) -> None:
    code = "assert len(open(sys.argv[1]).read()) == 9; open('/proc/net/dev').read().count(chr(10))"
    told = confined(f"{code}; sys.stdout.write(Path('/proc/net/dev').read_text())", tmp_path)
    ways = [line.split(":")[0].strip() for line in told.splitlines()[2:]]
    assert set(ways) <= {"lo"} or not sys.platform.startswith("linux")


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("localhost", 80))),
        ("subprocess.Popen", ("true", [], None, None)),
        ("os.posix_spawn", ("true", [], {})),
        ("open", ("new", "w", os.O_WRONLY)),
        ("open", ("a.csv", "r+", os.O_RDWR)),
        ("open", ("a.csv2", "r", os.O_RDONLY)),
        ("open", (b"a.csv2", None, os.O_RDONLY)),
        ("shutil.rmtree", (".",)),
    ],
)
def test_what_the_hook_refuses(event: str, arguments: tuple[object, ...], tmp_path: Path) -> None:
    placed = tuple(
        str(tmp_path / name) if event == "open" and isinstance(name, str) and i == 0 else name
        for i, name in enumerate(arguments)
    )
    with pytest.raises(PermissionError):
        watch(tmp_path / "a.csv")(event, placed)


def test_what_the_hook_lets_pass(tmp_path: Path) -> None:
    hook = watch(tmp_path / "a.csv")
    hook("open", (str(tmp_path / "a.csv"), "rb", os.O_RDONLY))
    hook("open", (json.__file__, "rb", os.O_RDONLY))
    hook("open", (np.__file__, "rb", os.O_RDONLY))
    hook("open", (1, "wb", os.O_WRONLY))
    hook("import", ("json", None, None, None, None))


# ------------------------------------------------------------------------------------- what comes back


def answering(code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Put a program of our own in the child's place."""
    program = tmp_path / "barometri" / "readers"
    program.mkdir(parents=True)
    (program.parent / "__init__.py").touch()
    (program / "__init__.py").touch()
    (program / "child.py").write_text(f"import os, sys, time\nsys.stdin.read()\n{code}\n", encoding="utf-8")
    monkeypatch.setattr(reading, "_PACKAGE", tmp_path)
    return write_responses(tmp_path / "a.csv")


GARBAGE = {
    "nothing": ("", "E10"),
    "words of a respondent": (f"print('{WORD}'); sys.stderr.write('{WORD}')", "E10"),
    "an error that is none": (f"sys.stdout.write('-' + '{{\"message\": 1, \"{WORD}\": 2}}')", "E10"),
    "an error of many lines": (f'sys.stdout.write(\'-{{"message": "a\\\\n{WORD}", "code": "E10"}}\')', "E10"),
    "a pickle": (r"sys.stdout.buffer.write(b'+\x80\x04\x95\x0b\x00\x00')", "E10"),
    "a status": (f"sys.stderr.write('{WORD}'); sys.exit(7)", "E10"),
    "an abort": ("os.abort()", "E10"),
    "no end": ("while True: sys.stdout.write('+' * 2**16)", "E11"),
    "too little memory": ("sys.exit(3)", "E11"),
    "a process of its own that holds the line": (
        "import subprocess; subprocess.Popen(['sleep', '30']); sys.stdout.write('+'); os._exit(0)",
        "E11",
    ),
    "an answer, and no end": (
        "sys.stdout.write('+'); sys.stdout.flush(); os.close(1); time.sleep(60)",
        "E11",
    ),
    "silence": ("time.sleep(60)", "E11"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", GARBAGE.values(), ids=GARBAGE)
def test_whatever_the_child_answers_ends_as_one_line(
    case: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, expected = case
    monkeypatch.setattr(reading, "MAXIMUM_ANSWER", 2**22)
    path = answering(code, monkeypatch, tmp_path)
    start = time.monotonic()
    with pytest.raises(FileError) as caught:
        read_file(path, seconds=3)
    assert time.monotonic() - start < 10
    assert caught.value.code == expected
    assert WORD not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_a_child_that_takes_its_time_to_end_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = "sys.stdout.write('-no'); sys.stdout.flush(); os.close(1); time.sleep(1.3); os._exit(0)"
    path = answering(code, monkeypatch, tmp_path)
    assert reading._answer(path, FileFormat(), 30) == b"-no"


def packed() -> bytes:
    columns = [column_of("a", [1.0, None, 2.5]), column_of("b", ["x", None, "ä"])]
    content = Content(columns, places={"notes": ["n"]}, value_labels={"a": {"1": "one"}})
    content.user_missing["a"] = [(8.0, 9.0)]
    return pack(content)


def test_an_answer_that_lost_or_changed_anything_is_refused() -> None:
    whole = packed()
    assert unpack(whole, "a.csv").columns[1].levels == ["x", "ä"]
    for length in range(len(whole)):
        with pytest.raises(FileError):
            unpack(whole[:length], "a.csv")
    with pytest.raises(FileError):
        unpack(whole + b"\0", "a.csv")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"rows": 3', b'"rows": 9'),
        (b'"rows": 3', b'"rows":-3'),
        (b'["a", "b"]', b'["a", 123]'),
        (b'"notes": ["n"]', b'"notes": [123]'),
        (b'{"1": "one"}', b'{"1": 12345}'),
        (b"[[8.0, 9.0]]", b"[[8.0, {} ]]"),
        (b'["x", "\\u00e4"]', b'["x"          ]'),
        (b'["x", "\\u00e4"]', b'["x", 12345   ]'),
    ],
)
def test_an_answer_of_another_shape_is_refused(old: bytes, new: bytes) -> None:
    whole = packed()
    assert whole.count(old) == 1
    assert len(old) == len(new)
    with pytest.raises(FileError) as caught:
        unpack(whole.replace(old, new), "a.csv")
    assert caught.value.code == "E10"


def test_an_answer_is_one_of_two_kinds() -> None:
    for data in (b"", b"x", ERROR, CONTENT, ERROR + b"[]", ERROR + b"{}", CONTENT + b"\xff" * 60):
        with pytest.raises(FileError, match=r"a\.csv"):
            unpack(data, "a.csv")


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, answer = write_responses(tmp_path / "a.csv"), reading._answer

    def growing(*request: object) -> bytes:
        given = answer(*request)  # type: ignore[arg-type]
        path.write_bytes(path.read_bytes() + b"\n")
        return given

    monkeypatch.setattr(reading, "_answer", growing)
    with pytest.raises(FileError, match="changed while it was read"):
        read_file(path)
