"""Requests that may come as a query string (GET) or as a JSON body (POST), with the same fields."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.api.bodies import read_object
from app.api.queries import read_query, refuse_query
from app.errors import InvalidPayloadError
from indexer.problems import problems

Asked = TypeVar("Asked", bound=BaseModel)


async def asked(request: Request, model: type[Asked]) -> Asked:
    """What the caller asks for; in a body, null is the same as absent.

    Raises:
        PenchantError: it cannot be read, or is not valid.
    """
    if request.method == "GET":
        return checked(model, read_query(request, model))
    await refuse_query(request)
    fields = await read_object(request)
    return checked(model, {name: value for name, value in fields.items() if value is not None})


def checked(model: type[Asked], values: dict[str, Any]) -> Asked:
    """`values` as an instance of `model`.

    Raises:
        InvalidPayloadError: they are not valid.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidPayloadError(problems(error)) from error
