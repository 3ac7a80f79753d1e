"""`penchant keys`: what it makes, lists, revokes, and never shows."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.access.caller import Kind, Scope
from app.access.keyfile import KeyFile
from scripts.cli import app


class Keys:
    def __init__(self, folder: Path) -> None:
        self.file = KeyFile(folder)
        self.folder = folder

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["keys", *arguments], env={"PENCHANT_DATA_DIR": str(self.folder)})

    def make(self, *arguments: str) -> str:
        made = self("create", "--name", "one", *arguments)
        assert made.exit_code == 0, made.output
        return made.stdout.strip()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "new" / "data")


def test_an_operators_key_is_made_before_the_folder_is_there(keys: Keys) -> None:
    shown = keys.make("--operator")
    found = keys.file.current().find(shown)
    assert found is not None
    assert found.caller().is_operator


def test_a_services_key_has_its_scopes(keys: Keys) -> None:
    shown = keys.make("--scope", "recommend", "--scope", "events")
    found = keys.file.current().find(shown)
    assert found is not None
    assert set(found.caller().scopes) == {Scope.EVENTS, Scope.RECOMMEND}
    assert found.caller().kind is Kind.SERVICE


@pytest.mark.parametrize("arguments", [[], ["--operator", "--scope", "items"]])
def test_it_must_be_said_what_a_key_is_good_for(keys: Keys, arguments: list[str]) -> None:
    answer = keys("create", "--name", "one", *arguments)
    assert answer.exit_code == 1
    assert "--operator, or --scope" in answer.output
    assert not keys.file.current().keys


def test_a_revoked_key_is_listed_and_good_for_nothing(keys: Keys) -> None:
    shown = keys.make("--operator")
    key_id = shown.split("_")[1]
    assert keys("revoke", key_id).exit_code == 0
    assert keys.file.current().find(shown) is None
    assert f"{key_id}  operator  everything  one  revoked" in keys("list").output
    assert keys("revoke", key_id).exit_code == 1


def test_what_is_listed_cannot_be_shown(keys: Keys) -> None:
    shown = keys.make("--scope", "items")
    listed = keys("list").output
    assert shown.split("_")[1] in listed
    assert shown.split("_", 2)[2] not in listed
    assert not [key for key in keys.file.current().signing if key.secret in listed]


def test_there_may_be_none(keys: Keys) -> None:
    assert keys("list").output == "There are no keys.\n"


def test_tokens_are_signed_with_another_key_after_a_rotation(keys: Keys) -> None:
    keys.make("--operator")
    (first,) = keys.file.current().signing
    assert keys("rotate-tokens").exit_code == 0
    former, latter = keys.file.current().signing
    assert (former.key_id, latter.verifies_until) == (first.key_id, None)
    assert former.verifies_until is not None
    assert 890 < (former.verifies_until - datetime.now(UTC)).total_seconds() <= 900
    keys("rotate-tokens", "--at-once")
    assert len(keys.file.current().signing) == 1


def test_every_change_is_in_the_audit_log(keys: Keys) -> None:
    key_id = keys.make("--operator").split("_")[1]
    keys("revoke", key_id)
    keys("rotate-tokens")
    lines = [json.loads(line) for line in (keys.folder / "audit.ndjson").read_text().splitlines()]
    assert [line["action"] for line in lines] == ["keys.create", "keys.revoke", "keys.rotate-tokens"]
    assert {line["key_id"] for line in lines} == {"command-line"}
    assert [line["subject"] for line in lines[:2]] == [key_id, key_id]


def test_writers_at_the_same_time_lose_nothing(keys: Keys) -> None:
    def make(number: int) -> str:
        return KeyFile(keys.folder).change(lambda ring: ring.with_key(str(number), (), datetime.now(UTC)))

    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(make, range(24)))
    ring = keys.file.current()
    assert all(ring.find(each) for each in shown)
    assert len(ring.signing) == 1


def test_a_file_that_is_not_ours_is_left_alone(keys: Keys) -> None:
    keys.folder.mkdir(parents=True)
    (keys.folder / "keys.json").write_text('{"keys": "mine"}')
    for command in (["list"], ["create", "--operator", "--name", "x"], ["rotate-tokens"]):
        answer = keys(*command)
        assert answer.exit_code == 1
        assert "keys.json cannot be read" in answer.output
    assert (keys.folder / "keys.json").read_text() == '{"keys": "mine"}'
