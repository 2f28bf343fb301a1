"""The command line: one clear sentence for every mistake, and nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from feedback_nlp.cli import main

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


def make(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (PNG, "PNG"),
        (b"", "empty"),
        ("name,comment\nann,the bill was wrong again\nbob,the engineer never came\n" * 20, "score"),
        (
            "score,first,second\n"
            + "".join(
                f"{n % 11},{one} on day {n} and nobody cared,please mend {other} in week {n}\n"
                for n in range(12)
                for one, other in [("the bill was wrong", "the app"), ("it rained in", "my line")]
            ),
            "two columns",
        ),
    ],
    ids=["a picture", "an empty file", "no score", "two texts"],
)
@pytest.mark.parametrize("command", ["check", "run", "report"])
def test_a_file_that_cannot_be_used_gets_one_sentence_and_exit_code_2(
    command, content, says, tmp_path, monkeypatch, capsys
):
    file = make(tmp_path / "survey.csv", content)
    monkeypatch.chdir(tmp_path)
    assert main([command, str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("feedback-nlp: ")
    assert says.casefold() in said.casefold()
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["survey.csv"]


def test_check_prints_the_mapping_and_writes_nothing(sample_path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["check", str(sample_path)]) == 0
    said = capsys.readouterr().out
    assert "journey_stage" in said
    assert "rows read" in said
    assert not list(tmp_path.iterdir())


def test_report_on_a_finished_run_writes_the_brief_where_it_says(
    sample_run, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(sample_run.folder), "--brief-only"]) == 0
    said = capsys.readouterr().out
    for name in ("brief.pdf", "deck.pdf", "brief.html"):
        assert f"reports/sample_survey/{name}" in said
        assert (tmp_path / "reports/sample_survey" / name).is_file()
    assert (tmp_path / "reports/sample_survey/brief.pdf").read_bytes().startswith(b"%PDF")


def test_notebooks_run_on_a_finished_run_and_are_not_run_twice(sample_run, tmp_path):
    from feedback_nlp.pipeline import NOTEBOOKS, write_report

    names = sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
    written = write_report(sample_run, tmp_path)
    assert sorted(set(written) - {"brief", "deck", "page", "follow-up"}) == names
    for name in names:
        assert (tmp_path / "notebooks" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert "<html" in (tmp_path / "notebooks" / f"{name}.html").read_text()
    # No kernel outlives its notebook.
    children = psutil.Process().children(recursive=True)
    assert not [child for child in children if "ipykernel_launcher" in " ".join(child.cmdline())]
    made = {p: p.stat().st_mtime_ns for p in (tmp_path / "notebooks").iterdir()}
    write_report(sample_run, tmp_path)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "notebooks").iterdir()} == made


def test_help_answers_at_once():
    command = [sys.executable, "-m", "feedback_nlp.cli", "--help"]
    best = 9.0
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=True)
        best = min(best, time.perf_counter() - started)
    assert "check" in done.stdout
    # Half a second is the promise (benchmarks measure it); a busy machine gets some room here.
    assert best < 1.5


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from feedback_nlp.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('pandas', 'torch', 'spacy', 'numpy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_a_codebook_is_written_edited_and_gives_the_same_ids_to_the_next_run(
    sample_run, sample_path, tmp_path, monkeypatch, capsys
):
    import feedback_nlp as fn

    book = tmp_path / "codebook.yaml"
    assert main(["themes", str(sample_run.folder), "--out", str(book)]) == 0
    assert "--codebook" in capsys.readouterr().out
    known = set(sample_run.themes["theme_id"])
    renamed = book.read_text().replace("label: Harbour team", "label: The Harbour people")
    book.write_text(renamed)
    run = fn.analyse(
        fn.read_survey(sample_path), tmp_path / "wave", codebook=str(book), resamples=200
    )
    assert set(run.themes["theme_id"]) <= known | {"general_praise", "general_complaint"}
    assert set(run.themes["source"]) == {"codebook"}
    if "label: The Harbour people" in renamed:
        assert "The Harbour people" in set(run.themes["label"])
    total = run.nps_impact["contribution"].sum()
    assert total == pytest.approx(fn.nps(run.responses["score"]).score, abs=1e-9)


def test_a_mistake_in_the_codebook_is_named_with_its_line(sample_path, tmp_path, capsys):
    book = tmp_path / "codebook.yaml"
    book.write_text("themes:\n  - id: price\n    label: Price\n    colour: red\n")
    run = ["run", str(sample_path), "--out", str(tmp_path / "run"), "--codebook", str(book)]
    assert main(run) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "line 4" in said
    assert "colour" in said


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["reprot", "x.csv"], 'did you mean "report"?'),
        (["check", "{survey}", "--segmnt", "plan"], 'did you mean "--segment"?'),
        (["check", "{survey}", "--score", "Scor"], 'did you mean "score"?'),
        (["check", "{folder}/first_quater.csv"], "did you mean {survey}?"),
        (["themes", "{folder}/frist_run"], "did you mean {folder}/first_run?"),
        (["report", "{folder}/frist_run"], "did you mean {folder}/first_run?"),
        (["evaluate", "--only", "mention"], 'did you mean "mentions"?'),
    ],
)
def test_a_mistyped_name_is_answered_with_the_one_that_was_meant(words, meant, tmp_path, capsys):
    survey = tmp_path / "first_quarter.csv"
    survey.write_text("score,reason\n9,So easy to use\n0,It never came at all\n")
    (tmp_path / "first_run").mkdir()
    (tmp_path / "first_run" / "run.json").write_text("{}")
    places = {"survey": survey, "folder": tmp_path}
    assert main([word.format(**places) for word in words]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert meant.format(**places) in said


def test_what_resembles_nothing_is_not_guessed_at(capsys):
    assert main(["zzz"]) == 2
    said = capsys.readouterr().err
    assert "did you mean" not in said
    assert "there are check, run, report" in said
