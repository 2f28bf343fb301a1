"""The project's own files agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = {
    canonicalize_name(r.name): str(r.specifier)
    for r in map(Requirement, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
}


def locked() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text()
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", text, re.M)
    }


def test_conda_users_get_the_same_names_and_bounds():
    content = YAML(typ="safe").load((ROOT / "environment.yml").read_text())
    conda = [line for line in content["dependencies"] if isinstance(line, str)]
    (pip,) = [part["pip"] for part in content["dependencies"] if isinstance(part, dict)]
    assert {canonicalize_name(r.name): str(r.specifier) for r in map(Requirement, pip)} == WANTED
    assert f"python{PROJECT['requires-python']}" in conda


@pytest.mark.parametrize("name", sorted(WANTED))
def test_the_lock_pins_every_package_within_its_bounds(name):
    assert Requirement(f"{name}{WANTED[name]}").specifier.contains(locked()[name])


def test_every_pin_has_hashes_and_torch_is_the_one_promised():
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text())
    pins = [block for block in blocks if "==" in block.split("\n")[0]]
    assert len(pins) > 100
    assert all("--hash=sha256:" in block for block in pins)
    assert locked()["torch"] == "2.13.0"
    assert not [name for name in locked() if name.startswith("nvidia")]


def test_notebooks_are_stored_without_outputs_and_take_one_parameter():
    import nbformat

    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert paths
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        assert re.match(r"\d\d_", path.name)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code), path.name
        tagged = [c for c in code if "parameters" in c.metadata.get("tags", [])]
        assert len(tagged) == 1, path.name
        assert all("def " not in cell.source and "class " not in cell.source for cell in code)


def test_rooms_do_not_reach_back():
    """Data flows one way: findings know neither pictures nor reports, rooms not the pipeline."""
    forbidden = {
        "findings": ("plots", "report", "pipeline", "cli", "readers", "themes", "encoding"),
        "themes": ("findings", "plots", "report", "pipeline", "cli"),
        "report": ("pipeline", "cli"),
        "plots": ("report", "pipeline", "cli"),
        "nps": ("survey", "readers", "findings", "pipeline"),
        "column_roles.py": ("survey", "readers", "pipeline", "findings"),
        "survey.py": ("readers", "pipeline", "findings"),
    }
    package = ROOT / "src/feedback_nlp"
    wrong = []
    for room, others in forbidden.items():
        paths = [package / room] if room.endswith(".py") else (package / room).rglob("*.py")
        for path in paths:
            for other in others:
                if re.search(rf"^\s*from feedback_nlp\.{other}\b", path.read_text(), re.M):
                    wrong.append(f"{path.relative_to(package)} imports {other}")
    assert not wrong
