"""The OpenAPI document is valid and complete."""

import json
import re
from importlib.metadata import version
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from fastapi.routing import iter_route_contexts

OPERATIONS = {
    ("post", "/items"),
    ("get", "/items/{item_id}"),
    ("delete", "/items/{item_id}"),
    ("post", "/events"),
    ("get", "/recommend"),
    ("post", "/recommend"),
    ("get", "/similar"),
    ("post", "/similar"),
    ("get", "/users/{user_id}/profile"),
    ("patch", "/users/{user_id}/profile"),
    ("post", "/users/{user_id}/reset-embedding"),
    ("delete", "/users/{user_id}"),
    ("post", "/users/{user_id}/tokens"),
    ("get", "/transparency"),
    ("get", "/admin/items/changes"),
    ("get", "/livez"),
    ("get", "/readyz"),
}


@pytest.fixture
def document(client) -> dict[str, Any]:
    return client.get("/openapi.json").json()


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method, path): each for path, methods in document["paths"].items() for method, each in methods.items()}


def test_the_document_is_valid_and_names_the_release(document):
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Penchant"
    assert document["info"]["version"] == version("penchant")


def test_every_endpoint_is_in_it(document, app):
    assert set(operations(document)) >= OPERATIONS
    routes = [route for route in iter_route_contexts(app.routes) if route.path != "/openapi.json"]
    assert set(operations(document)) == {(method.lower(), route.path) for route in routes for method in route.methods}


def test_every_reference_leads_somewhere(document):
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert wanted == wanted & document["components"]["schemas"].keys()
    assert "RecommendRequest" in wanted


def test_no_schema_is_left_over(document):
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert document["components"]["schemas"].keys() - wanted <= {"RecommendRequest", "PageRequest", "SimilarRequest"}


def test_every_operation_is_named_summed_up_and_tagged(document):
    known = {tag["name"] for tag in document["tags"]}
    assert all(tag["description"] for tag in document["tags"])
    ids = [operation["operationId"] for operation in operations(document).values()]
    assert len(set(ids)) == len(ids)
    for operation in operations(document).values():
        assert operation["summary"]
        assert operation["description"]
        assert set(operation["tags"]) <= known


def test_every_error_is_a_problem_document_and_every_other_answer_is_not(document):
    for operation in operations(document).values():
        assert "500" in operation["responses"]
        for status, answer in operation["responses"].items():
            assert answer["description"]
            for media_type in answer.get("content", {"": None}):
                assert (media_type == "application/problem+json") == (status >= "400")
                assert (media_type == "") == (status in {"204", "304"})


def test_every_endpoint_that_reads_a_body_says_what_it_takes(document):
    for (method, path), operation in operations(document).items():
        bodyless = ("/session", "/undo-reset", "/return", "/release", "/start", "/stop", "/resend")
        reads = method in {"post", "patch", "put"} and not path.endswith(bodyless)
        assert ("requestBody" in operation) == reads, path
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= operation["responses"].keys()
    rows = operations(document)["post", "/events"]["requestBody"]["content"]
    assert set(rows) == {"application/json", "application/x-ndjson"}
    merge_patch = operations(document)["patch", "/users/{user_id}/profile"]["requestBody"]
    assert set(merge_patch["content"]) == {"application/json"}
    assert "merge-patch+json" in merge_patch["description"]


def test_query_parameters_are_those_of_the_body(document):
    parameters = {each["name"]: each for each in operations(document)["get", "/recommend"]["parameters"]}
    assert parameters.keys() == document["components"]["schemas"]["RecommendRequest"]["properties"].keys()
    assert parameters["user_id"]["required"]
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 20}
    assert parameters["exclude"]["schema"]["type"] == "array"
    assert parameters["scenario"]["schema"]["type"] == "string"
    assert all(each["description"] for each in parameters.values())
