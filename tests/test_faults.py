"""What breaks in the middle: killed and interrupted runs, two at once, damaged files, bad cells.

benchmarks/kill_anywhere.py kills many more runs, at random moments, and compares every byte.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import feedback_nlp as fn
from feedback_nlp import pipeline
from feedback_nlp.report.notebook_export import export_notebook
from feedback_nlp.run_folder import Steps, load_run, write_table
from feedback_nlp.vector_cache import VectorCache

if sys.platform == "win32":
    pytest.skip("signals of Unix", allow_module_level=True)

# Where the tests run in the background, their children would be deaf to Ctrl-C.
HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
COMMAND = HEARING + "from feedback_nlp.cli import entry; entry()"
STEPS = ["rows", "themes", "findings", "satisfaction"]


@pytest.fixture(scope="module")
def tiny(sample_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = sample_path.read_text("utf-8").splitlines(keepends=True)
    path = tmp_path_factory.mktemp("survey") / "tiny.csv"
    path.write_text("".join(lines[:81]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing has disturbed; tests work on copies of it."""
    return fn.analyse(fn.read_survey(tiny), tmp_path_factory.mktemp("runs") / "run").folder


@pytest.fixture
def run_folder(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "run")


def command(*words: str | Path, **more: object) -> subprocess.Popen[str]:
    """The command line in a process group of its own, as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,  # type: ignore[call-overload]
    )


def content(folder: Path) -> dict[str, bytes]:
    """Every file, but of the record only what is not of its own time."""
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    record = json.loads(found.pop("run.json"))
    del record["seconds"], record["reused"], found["steps/.lock"]
    return {**found, "run.json": json.dumps(record).encode()}


def wait_for(what: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def killed(process: subprocess.Popen[str], there: Path, seconds: float) -> None:
    """Killed so many seconds after a file is there."""
    wait_for(lambda: there.exists() or process.poll() is not None)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run had ended before it was killed"
    process.stderr.close()


def test_a_run_killed_twice_leaves_nothing_half_done_and_ends_with_the_same_bytes(
    tiny: Path, finished: Path, tmp_path: Path
) -> None:
    folder, draw = tmp_path / "run", random.Random(11)
    begun = {"rows": "steps", "themes": "steps/rows.json", "findings": "steps/themes.json"}
    for step in draw.sample(sorted(begun), 2):
        killed(command("run", tiny, "--out", folder), folder / begun[step], draw.uniform(0, 0.5))
        assert not (folder / "run.json").exists()
    # What a kill in the midst of writing leaves; it may hold answers.
    for left in (
        ".responses.parquet.abcd_123",
        "steps/.rows.json.zzzzzzz9",
        "steps/rows/.x.npy.a1",
    ):
        (folder / left).parent.mkdir(exist_ok=True)
        (folder / left).write_bytes(b"PAR1")
    fn.analyse(fn.read_survey(tiny), folder)
    assert content(folder) == content(finished)


def test_a_killed_run_of_other_options_leaves_no_table_behind(
    tiny: Path, run_folder: Path, finished: Path
) -> None:
    """Killed before it could note what it had written: only the files tell."""
    shutil.copy(run_folder / "themes.parquet", run_folder / "against_target.parquet")
    assert "against_target" in load_run(run_folder).tables
    run = fn.analyse(fn.read_survey(tiny), run_folder)
    assert run.record["reused"] == STEPS
    assert "against_target" not in run.tables
    assert content(run_folder) == content(finished)


def test_the_second_of_two_processes_on_one_folder_refuses_in_a_sentence(
    tiny: Path, run_folder: Path, finished: Path
) -> None:
    first_line = "import sys; from pathlib import Path; from feedback_nlp.run_folder import Steps\n"
    holding = first_line + "with Steps(Path(sys.argv[1])).alone(): print('mine'); sys.stdin.read()"
    first = subprocess.Popen(
        [sys.executable, "-uc", holding, str(run_folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert first.stdout.readline() == b"mine\n"
    with pytest.raises(fn.FeedbackError, match=r"Another command is writing to .*; wait until"):
        fn.analyse(fn.read_survey(tiny), run_folder)
    with pytest.raises(fn.FeedbackError, match="Another command is writing"):
        pipeline.write_report(load_run(run_folder), run_folder, notebooks=False)
    # A process that is killed keeps the folder from nobody.
    first.kill()
    first.communicate()
    fn.analyse(fn.read_survey(tiny), run_folder)
    assert content(run_folder) == content(finished)


@pytest.mark.parametrize(
    ("name", "redone"),
    [
        ("responses.parquet", "rows"),
        ("steps/rows/00000.vectors.npy", "rows"),
        ("mention_themes.parquet", "themes"),
        ("nps_impact.parquet", "findings"),
        ("steps/findings.json", "findings"),
        ("csat_scores.parquet", "satisfaction"),
    ],
)
def test_half_a_file_is_noticed_and_made_anew(
    tiny: Path, run_folder: Path, finished: Path, name: str, redone: str
) -> None:
    damaged = run_folder / name
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    run = fn.analyse(fn.read_survey(tiny), run_folder)
    assert redone not in run.record["reused"]
    assert set(run.record["reused"]) == set(STEPS) - {redone}
    assert content(run_folder) == content(finished)


def test_a_figure_changed_in_a_note_is_noticed(
    tiny: Path, run_folder: Path, finished: Path
) -> None:
    note = run_folder / "steps/themes.json"
    right = note.read_text("utf-8")
    n = json.loads(right)["note"]["counts"]["with_content"]
    note.write_text(right.replace(f'"with_content": {n}', f'"with_content": {n + 1}'))
    run = fn.analyse(fn.read_survey(tiny), run_folder)
    assert "themes" not in run.record["reused"]
    assert run.record["counts"]["with_content"] == n
    assert content(run_folder) == content(finished)


def test_half_a_record_is_refused_and_made_anew(
    tiny: Path, run_folder: Path, finished: Path
) -> None:
    record = run_folder / "run.json"
    record.write_text(record.read_text("utf-8")[:300])
    with pytest.raises(fn.FeedbackError, match=r"run\.json is missing or broken"):
        load_run(run_folder)
    assert fn.analyse(fn.read_survey(tiny), run_folder).record["reused"] == STEPS
    assert content(run_folder) == content(finished)


def test_no_report_is_made_of_a_table_that_has_changed_since(run_folder: Path) -> None:
    themes = pd.read_parquet(run_folder / "themes.parquet")
    write_table(themes.assign(n_responses=themes["n_responses"] + 1), run_folder / "themes.parquet")
    with pytest.raises(fn.FeedbackError, match=r"No longer what the run .*: themes\.parquet; run"):
        pipeline.write_report(load_run(run_folder), run_folder.parent / "report", notebooks=False)
    assert not (run_folder.parent / "report").exists()


def test_a_flipped_bit_in_the_values_of_a_table_is_noticed(run_folder: Path) -> None:
    """Parquet itself reads over one in six of them without a word."""
    path = run_folder / "mentions.parquet"
    right, whole, draw = path.read_bytes(), pd.read_parquet(path), random.Random(3)
    import pyarrow.parquet as pq

    values_end = len(right) - 8 - pq.read_metadata(path).serialized_size
    silent = refused = 0
    for _ in range(60):
        wrong = bytearray(right)
        wrong[draw.randrange(4, values_end)] ^= 1 << draw.randrange(8)
        path.write_bytes(wrong)
        try:
            silent += not load_run(run_folder).mentions.equals(whole)
        except fn.FeedbackError:
            refused += 1
    assert refused > 20
    assert silent <= 2  # in the headers of pages, which no sum covers


def test_a_damaged_vector_cache_gives_right_vectors_or_none(tmp_path: Path) -> None:
    made = np.random.default_rng(0)
    keys = [made.bytes(32) for _ in range(120)]
    vectors = dict(zip(keys, made.normal(size=(120, 384)).astype(np.float16), strict=True))
    with VectorCache(tmp_path / "whole.sqlite") as cache:
        cache.put(keys, vectors.values())
    right, draw = (tmp_path / "whole.sqlite").read_bytes(), random.Random(1)
    lost = 0
    for number in range(150):
        wrong = bytearray(right)
        if number % 3 == 0:
            del wrong[draw.randrange(len(wrong)) :]
        else:
            size = draw.choice([1, 64, 4096])
            place = draw.randrange(len(wrong) - size)
            wrong[place : place + size] = draw.randbytes(size)
        path = tmp_path / f"{number}.sqlite"
        path.write_bytes(wrong)
        with VectorCache(path) as cache:
            found = cache.get(keys)
            assert all(np.array_equal(found[key], vectors[key]) for key in found)
            lost += len(found) < len(keys)
            cache.put(keys, vectors.values())
            assert len(cache.get(keys)) > 100
    assert lost > 100  # the damage was damage


def test_a_text_where_a_vector_should_be_is_damage_too(tmp_path: Path) -> None:
    """One wrong byte of SQLite's turns a vector into a text, or into a number."""
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        cache.put([b"one"], [np.ones(4, np.float16)])
        for wrong in ("'text'", "7", "CAST(x'c9ff' AS TEXT)"):
            cache.put([b"one"], [np.ones(4, np.float16)])
            cache.connection.execute(f"UPDATE vectors SET vector = {wrong}")
            assert cache.get([b"one"]) == {}
            cache.put([b"one"], [np.ones(4, np.float16)])
            assert cache.get([b"one"])[b"one"].tolist() == [1, 1, 1, 1]


def notebooks(folder: Path, **cells: str) -> Path:
    folder.mkdir()
    for name, source in cells.items():
        first = new_code_cell("run_dir = ''", metadata={"tags": ["parameters"]})
        made = new_notebook(cells=[first, new_code_cell(source)])
        nbformat.write(made, folder / f"0{name}.ipynb")
    return folder


def test_a_failing_cell_is_named_and_the_rest_of_the_report_is_made(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {"1_bad": "rows = {}\nrows['gone']", "2_good": "print('here')"}
    sources["3_dead"] = "import os\nos._exit(9)"
    monkeypatch.setattr(pipeline, "NOTEBOOKS", notebooks(tmp_path / "books", **sources))
    with pytest.raises(fn.FeedbackError) as raised:
        pipeline.write_report(load_run(run_folder), tmp_path / "report")
    said = str(raised.value)
    assert "2 of 3 notebooks failed" in said
    assert "01_bad.ipynb stopped at cell 2 (“rows = {}”) because of KeyError: 'gone'" in said
    assert "03_dead.ipynb stopped at cell 2 (“import os”) because its Python process died" in said
    made = {path.name for path in (tmp_path / "report").rglob("*") if path.is_file()}
    assert {"brief.pdf", "deck.pdf", "brief.html", "02_good.pdf", "02_good.html"} <= made
    assert not any("bad" in name or "dead" in name for name in made)


def test_a_notebook_that_cannot_be_exported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_pandoc(*_: object, **__: object) -> str:
        raise OSError("No pandoc was found")

    folder = notebooks(tmp_path / "books", **{"1_good": "print('here')"})
    monkeypatch.setattr("feedback_nlp.report.notebook_export._to_pdf", no_pandoc)
    with pytest.raises(fn.FeedbackError, match=r"01_good\.ipynb ran, but .*No pandoc was found"):
        export_notebook(folder / "01_good.ipynb", tmp_path / "out", {})
    assert not (tmp_path / "out").exists()


def test_ctrl_c_ends_every_process_and_says_how_to_go_on(run_folder: Path, tmp_path: Path) -> None:
    """In the middle of a notebook, where a second process is at work."""
    sign = tmp_path / "busy"
    waits = f"from pathlib import Path\nPath({str(sign)!r}).touch()\nimport time\ntime.sleep(300)"
    folder = notebooks(tmp_path / "books", **{"1_waits": waits, "2_never": "print('here')"})
    told = f"import feedback_nlp.pipeline as p; p.NOTEBOOKS = p.Path({str(folder)!r}); {COMMAND}"
    report = subprocess.Popen(
        [sys.executable, "-c", told, "report", str(run_folder), "--out", str(tmp_path / "report")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: sign.exists() or report.poll() is not None, 120)
    children = psutil.Process(report.pid).children(recursive=True)
    assert children, "the notebook's own process"
    os.killpg(report.pid, signal.SIGINT)
    said = report.communicate(timeout=60)[1]
    assert report.returncode == 130, said
    assert "interrupted; the same command goes on from the last finished step" in said
    assert "Traceback" not in said
    assert "died" not in said
    assert not psutil.wait_procs(children, timeout=10)[1]
    assert not (tmp_path / "report/notebooks").exists(), "it did not go on to the next notebook"
    with Steps(tmp_path / "report").alone():
        pass  # nothing keeps the folder


def test_a_killed_report_leaves_no_notebook_process(run_folder: Path, tmp_path: Path) -> None:
    sign = tmp_path / "busy"
    waits = f"from pathlib import Path\nPath({str(sign)!r}).touch()\nimport time\ntime.sleep(300)"
    folder = notebooks(tmp_path / "books", **{"1_waits": waits})
    code = "import sys; from pathlib import Path\n"
    code += "from feedback_nlp.report.notebook_export import export_notebook\n"
    code += "export_notebook(Path(sys.argv[1]), Path(sys.argv[2]), {})"
    words = [sys.executable, "-c", code, str(folder / "01_waits.ipynb"), str(tmp_path / "out")]
    process = subprocess.Popen(words, start_new_session=True)
    wait_for(lambda: sign.exists() or process.poll() is not None, 120)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.kill()
    process.wait()
    assert not psutil.wait_procs(children, timeout=20)[1]


def test_a_damaged_compiled_encoder_is_made_again(monkeypatch, tmp_path):
    import shutil

    from feedback_nlp import encoding

    whole = encoding.load_encoder()
    folder = tmp_path / "compiled"
    shutil.copytree(encoding.cache_folder() / "compiled", folder)
    (file,) = folder.glob("minilm-int8*.onnx")
    file.write_bytes(file.read_bytes()[:1_000_000])
    monkeypatch.setenv("FEEDBACK_NLP_CACHE", str(tmp_path))
    again = encoding._packaged_encoder()
    texts = ["The engineer never came", "cheap"]
    assert (again.encode(texts) == whole.encode(texts)).all()


def test_a_forgetting_that_was_cut_off_says_so(sample_run, tmp_path):
    import shutil

    import numpy as np

    from feedback_nlp.errors import FeedbackError
    from feedback_nlp.forgetting import forget

    folder = tmp_path / "run"
    shutil.copytree(sample_run.folder, folder)
    file = sorted((folder / "steps" / "rows").glob("*.npy"))[0]
    np.save(file, np.load(file)[:-3])
    with pytest.raises(FeedbackError, match="was cut off: run the survey"):
        forget(folder, sample_run.responses["response_id"].iloc[0])
