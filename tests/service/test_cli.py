"""The command line as a whole."""

import importlib
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from service.cli import COMMANDS, app


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_explains_itself(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    module = importlib.import_module(f"service.cli.{COMMANDS[name].module}")
    assert hasattr(module, COMMANDS[name].attribute)


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.startswith("verbatim ")


def test_unknown_command() -> None:
    result = CliRunner().invoke(app, ["serv"])
    assert result.exit_code == 2
    assert "serve" in result.output


def test_help_is_quick() -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from service.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "slow = {'fastapi', 'sqlalchemy', 'numpy', 'onnxruntime', 'torch'} & set(sys.modules)\n"
        "sys.exit(str(slow) if slow else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
