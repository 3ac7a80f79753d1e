"""Settings: one object, built once, from the environment and TOML files. Nothing else reads the environment.

PENCHANT_CONFIG=penchant.toml            the file; what it says is overruled by the environment
PENCHANT_HTTP__PORT=9000                 group and field, joined by two underscores
<data_dir>/tuned.toml                    what `penchant tune` chose; overruled by both
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from app.access.settings import AccessSettings
from app.alerts.settings import AlertSettings
from app.backup.settings import BackupSettings
from app.filter_language.fields import Fields
from app.insights.equity.settings import AuditSettings
from app.insights.experiments.experiment import Name, Plan
from app.insights.settings import InsightsSettings
from app.pipeline.settings import QuerySettings
from app.policy.sensitive_items import FirewallSettings
from app.replicas.settings import ReplicaSettings
from app.serving.control_decisions import ControlSettings
from app.serving.paging import PagingSettings
from app.serving.person_cache import PeopleSettings
from app.serving.popularity import PopularitySettings, TrendingSettings
from app.serving.recall_gauge import GaugeSettings
from app.serving.scenario import Scenario
from app.storage.database import SERVED
from app.storage.settings import StorageSettings
from app.webhooks.settings import HookSettings
from indexer.attributes.declaration import Attribute, declared
from indexer.build import IndexSettings
from indexer.distributed.settings import RaySettings
from indexer.fields import Name as AttributeName
from indexer.intake import IntakeSettings
from indexer.problems import problems_of
from indexer.sensitive.verdicts import VERDICTS_FILE
from models.config import Config
from models.events import EventWeights

PREFIX = "PENCHANT_"
DELIMITER = "__"
CONFIG_VARIABLE = "PENCHANT_CONFIG"
CONFIG_FILE = "penchant.toml"
"""In the working folder, where neither the variable nor a command names another."""
TUNED = "tuned.toml"


class HttpSettings(Config):
    """The server."""

    host: str = "127.0.0.1"
    """Address to listen on."""

    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""

    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    """Longest request body, in bytes."""

    body_seconds: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    """Seconds in which a request body has to have come."""

    head_seconds: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """Seconds after which a connection is closed on which the head of a request has not come whole."""

    head_bytes: int = Field(default=65_536, ge=1_024)
    """Longest head of a request, in bytes."""

    most_heads: int = Field(default=512, ge=1)
    """Connections on which the head of a request may be awaited; beyond that, who has taken longest is let go of."""

    max_rows: int = Field(default=10_000, ge=1)
    """Most items or events in one request."""

    cors_origins: tuple[Annotated[str, Field(pattern=r"^https?://[^/\s*]+$")], ...] = ()
    """Web pages' origins, such as https://example.org, whose scripts may call; without any, no browser lets them."""

    embed_origins: tuple[Annotated[str, Field(pattern=r"^https?://[^/\s*;,]+$")], ...] = ()
    """Web pages' origins that may show a person's own page (`/me`) in a frame, as docs/guides/my-profile.md says."""

    log_requests: bool = True
    """Whether every request leaves a line in the log: its operation, status and duration, and the key's id."""


class AwaitingSettings(Config):
    """Events on items that the catalogue does not have."""

    enabled: bool = True
    """Whether such an event is kept until its item comes, by HTTP or with a build; otherwise it is rejected."""

    days: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    """Days after which an event whose item did not come is deleted."""

    per_person: int = Field(default=1_000, ge=1)
    """Events of one person that may wait; further ones are rejected."""

    events: int = Field(default=100_000, ge=1)
    """Events that may wait in all; further ones are rejected."""


class IngestSettings(Config):
    """What events are accepted."""

    future_tolerance_seconds: float = Field(default=300.0, ge=0, allow_inf_nan=False)
    """How far ahead of the service's clock an event may be, in seconds."""

    awaiting: AwaitingSettings = AwaitingSettings()


class RetentionSettings(Config):
    """When the charter's times are enforced."""

    every_hours: float = Field(default=24.0, gt=0, allow_inf_nan=False)
    """Hours between two deletions by a running service; the first is at its start."""

    steady_hours: float = Field(default=24.0, ge=0, allow_inf_nan=False)
    """Hours of running for which a clock that leapt ahead by more than a day must go on before anything is deleted by
    it."""


class SnapshotSettings(Config):
    """How published snapshots are taken up."""

    poll_seconds: float = Field(default=2.0, gt=0, allow_inf_nan=False)
    """How often the service looks for a newly published snapshot."""

    verify_hours: float = Field(default=24.0, gt=0, allow_inf_nan=False)
    """Hours after which every byte of the snapshot in service is compared with its digests again; what was written to
    meanwhile is compared at the next look."""

    keep: int = Field(default=3, ge=1)
    """Snapshots that stay on disk, for going back."""

    grow_below: int = Field(default=2_000, ge=0)
    """Items of a snapshot up to which a running service builds it anew by itself when it has twice as many; so a
    catalogue that begins over HTTP soon has topics. Not done where `rebuild_days` is none."""

    gauge: GaugeSettings = GaugeSettings()

    rebuild_days: float | None = Field(default=7.0, gt=0, allow_inf_nan=False)
    """Days after which `penchant serve` has the index built anew, from what is there then; none leaves that to others.
    Receipts of erasures name the date."""


class Settings(BaseSettings):
    """All settings of the service and of the indexer."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    data_dir: Path = Path("data")
    """Folder of the database, the snapshots and the embedding cache."""

    as_of: AwareDatetime | None = None
    """Moment at which the service's clock stands still, for data of another time; absent, it is the machine's."""

    charter: Path | None = None
    """TOML file of the charter, relative to the settings' own file; absent, the packaged one."""

    mapping: Path | None = None
    """TOML file that says what the columns of files to import are, relative to the settings' own file."""

    api_key: SecretStr | None = None
    """Key that Penchant's own commands show to a running service."""

    http: HttpSettings = HttpSettings()
    access: AccessSettings = AccessSettings()
    ingest: IngestSettings = IngestSettings()
    intake: IntakeSettings = IntakeSettings()
    storage: StorageSettings = StorageSettings()
    replicas: ReplicaSettings = ReplicaSettings()
    backup: BackupSettings = BackupSettings()
    snapshots: SnapshotSettings = SnapshotSettings()
    index: IndexSettings = IndexSettings()
    ray: RaySettings = RaySettings()

    attributes: dict[AttributeName, Attribute] = Field(default_factory=dict)
    """Attributes of items by which they can be filtered, by name, such as `price = { type = "number" }`. A declaration
    takes effect with a restart, and needs no build."""

    events: EventWeights = EventWeights()
    query: QuerySettings = QuerySettings()
    paging: PagingSettings = PagingSettings()
    people: PeopleSettings = PeopleSettings()
    popularity: PopularitySettings = PopularitySettings()
    trending: TrendingSettings = TrendingSettings()
    firewall: FirewallSettings = FirewallSettings()
    control: ControlSettings = ControlSettings()
    retention: RetentionSettings = RetentionSettings()
    insights: InsightsSettings = InsightsSettings()
    audit: AuditSettings = AuditSettings()

    scenarios: dict[Name, Scenario] = Field(default_factory=dict)
    """Placements by name, which requests name as `scenario`: what may be shown there, how much, and how it is weighed.
    Where any is declared, a request that names another is refused."""

    experiments: dict[Name, Plan] = Field(default_factory=dict)
    """Experiments by name: begun when the service starts, and stopped when they stand here no longer."""
    alerts: AlertSettings = AlertSettings()

    webhooks: dict[Name, HookSettings] = Field(default_factory=dict)
    """Programs by name that are told of the catalogue, of snapshots, policies and alerts, by signed POSTs."""

    @model_validator(mode="after")
    def _names_types(self) -> Self:
        named = {"query": self.query.seen_days} | {
            f"scenarios.{name}": s.seen_days for name, s in self.scenarios.items()
        }
        for group, days in named.items():
            if unknown := sorted(days.keys() - set(self.events.names())):
                raise ValueError(
                    f"{group}.seen_days.{unknown[0]} is no event type: {', '.join(self.events.names())} are"
                )
        return self

    @model_validator(mode="after")
    def _scenarios_fit(self) -> Self:
        fields = Fields.of(declared(self.attributes))
        for name, scenario in self.scenarios.items():
            try:
                scenario.check(fields)
                scenario.query(self.query, "")
            except ValidationError as error:
                said = "; ".join(str(each) for each in problems_of(error.errors()))
                raise ValueError(f"scenarios.{name}: {said}") from error
            except ValueError as error:
                raise ValueError(f"scenarios.{name}.{error}") from error
        return self

    @property
    def snapshot_folder(self) -> Path:
        """Where snapshots are published."""
        return self.data_dir / "snapshots"

    @property
    def served_folder(self) -> Path:
        """Where served answers are logged."""
        return self.data_dir / SERVED

    @property
    def embedding_folder(self) -> Path:
        """Where embeddings are cached."""
        return self.data_dir / "embeddings"

    @property
    def verdicts_file(self) -> Path:
        """What operators said of sensitive items."""
        return self.data_dir / VERDICTS_FILE

    @property
    def tuned_file(self) -> Path:
        """Where `penchant tune` writes what it chose, and where it is read from if it exists."""
        return self.data_dir / TUNED

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the TOML file."""
        path = _config_file()
        toml = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return (init_settings, env_settings, *toml)


class SettingsFileError(ValueError):
    """The file named by PENCHANT_CONFIG does not exist."""


class UnknownVariableError(ValueError):
    """A variable of the environment looks like a setting and is none."""


def load_settings(config: Path | None = None, *, tuned: bool = True) -> Settings:
    """Settings from the environment and a TOML file: that given, or named by PENCHANT_CONFIG, or `penchant.toml` here.

    Args:
        config: the file.
        tuned: whether what neither says is taken from the file that `penchant tune` wrote, if there is one.

    Raises:
        SettingsFileError: the file does not exist.
        UnknownVariableError: a variable begins with PENCHANT_ and names no group and no setting.
        pydantic.ValidationError: a name within a group or in the file is unknown, or a value impossible.
    """
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config)
    named = _config_file()
    if named and not Path(named).is_file():
        raise SettingsFileError(f"{named} does not exist; it is named by {CONFIG_VARIABLE} or --config")
    _refuse_unknown_variables()
    settings = Settings()
    if tuned and settings.tuned_file.is_file():
        settings = _with_tuned(settings.tuned_file)
    return _beside(Path(named).parent, settings) if named else settings


def _with_tuned(file: Path) -> Settings:
    """The same, and after all else the file that `penchant tune` wrote."""

    class Tuned(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *args: Any, **kwargs: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            others = super().settings_customise_sources(settings_cls, *args, **kwargs)
            return (*others, TomlConfigSettingsSource(settings_cls, file))

    return Tuned()


def _beside(folder: Path, settings: Settings) -> Settings:
    """The charter and the mapping may stand beside the settings' file."""
    named = {name: file for name in ("charter", "mapping") if (file := getattr(settings, name)) is not None}
    beside = {
        name: folder / file for name, file in named.items() if not file.is_absolute() and (folder / file).is_file()
    }
    return settings.model_copy(update=beside)


def _config_file() -> str | None:
    """That which the environment names, be it none, or else the one in the working folder."""
    return os.environ.get(CONFIG_VARIABLE, CONFIG_FILE if Path(CONFIG_FILE).is_file() else None)


def _refuse_unknown_variables() -> None:
    """pydantic refuses what is unknown within a group, and overlooks what is unknown at the top."""
    known = {*Settings.model_fields, CONFIG_VARIABLE.removeprefix(PREFIX).lower()}
    named = {name: name.lower().removeprefix(PREFIX.lower()) for name in os.environ if name.upper().startswith(PREFIX)}
    unknown = sorted(name for name, setting in named.items() if setting.partition(DELIMITER)[0] not in known)
    if unknown:
        raise UnknownVariableError(f"no setting is named {', '.join(unknown)}; `penchant settings` lists them")
