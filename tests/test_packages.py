"""What an installed Penchant has: every file that the packages hold is shipped with them."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "clients" / "python"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUPTOOLS = PROJECT["tool"]["setuptools"]
PACKAGES = ("app", "indexer", "models", "scripts")
FOR_DEVELOPERS = {Path("scripts/lock.sh")}


def test_every_file_beside_the_code_is_shipped() -> None:
    others = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    shipped = {
        path.relative_to(ROOT)
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package).glob(pattern)
    }
    assert sorted(others - FOR_DEVELOPERS) == sorted(shipped)


def test_every_folder_of_code_is_a_package_that_is_found() -> None:
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert not sorted(folder.relative_to(ROOT) for folder in folders if not (folder / "__init__.py").exists())
    assert SETUPTOOLS["packages"]["find"]["include"] == [f"{package}*" for package in (*PACKAGES, "penchant_client")]


def test_the_client_has_the_services_version_and_hardly_a_dependency() -> None:
    client = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]
    assert client["version"] == PROJECT["project"]["version"]
    assert [each.partition(">")[0] for each in client["dependencies"]] == ["httpx", "pydantic"]
