"""Every line of the log carries the fields that it is given."""

import ast
import logging
from pathlib import Path

import orjson

import app
from app.logs import JsonLines

ROOT = Path(app.__file__).parent.parent


def test_fields_stand_in_the_line():
    record = logging.LogRecord("penchant", logging.INFO, "", 0, "retention enforced", None, None)
    record.fields = {"events": 3}
    assert orjson.loads(JsonLines().format(record))["events"] == 3


def test_whatever_is_logged_gives_its_fields_where_the_line_takes_them_from():
    found = []
    for package in ("app", "indexer", "models", "scripts"):
        for path in (ROOT / package).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    extra = next((each.value for each in call.keywords if each.arg == "extra"), None)
                    names = [ast.unparse(key) for key in extra.keys if key] if isinstance(extra, ast.Dict) else []
                    if names not in ([], ["'fields'"]):
                        found.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert found == []
