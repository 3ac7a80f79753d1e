"""The files of deploy/ say what is: their settings, ports, probes, commands and files are those of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.main import create_app
from app.settings import HttpSettings, Settings
from scripts.cli import SUMMARIES
from scripts.settings import PREFIX, groups_of

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
KUBERNETES = [
    resource for file in sorted(DEPLOY.glob("kubernetes/*.yaml")) for resource in yaml.safe_load_all(file.read_text())
]
IMAGE = (ROOT / "Dockerfile").read_text()


def of_kind(kind: str) -> dict[str, Any]:
    (found,) = (resource for resource in KUBERNETES if resource["kind"] == kind)
    return found


def pods() -> dict[str, dict[str, Any]]:
    job = of_kind("CronJob")["spec"]["jobTemplate"]["spec"]
    templates = {"replicas": of_kind("Deployment")["spec"]["template"], "rebuild": job["template"]}
    return {name: template["spec"] for name, template in templates.items()}


def containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for pod in pods().values():
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            yield pod, container


def variables() -> set[str]:
    """Every setting, as the environment names it."""
    return {
        PREFIX + "__".join([*filter(None, name.split(".")), field]).upper()
        for name, model in groups_of(Settings)
        for field in model.model_fields
    }


@pytest.mark.parametrize("path", [*FILES, ROOT / "Dockerfile"], ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    assert set(re.findall(rf"\b{PREFIX}[A-Z0-9_]+", path.read_text())) <= variables()


def test_every_probe_is_an_endpoint() -> None:
    (replica,) = pods()["replicas"]["containers"]
    probed = {replica[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")}
    text = "\n".join(path.read_text() for path in (*FILES, ROOT / "Dockerfile"))
    probed |= set(re.findall(r"uri (/\S+)|127\.0\.0\.1:8000(/\w+)", text)[0]) - {""}
    assert probed == {"/livez", "/readyz"}
    assert probed <= create_app(Settings()).openapi()["paths"].keys()


def test_every_port_is_the_services() -> None:
    port = HttpSettings().port
    (replica,) = pods()["replicas"]["containers"]
    assert replica["ports"] == [{"name": "http", "containerPort": port}]
    assert of_kind("Service")["spec"]["ports"][0]["targetPort"] == "http"
    assert f"replica:{port}" in (DEPLOY / "haproxy.cfg").read_text()
    assert f"EXPOSE {port}\n" in IMAGE


def test_every_command_is_one_of_ours() -> None:
    text = "\n".join(path.read_text() for path in (*FILES, ROOT / "docs" / "guides" / "deployment.md"))
    named = set(re.findall(r"\bpenchant,? ([a-z][a-z-]+)(?=[\];\s`])", text))
    assert named >= {"serve", "rebuild-index", "keys"}
    assert named <= SUMMARIES.keys()


def test_nothing_runs_as_root_or_writes_where_it_need_not() -> None:
    uid = int(re.search(r"^USER (\d+)$", IMAGE, flags=re.MULTILINE)[1])
    for pod in pods().values():
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == uid
        assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
    for _, container in containers():
        may = container["securityContext"]
        assert may["readOnlyRootFilesystem"]
        assert not may["allowPrivilegeEscalation"]
        assert may["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
    for name, service in COMPOSE["services"].items():
        hardened = service.get("read_only") and service["cap_drop"] == ["ALL"]
        assert hardened or name == "postgres"


def test_every_volume_is_there_and_replicas_cannot_write_to_the_shared_one() -> None:
    for pod, container in containers():
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes.keys()
    (replica,) = pods()["replicas"]["containers"]
    mounts = {mount["name"]: mount for mount in replica["volumeMounts"]}
    assert mounts["shared"]["readOnly"]
    assert mounts["keys"]["readOnly"]
    assert "shared:/shared:ro" in COMPOSE["services"]["replica"]["volumes"]
    cache = re.search(r"NUMBA_CACHE_DIR=(\S+)", IMAGE)[1]
    assert all(cache in str(container) for _, container in containers())
    assert cache in COMPOSE["services"]["replica"]["volumes"]


def test_a_disruption_leaves_replicas_and_a_rollout_loses_none() -> None:
    deployment, budget = of_kind("Deployment")["spec"], of_kind("PodDisruptionBudget")["spec"]
    assert budget["selector"] == deployment["selector"]
    assert of_kind("Service")["spec"]["selector"] == deployment["selector"]["matchLabels"]
    assert deployment["replicas"] - budget["maxUnavailable"] >= 2
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_no_secret_stands_in_a_file() -> None:
    for path in FILES:
        assert not re.search(r"postgresql://[^:@\s]+:(?!\$\{)[^@\s]+@", path.read_text())
    assert of_kind("CronJob")["spec"]["concurrencyPolicy"] == "Forbid"
    for _, container in containers():
        for variable in container.get("env", ()):
            assert "secretKeyRef" in variable["valueFrom"]
