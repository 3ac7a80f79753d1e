"""`penchant verify-erasure`: what it says, and how it ends."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scripts.cli import app


def verify(folder: Path, user: str) -> Result:
    return CliRunner().invoke(app, ["verify-erasure", user], env={"PENCHANT_DATA_DIR": str(folder)})


def test_who_is_nowhere_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"person-8")
    answer = verify(tmp_path, "person-7")
    assert answer.exit_code == 0
    assert answer.stdout == f"not found in 1 files, 8 bytes, of {tmp_path}\n"


@pytest.mark.parametrize(("user", "warned"), [("person-7", False), ("p-7", True)])
def test_where_a_person_is_found_is_told_and_a_short_id_may_be_chance(tmp_path: Path, user: str, warned: bool) -> None:
    (tmp_path / "penchant.duckdb").write_bytes(2 * f"...{user}...".encode())
    answer = verify(tmp_path, user)
    assert answer.exit_code == 1
    assert "found 2 times in penchant.duckdb" in answer.stderr
    assert ("The id is short" in answer.stderr) == warned


def test_a_folder_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    answer = verify(tmp_path / "nowhere", "person-7")
    assert answer.exit_code == 2
    assert "is no folder" in answer.stderr
