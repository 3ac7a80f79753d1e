"""What the Python client's answers hold is what the service says that it answers."""

from typing import Any

import pytest

from clients.generate import ANSWERS, answers, document
from penchant_client import models

AGAIN = "make clients"


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    found: dict[str, Any] = answers(document())["components"]["schemas"]
    return found


def test_every_answer_has_a_model_with_the_services_fields(schemas: dict[str, Any]) -> None:
    for name, schema in schemas.items():
        model = getattr(models, name, None)
        assert model is not None, f"{name} is missing: {AGAIN}"
        fields = model.model_fields
        told = {field.alias or key: field.is_required() for key, field in fields.items()}
        required = schema.get("required", [])
        assert told == {key: key in required for key in schema.get("properties", {})}, f"{name}: {AGAIN}"


def test_what_an_answer_does_not_mention_is_left_out(schemas: dict[str, Any]) -> None:
    assert set(ANSWERS) < schemas.keys()
    assert "RecommendRequest" not in schemas
