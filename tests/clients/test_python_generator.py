"""What `openapi-python-client` makes of the document by its defaults can be imported, and sends no nulls by itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clients.generate import document

USES = """
import importlib, json, pkgutil, penchant_client
for module in pkgutil.walk_packages(penchant_client.__path__, "penchant_client."):
    importlib.import_module(module.name)
from penchant_client.models import ProfilePatch, RecommendRequest
print(json.dumps([ProfilePatch(goals=["space"]).to_dict(), RecommendRequest(user_id="ada").to_dict()]))
"""


@pytest.mark.nightly  # installs the generator from PyPI
def test_the_generated_client_sends_what_was_set_only(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "openapi-python-client==0.29.1"], check=True)
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    made = tmp_path / "made"
    generate = [tmp_path / "venv" / "bin" / "openapi-python-client", "generate", "--path", tmp_path / "openapi.json"]
    subprocess.run([*generate, "--output-path", made], check=True, capture_output=True)
    done = subprocess.run([python, "-c", USES], cwd=made, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"goals": ["space"]}, {"user_id": "ada"}]
