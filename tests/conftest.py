"""One tiny survey and one finished run for the whole session."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data/raw/sample_survey.csv"
SHARED = ROOT.parent / "shared/data"


@pytest.fixture(scope="session")
def sample_path() -> Path:
    return SAMPLE


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real surveys, where they lie beside the project."""
    if not (SHARED / "telecom_nps.csv").exists():
        pytest.skip("the real surveys of ../shared/data are not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory):
    """The bundled sample, run the whole way once."""
    import feedback_nlp as fn

    out = tmp_path_factory.mktemp("runs") / "sample_survey"
    return fn.analyse(fn.read_survey(SAMPLE), out, seed=0, resamples=300)
