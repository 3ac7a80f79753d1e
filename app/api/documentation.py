"""What FastAPI cannot tell of our endpoints by itself, for /openapi.json: bodies and queries are read by hand."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any, Final

import orjson
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.answers import JSON, PROBLEM_JSON
from app.api.bodies import NDJSON
from app.api.rules import OPERATORS, RULES, Rule
from app.api.schemas.items import ItemPatch
from app.api.schemas.problem import FieldError, Problem
from app.errors import (
    AccessUnknownError,
    BodyTooLargeError,
    BodyTooSlowError,
    EngineAwayError,
    ForbiddenError,
    InvalidPayloadError,
    MalformedBodyError,
    MalformedUrlError,
    PenchantError,
    RateLimitedError,
    RowsRejectedError,
    SnapshotMissingError,
    TooManyRowsError,
    UnauthenticatedError,
    UnavailableError,
    UnexpectedError,
    UnsupportedMediaTypeError,
)
from app.pages.plot import PlotRequest
from app.requests.items import DeleteRequest
from app.requests.operators import (
    AcknowledgementRequest,
    ActivationRequest,
    AuditRequest,
    ExperimentRequest,
    InspectionRequest,
    PolicyRequest,
    SwitchRequest,
    TrialRequest,
)
from app.requests.people import (
    InterestRequest,
    MergeRequest,
    PersonalizationRequest,
    PreferencesPatch,
    ProfilePatch,
    ResetRequest,
    TokenRequest,
)
from app.requests.slates import BatchRequest, PageRequest, RecommendRequest, SimilarRequest
from indexer.documents import EventDocument, ItemDocument

Responses = dict[int | str, dict[str, Any]]
Errors = tuple[type[PenchantError], ...]

URL_ERRORS: Final[Errors] = (MalformedUrlError, InvalidPayloadError)
BODY_ERRORS: Final[Errors] = (MalformedBodyError, BodyTooSlowError, BodyTooLargeError, UnsupportedMediaTypeError)
ROWS_ERRORS: Final[Errors] = (*URL_ERRORS, *BODY_ERRORS, TooManyRowsError, RowsRejectedError)
READING_ERRORS: Final[Errors] = (SnapshotMissingError, EngineAwayError)
WRITING_ERRORS: Final[Errors] = (SnapshotMissingError, UnavailableError)

_GUARD_ERRORS: Final[Errors] = (UnauthenticatedError, ForbiddenError, RateLimitedError, AccessUnknownError)

_SECURITY_SCHEMES: Final = {
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An operator's key, good for everything, or a service's, good for its scopes.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A person's token, good for what concerns this person only.",
    },
}
_REF: Final = "#/components/schemas/{model}"
_READ_BY_HAND: Final = (
    ItemDocument,
    EventDocument,
    PageRequest,
    RecommendRequest,
    SimilarRequest,
    ItemPatch,
    ProfilePatch,
    PreferencesPatch,
    ResetRequest,
    PersonalizationRequest,
    InterestRequest,
    MergeRequest,
    TokenRequest,
    PlotRequest,
    PolicyRequest,
    ActivationRequest,
    SwitchRequest,
    AuditRequest,
    BatchRequest,
    DeleteRequest,
    ExperimentRequest,
    AcknowledgementRequest,
    InspectionRequest,
    TrialRequest,
    Problem,
    FieldError,
)
_FILLED_IN: Final = {EventDocument.__name__: ("event_id",)}
"""What a file's row must have, and a body's row gets where it has none."""
_NULL_IS_ABSENT: Final = (ItemDocument, EventDocument, RecommendRequest, PageRequest, SimilarRequest)
"""Null is taken for absent in each of their optional fields, whatever its type."""


class DocumentedApi(FastAPI):
    """FastAPI, with the schemas of what is read and written by hand in its OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, as a value."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        document["components"]["schemas"].update(schemas_by_hand())
        document["components"]["securitySchemes"] = _SECURITY_SCHEMES
        for operations in document["paths"].values():
            for operation in operations.values():
                _guard(operation)
        return document


def _guard(operation: dict[str, Any]) -> None:
    """What the guard answers is documented by its rule, not by each endpoint."""
    rule = RULES.get(operation["operationId"], OPERATORS)
    operation["security"] = _security(rule)
    if not rule.public:
        for status, answer in problems(*_GUARD_ERRORS).items():
            told = operation["responses"].get(str(status))
            sharing = {"description": f"{told['description']}; {answer['description']}"} if told else {}
            operation["responses"][str(status)] = answer | (sharing if str(status) != "500" else {})
        operation["responses"] = dict(sorted(operation["responses"].items()))


def _security(rule: Rule) -> list[dict[str, list[str]]]:
    """Any one of these is enough; the list of a key names the kind or the scope that it must have."""
    if rule.public:
        return []
    services = [{"key": [str(rule.scope)]}] if rule.scope else []
    people: list[dict[str, list[str]]] = [{"token": []}] if rule.own_user else []
    return [{"key": ["operator"]}, *services, *people]


@cache
def schemas_by_hand() -> dict[str, Any]:
    """JSON Schema of each model that FastAPI does not see, by name."""
    wanted = [(model, "validation") for model in _READ_BY_HAND]
    _, definitions = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type] # a list of literals
    schemas: dict[str, Any] = definitions["$defs"]
    for name, filled in _FILLED_IN.items():
        schemas[name]["required"] = [field for field in schemas[name]["required"] if field not in filled]
    schemas |= {model.__name__: _nullable(schemas[model.__name__]) for model in _NULL_IS_ABSENT}
    return {name: _without_defaults(schema) for name, schema in schemas.items()}


def _without_defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """A default that says something is told in words.

    Generators of clients take a field with a default for one that is always sent, null where that is the default: on
    PATCH it would delete.
    """
    fields = {name: _default_in_words(field) for name, field in schema.get("properties", {}).items()}
    return schema | {"properties": fields} if fields else schema


def _default_in_words(field: dict[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in field.items() if key != "default"}
    default = field.get("default")
    if default in (None, [], {}, ""):
        return told
    return told | {"description": f"{field['description']} Without it: {orjson.dumps(default).decode()}."}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    fields = schema["properties"].items()
    return schema | {"properties": {name: field if name in required else _or_null(field) for name, field in fields}}


def _or_null(field: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {key: field[key] for key in ("title", "description", "default") if key in field}
    kinds = field.get("anyOf") or [{key: value for key, value in field.items() if key not in about}]
    null = {"type": "null"}
    return {"anyOf": kinds if null in kinds else [*kinds, null], **about}


def answers(model: type[BaseModel], description: str, *errors: type[PenchantError]) -> Responses:
    """The answers of an endpoint: one when all is well, and a problem document for each error."""
    return {200: {"model": model, "description": description}, **problems(*errors)}


def problems(*errors: type[PenchantError]) -> Responses:
    """Problem documents by status; a status that several errors share names all of them."""
    by_status: dict[int, list[type[PenchantError]]] = defaultdict(list)
    possible: Errors = (*errors, UnexpectedError)
    for error in possible:
        by_status[error.status].append(error)
    content = {PROBLEM_JSON: {"schema": _ref(Problem)}}
    return {
        status: {"description": "; ".join(f"{each.title} (`{each.slug}`)" for each in sharing), "content": content}
        for status, sharing in sorted(by_status.items())
    }


def query_of(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model as query parameters."""
    schema = model.model_json_schema(ref_template=_REF)
    required = schema.get("required", [])
    return {"parameters": [_parameter(name, field, name in required) for name, field in schema["properties"].items()]}


def body_of(model: type[BaseModel], *, optional: bool = False) -> dict[str, Any]:
    """A body that is one object."""
    return {"requestBody": {"required": not optional, "content": {JSON: {"schema": _ref(model)}}}}


def patch_of(model: type[BaseModel]) -> dict[str, Any]:
    """A body that is a merge patch. Of two media types generators of clients make two arguments, or code that fails."""
    told = "A JSON merge patch (RFC 7396); it may be called `application/merge-patch+json` as well."
    return {"requestBody": body_of(model)["requestBody"] | {"description": told}}


def rows_of(model: type[BaseModel]) -> dict[str, Any]:
    """A body that is one object, an array of objects, or one object a line."""
    one_or_many = {"anyOf": [_ref(model), {"type": "array", "items": _ref(model)}]}
    lines = {"type": "string", "description": f"One {model.__name__} a line."}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": one_or_many}, NDJSON: {"schema": lines}}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _parameter(name: str, field: dict[str, Any], required: bool) -> dict[str, Any]:
    """A query has no null: what is optional is left out."""
    choices = [choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}]
    described = {key: value for key, value in field.items() if key not in {"anyOf", "title", "description", "default"}}
    schema = {**described, **(choices[0] if choices else {})}
    if field.get("default") is not None:
        schema["default"] = field["default"]
    return {"name": name, "in": "query", "required": required, "description": field["description"], "schema": schema}
