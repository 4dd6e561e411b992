"""Docs are complete: every error, metric and relative link."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages

import prometheus_client
import pytest

import service
from service import errors, telemetry
from service.errors import Problem

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(
    file for root in ("service", "models", "nlp") for file in (ROOT / root).rglob("__init__.py")
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def problems() -> Iterator[type[Problem]]:
    """Every error class of the service."""
    for module in walk_packages(service.__path__, "service."):
        if not module.name.startswith("service.cli"):
            import_module(module.name)
    waiting = [Problem]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(found.__subclasses__())


def introducing(problem: type[Problem]) -> type[Problem]:
    """The class that gave this one its code."""
    return next(kind for kind in problem.mro() if "code" in vars(kind))


def test_every_error_code_is_documented_with_its_status_and_message() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    documented = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    raised = {
        (str(problem.status), problem.code, introducing(problem).default_detail())
        for problem in problems()
    }
    assert set(documented) == raised


def test_the_tree_of_errors_has_every_kind_with_its_status() -> None:
    tree = re.findall(r"(\w+) +(\d{3})\b", errors.__doc__ or "")
    kinds = [problem for problem in problems() if Problem in problem.__bases__]
    assert set(tree) >= {(problem.__name__, str(problem.status)) for problem in kinds}


def test_the_client_is_kept_from_the_rest_of_the_service() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    (client,) = (each for each in tools["importlinter"]["contracts"] if each["type"] == "forbidden")
    rest = {f"service.{module.name}" for module in iter_modules(service.__path__)}
    assert set(client["forbidden_modules"]) == rest - {"service.client"} | {"models", "nlp"}


def test_every_metric_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    metrics = [
        value
        for value in vars(telemetry).values()
        if isinstance(value, prometheus_client.metrics.MetricWrapperBase)
    ]
    names = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for wrapper in metrics
        for metric in wrapper.describe()
    }
    assert len(names) >= 10
    assert {name for name in names if f"`{name}`" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_table_of_packages_follows_the_layers() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    contracts = tools["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one.get("containers") == ["service"])
    packages = [package for layer in layers for package in re.findall(r"\w+", layer)]
    page = (ROOT / "docs/architecture.md").read_text()
    table = page.partition("## The packages")[2].partition("\n\n`client`")[0]
    heads = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    assert [package for head in heads for package in re.findall(r"`(\w+)`", head)] == packages


@pytest.mark.parametrize("package", PACKAGES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_every_package_says_what_it_is(package: Path) -> None:
    assert ast.get_docstring(ast.parse(package.read_text()))


def test_docs_tell_how_to_install_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = re.findall(
        r"\.venv/bin/pip install -e '\.\[(\w+)\]'", "".join(page.read_text() for page in PAGES)
    )
    assert set(told) == set(project["optional-dependencies"]) - {"dev"}
