"""The TypeScript client compiles and talks to a real server, and the defaults of generators yield what compiles.

Node's packages come from its registry (a minute or more), so this is for the night.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.generate import document

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "clients" / "typescript"
GENERATORS = {
    "openapi-typescript@7.13.0": ["openapi-typescript", "openapi.json", "--output", "made/index.ts"],
    "@hey-api/openapi-ts@0.95.0": ["openapi-ts", "--input", "openapi.json", "--output", "made"],
}
USES = """
import type { components } from "./schema.js";
export const wanted: components["schemas"]["RecommendRequest"] = { user_id: "ada" };
export const patch: components["schemas"]["ProfilePatch"] = { goals: ["space"] };
export const item: components["schemas"]["ItemDocument"] = { item_id: "1", title: "One" };
"""

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(shutil.which("npm") is None, reason="there is no Node on this machine"),
]


def run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, compiled in a copy."""
    folder = tmp_path_factory.mktemp("typescript") / "client"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    run(folder, "npm", "ci", "--no-audit", "--no-fund")
    run(folder, "npm", "run", "build")
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and key of a server with a few items."""
    folder = tmp_path_factory.mktemp("service")
    environment = {**os.environ, "PENCHANT_DATA_DIR": str(folder), "PYTHONPATH": f"{ROOT}:{ROOT / 'clients/python'}"}
    titles = ("Growing tomatoes", "Pruning roses", "Baking rye bread", "Sourdough at home", "Repairing bicycles")
    rows = [json.dumps({"item_id": str(n), "title": title}) for n, title in enumerate(titles)]
    (folder / "items.ndjson").write_text("\n".join(rows))
    command = [sys.executable, "-m", "scripts"]
    subprocess.run([*command, "rebuild-index", "--items", folder / "items.ndjson"], env=environment, check=True)
    made = subprocess.run(
        [*command, "keys", "create", "--operator", "--name", "me"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    key = re.search(r"penchant_[\w-]+", made.stdout)
    assert key
    server = subprocess.Popen([*command, "serve", "--port", "0"], env=environment)
    try:
        deadline = time.monotonic() + 120
        while not (folder / "service.json").exists():
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield json.loads((folder / "service.json").read_text())["address"], key.group()
    finally:
        server.terminate()
        server.wait()


def test_it_talks_to_a_real_server(built: Path, service: tuple[str, str]) -> None:
    assert run(built, "node", "test/real.mjs", *service).strip() == "ok"


def test_optional_fields_are_optional(built: Path) -> None:
    (built / "src" / "uses.ts").write_text(USES)
    run(built, "npx", "tsc", "--noEmit")


def test_the_types_are_those_of_the_document(built: Path) -> None:
    (built / "openapi.json").write_text(json.dumps(document()))
    run(built, "npx", "openapi-typescript", "openapi.json", "--output", "fresh.ts")
    assert (built / "fresh.ts").read_text() == (built / "src" / "schema.ts").read_text(), "make clients"


@pytest.mark.parametrize("package", GENERATORS)
def test_the_defaults_of_generators_compile(package: str, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    run(tmp_path, "npm", "install", "--no-audit", "--no-fund", package, "typescript@5.9.3", "@types/node")
    run(tmp_path, "npx", *GENERATORS[package])
    options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext"]
    run(tmp_path, "npx", "tsc", *options, "--moduleResolution", "bundler", "made/index.ts")
