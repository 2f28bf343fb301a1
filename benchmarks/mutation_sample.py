"""Mutation testing of findings/ by a random sample: how many small faults the tests notice.

    python -m pip install --target /tmp/mutmut mutmut==3.8.1
    export PYTHONPATH=/tmp/mutmut
    python benchmarks/mutation_sample.py /tmp/mutation [--sample 280] [--seed 0] [--again] [--show]

mutmut makes some 16,000 faults in findings/ (a sign turned, a bound moved, a word changed), each
in a copy of the project below the folder named. They are too many to try, so a sample is drawn
from every module in proportion to its faults. For each one run those tests of TESTS, and the
examples in the docstrings, that reach the function with the fault in it; tests that need a whole
run of the sample survey are left out, for they would take half a minute each time.

Where the folder is there already, its source, its faults and what came of them are used again;
tests are taken as they are now. ``--again`` tries the survivors of the sample once more. After the
source has changed, take a new folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
MUTATED = "src/feedback_nlp/findings"
TESTS = (
    *("actions", "benchmarks", "consistency", "content", "csat_correlations", "csat_drivers"),
    *("csat_findings", "csat_quadrants", "csat_scores", "danger", "findings_references", "groups"),
    *("impact", "passives", "properties_of_findings", "proportions", "segments"),
    *("survey_findings", "trends", "waves"),
)
EXAMPLES = "tests/test_examples_of_findings.py"
CONFIG = """
[tool.mutmut]
source_paths = ["src/feedback_nlp"]
only_mutate = ["{mutated}/*.py"]
also_copy = ["tests", "data", "notebooks", "docs"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-m", "not slow"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
track_dependencies = false
on_dependency_change = "ignore"
timeout_multiplier = 3.0
timeout_constant = 5.0
[tool.pytest.ini_options]
markers = ["slow: takes minutes"]
filterwarnings = ["ignore"]
"""
#: mutmut writes every fault beside its function, docstring and all: only the public name counts.
EXAMPLES_TEST = '''"""The examples in the docstrings of findings/, as tests of their own."""

import doctest
import importlib
from pathlib import Path

import pytest

import feedback_nlp

PACKAGE = Path(feedback_nlp.__file__).parent
FILES = [path for path in sorted((PACKAGE / "findings").rglob("*.py")) if path.stem != "__init__"]


def examples():
    for path in FILES:
        module = importlib.import_module(
            ".".join(["feedback_nlp", *path.relative_to(PACKAGE).with_suffix("").parts])
        )
        for name, what in sorted(vars(module).items()):
            if getattr(what, "__module__", "") == module.__name__ and "mutmut" not in name:
                text = getattr(what, "__doc__", None) or ""
                if ">>>" in text:
                    yield pytest.param(text, module, name, id=f"{path.stem}.{name}")


@pytest.mark.parametrize(("text", "module", "name"), list(examples()))
def test_the_example_comes_out_as_it_says(text, module, name):
    test = doctest.DocTestParser().get_doctest(text, dict(vars(module)), name, None, 0)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
'''
NO_WHOLE_RUNS = """

def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if "sample_run" not in item.fixturenames]
"""


def copy_project(work: Path) -> None:
    """Copy what tests and mutmut need: the source once, all else as it is now."""
    begun = (work / "src").exists()
    work.mkdir(parents=True, exist_ok=True)
    names = [f"tests/test_{name}.py" for name in TESTS]
    chosen = [name for name in names if (ROOT / name).exists()]
    for folder in ("src", "tests", "data", "notebooks", "docs"):
        for path in (ROOT / folder).rglob("*"):
            to = work / path.relative_to(ROOT)
            if {"__pycache__", "processed"} & set(path.parts) or not path.is_file():
                continue
            if folder == "src" and begun:
                continue
            if not to.exists() or to.read_bytes() != path.read_bytes():
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)
    config = CONFIG.format(mutated=MUTATED, tests=json.dumps([*chosen, EXAMPLES]))
    (work / "pyproject.toml").write_text(config, "utf-8")
    (work / EXAMPLES).write_text(EXAMPLES_TEST, "utf-8")
    with (work / "tests/conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(NO_WHOLE_RUNS)
    if (ROOT.parent / "shared").exists() and not (work / "shared").exists():
        (work / "shared").symlink_to(ROOT.parent / "shared")


def make_faults(work: Path) -> None:
    """Let mutmut write all faults, and copy the tests as they are now."""
    (work / "mutants").mkdir(exist_ok=True)
    code = (
        "import mutmut.__main__ as m; m.copy_src_dir(); m.copy_also_copy_files(); "
        "m.create_mutants(1)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=work, check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(work / "tests", work / "mutants/tests", dirs_exist_ok=True)


def codes_by_module(work: Path) -> dict[str, dict[str, int | None]]:
    """Per module, every fault and the exit code of its tests, None where they have not run."""
    folder = work / "mutants" / MUTATED
    return {
        str(path.relative_to(folder)).removesuffix(".py.meta"): json.loads(path.read_text("utf-8"))[
            "exit_code_by_key"
        ]
        for path in sorted(folder.rglob("*.meta"))
    }


def sample(faults: dict[str, dict[str, int | None]], size: int, seed: int) -> dict[str, list[str]]:
    """Faults drawn at random from every module, in proportion (largest remainders)."""
    random = np.random.default_rng(seed)
    numbers = np.array([len(of_module) for of_module in faults.values()])
    exact = size * numbers / numbers.sum()
    quota = np.floor(exact).astype(int)
    quota[np.argsort(-(exact - quota), kind="stable")[: size - quota.sum()]] += 1
    return {
        module: sorted(random.choice(sorted(of_module), int(count), replace=False).tolist())
        for (module, of_module), count in zip(faults.items(), quota, strict=True)
    }


def outcome(code: int | None) -> str | None:
    """What mutmut's exit code says; a fault that never ends, or ends the process, is caught."""
    if code in (0, 5, 33):
        return "survived"
    return "caught" if code in (1, 3, 24, -24, 36, 152, 255, -9, -11) else None


def run(work: Path, names: list[str]) -> None:
    """Run mutmut on these faults, one after the other."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "FEEDBACK_NLP_THREADS": "1"}
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=work, env=environment, check=True)


def main() -> None:
    """Draw, try, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path, help="a folder for the copy, kept between calls")
    parser.add_argument("--sample", type=int, default=280)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--again", action="store_true", help="try the survivors once more")
    parser.add_argument("--show", action="store_true", help="show what the survivors change")
    given = parser.parse_args()
    work = given.work.resolve()
    copy_project(work)
    make_faults(work)
    faults = codes_by_module(work)
    drawn = sample(faults, given.sample, given.seed)
    # mutmut forgets what came of all faults when a test file is added.
    file = work / "outcomes.json"
    came = json.loads(file.read_text("utf-8")) if file.exists() else {}
    wanted = ("survived", None) if given.again else (None,)
    todo = [name for names in drawn.values() for name in names if came.get(name) in wanted]
    if todo:
        try:
            run(work, todo)
        finally:
            now = codes_by_module(work).values()
            fresh = {name: outcome(code) for of_module in now for name, code in of_module.items()}
            came |= {name: fresh[name] for name in todo if fresh[name] is not None}
            file.write_text(json.dumps(came, indent=1), "utf-8")
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    left = []
    for module, names in drawn.items():
        for name in names:
            counts[module][came.get(name, "not tried")] += 1
            left += [name] if came.get(name) == "survived" else []
    for module, of_module in counts.items():
        print(f"{module}: {dict(of_module)}")
    for name in left:
        print(f"survived: {name}", flush=True)
        if given.show:
            subprocess.run([sys.executable, "-m", "mutmut", "show", name], cwd=work, check=False)
    caught, tried = (
        sum(of_module[key] for of_module in counts.values() for key in keys)
        for keys in (["caught"], ["caught", "survived"])
    )
    number = sum(map(len, faults.values()))
    error = (caught / tried * (1 - caught / tried) / tried) ** 0.5
    print(
        f"{tried} of {number:,} faults tried: {caught} caught "
        f"({100 * caught / tried:.1f} %, standard error {100 * error:.1f} points)"
    )


if __name__ == "__main__":
    main()
