"""Requests made up from the OpenAPI document, against the real service: no fault, and no answer that is not documented.

The document's own examples, values at every bound, missing and superfluous parts, wrong types and methods: all of
schemathesis' checks are on. A request may satisfy the JSON Schema and still be refused, since the schema cannot say
that an id has at most 256 bytes and no control characters, that one of two fields is given, or that a cursor was issued
here: so its check for accepted requests allows the statuses below.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import ChecksConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.config._checks import POSITIVE_DATA_ACCEPTANCE_EXPECTED_STATUSES, PositiveDataAcceptanceConfig
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import negative_data_rejection

from app.access.keyfile import KeyFile
from app.api.application import build
from app.main import create_app
from app.settings import Settings

EXAMPLES = 4
REFUSED_BY_MEANING = ["400", "410", "412", "413", "422"]


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
    yield {}


def checks() -> ChecksConfig:
    accepted = [*POSITIVE_DATA_ACCEPTANCE_EXPECTED_STATUSES, *REFUSED_BY_MEANING]
    return ChecksConfig(positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=accepted))


@schemathesis.serializer("application/x-ndjson")
def lines(_context: Any, value: Any) -> bytes:
    """NDJSON is a string to JSON Schema."""
    return value if isinstance(value, bytes) else str(value).encode()


CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(checks=checks())))
API = schemathesis.openapi.from_asgi("/openapi.json", build(nothing), config=CONFIG)


@pytest.fixture(scope="module")
def served(tmp_path_factory, open_household, an_item) -> Iterator[dict[str, Any]]:
    """The real service, and an operator's key."""
    folder: Path = tmp_path_factory.mktemp("service")
    with open_household(folder) as home:
        home.publish([an_item(number) for number in range(90)])
    key = KeyFile(folder).change(lambda ring: ring.with_key("ops", (), datetime.now(UTC)))
    app = create_app(Settings(data_dir=folder, as_of=home.settings.as_of), home.encoder)
    yield {"app": app, "headers": {"X-API-Key": key}}
    shutdown_lifespans()


@API.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_documented(case, served):
    """Rows that do not fit their schema may be mended instead of refused: `indexer.plain` and its tests say which."""
    mended = [negative_data_rejection] if case.operation.path in {"/items", "/events"} else []
    case.call_and_validate(**served, excluded_checks=mended)
