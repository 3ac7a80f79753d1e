"""Settings: where they come from, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import CONFIG_VARIABLE, Settings, SettingsFileError, UnknownVariableError, load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, "")  # so that it is restored after `load_settings` has set it


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    path = tmp_path / "penchant.toml"
    path.write_text("[http]\nport = 9000\n\n[query.floors]\nexploration_share = 0.3\n")
    return path


def test_the_environment_overrules_the_file_which_overrules_the_defaults(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_QUERY__FLOORS__EXPLORATION_SHARE", "0.4")
    settings = load_settings(toml)
    assert settings.http.port == 9000
    assert settings.query.floors.exploration_share == 0.4
    assert settings.query.floors.recency_share == Settings().query.floors.recency_share == 0.1


def test_what_tuning_chose_is_overruled_by_the_file_and_the_environment(
    toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PENCHANT_INDEX__BEHAVIOUR__FACTORS__NEIGHBOURS", "7")
    (tmp_path / "tuned.toml").write_text(
        "[http]\nport = 1\n[index.behaviour.factors]\nrank = 99\nneighbours = 50\n[query.floors]\nrecency_share = 0.2\n"
    )
    settings = load_settings(toml)
    assert settings.http.port == 9000
    assert (settings.query.floors.exploration_share, settings.query.floors.recency_share) == (0.3, 0.2)
    assert (settings.index.behaviour.factors.rank, settings.index.behaviour.factors.neighbours) == (99, 7)
    assert load_settings(toml, tuned=False).index.behaviour.factors.rank == Settings().index.behaviour.factors.rank


def test_the_environment_may_name_the_file(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, str(toml))
    assert load_settings().http.port == 9000


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileError, match=r"nowhere\.toml does not exist"):
        load_settings(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("name", ["PENCHANT_DATADIR", "PENCHANT_HTP__PORT", "penchant_querry__hide_seen"])
def test_a_misspelt_variable_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(UnknownVariableError, match=name):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PENCHANT_HTTP__POORT", "1"),
        ("PENCHANT_HTTP__PORT", "70000"),
        ("PENCHANT_QUERY__WEIGHTS__SIMILARITY", "nan"),
        ("PENCHANT_AS_OF", "1998-04-22T23:10:38"),
    ],
)
def test_unknown_names_within_a_group_and_impossible_values_are_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        load_settings()


def test_none_can_be_said_in_the_environment_and_in_a_file(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_SNAPSHOTS__REBUILD_DAYS", "none")
    toml.write_text('[access.rates]\nkey_per_minute = "none"\n[http]\nhost = "none"\n')
    settings = load_settings(toml)
    assert settings.snapshots.rebuild_days is None
    assert settings.access.rates.key_per_minute is None
    assert settings.http.host == "none"  # which may be any text


def test_the_case_of_a_variable_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("penchant_data_dir", "elsewhere")
    assert load_settings().data_dir == Path("elsewhere")


def test_the_settings_of_the_demo_are_valid() -> None:
    assert load_settings(ROOT / "scripts" / "demo" / "demo.toml").as_of is not None


def test_the_file_in_the_working_folder_holds_where_none_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv(CONFIG_VARIABLE, "")
    monkeypatch.delenv(CONFIG_VARIABLE)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "penchant.toml").write_text('mapping = "mapping.toml"\n[http]\nport = 9000\n')
    (tmp_path / "mapping.toml").write_text("")
    assert (load_settings().http.port, load_settings().mapping) == (9000, Path("mapping.toml"))
    (tmp_path / "other.toml").write_text("[http]\nport = 9001\n")
    monkeypatch.setenv(CONFIG_VARIABLE, "other.toml")
    assert load_settings().http.port == 9001
