"""Real, hostile and silently misread files: each is read right or refused, small here and in full size."""

from pathlib import Path

import pytest

from barometri.readers import read_file
from tests.readers.answers import ANSWERS, Answers, answers_id, harmonised
from tests.readers.battery import Case, case_id, outcome, read_here
from tests.readers.hostile_files import FULL, SMALL
from tests.readers.real_files import CASES, SILENT


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_files_of_other_projects_are_read_right_or_refused(case: Case, tmp_path: Path) -> None:
    assert outcome(case, tmp_path, read_here) in case.expected


@pytest.mark.parametrize("case", SMALL, ids=case_id)
def test_a_hostile_file_is_refused_at_a_look(case: Case, tmp_path: Path) -> None:
    assert outcome(case, tmp_path, read_here) in case.expected


@pytest.mark.parametrize("case", SILENT, ids=case_id)
def test_nothing_is_misread_in_silence(case: Case, tmp_path: Path) -> None:
    assert outcome(case, tmp_path, read_here) in case.expected


@pytest.mark.slow
@pytest.mark.parametrize("case", [*SMALL, *FULL], ids=case_id)
def test_a_hostile_file_leaves_this_process_alive(case: Case, tmp_path: Path) -> None:
    assert outcome(case, tmp_path, read_file) in case.expected
    assert len(list(tmp_path.iterdir())) <= 2, "nothing is written beside the file and its source"


@pytest.mark.slow
@pytest.mark.parametrize("case", [*CASES, *SILENT], ids=case_id)
def test_the_child_reads_what_this_process_does(case: Case, tmp_path: Path) -> None:
    assert outcome(case, tmp_path, read_file) in case.expected


@pytest.mark.slow
@pytest.mark.parametrize("case", ANSWERS, ids=answers_id)
def test_no_answer_is_changed_in_silence(case: Answers, tmp_path: Path) -> None:
    assert harmonised(case, tmp_path) == case.expected
