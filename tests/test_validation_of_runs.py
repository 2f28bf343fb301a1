"""A run checked by hand: sheets drawn from it, what is kept in it, when that is forgotten."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from feedback_nlp.cli import main
from feedback_nlp.errors import FeedbackError
from feedback_nlp.report.method import _validated
from feedback_nlp.run_folder import Run, Steps, load_run, write_table
from feedback_nlp.validation.saved import forget_stale, hand_check


@pytest.fixture
def copied_run(sample_run, tmp_path: Path) -> Run:
    folder = tmp_path / "run"
    shutil.copytree(sample_run.folder, folder)
    return load_run(folder)


def coded(run: Run, sheet: Path, missed: float = 0.2) -> None:
    """A person who agrees with the model but for some themes that the person does not see."""
    random = np.random.default_rng(0)
    parents = dict(zip(run.themes["theme_id"], run.themes["parent_id"], strict=True))
    links = run.mention_themes
    top = [parents[t] if isinstance(parents[t], str) else t for t in links["theme_id"]]
    of = links.assign(top=top).groupby("mention_id")["top"].agg(set)
    table = pd.read_csv(sheet, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    table["coder_1"] = [
        "; ".join(sorted(of.get(mention, set()))) if random.random() > missed else "none"
        for mention in table["mention_id"]
    ]
    table["coder_1"] = table["coder_1"].replace("", "none")
    table.to_csv(sheet, index=False)


def test_a_run_is_checked_by_hand_from_the_command_line(copied_run: Run, capsys) -> None:
    sheet = copied_run.folder / "validation.csv"
    command = ["validate", str(copied_run.folder), "--sheet", str(sheet), "--n", "60"]
    assert main(command) == 0
    said = re.search(r"of (\d+) respondents to code", capsys.readouterr().out)
    assert 60 <= int(said[1]) < 80  # a few of every theme, though that be more than was asked for
    drawn = pd.read_csv(sheet, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    said = set(copied_run.mentions["text"].str.replace("\r", "\n")) | set(
        "'" + copied_run.mentions["text"]
    )
    assert set(drawn["text"]) <= said
    assert main(command) == 2
    assert "no codes yet" in capsys.readouterr().err
    coded(copied_run, sheet)
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "All themes" in out
    assert "corrected" in out
    run = load_run(copied_run.folder)
    overall = run.validation.set_index("theme_id").loc["_all"]
    assert overall["n_mentions"] == len(drawn)
    assert overall["precision_low"] < overall["precision"] < 0.95
    assert set(run.corrected_shares["group"]) >= {"all", "detractor", "promoter"}
    assert "checked by hand on" in _validated(run)
    assert "not been checked" in _validated(copied_run_without_check(run))


def copied_run_without_check(run: Run) -> Run:
    for name in ("validation", "corrected_shares"):
        (run.folder / f"{name}.parquet").unlink()
    return load_run(run.folder)


def test_a_second_draw_does_not_orphan_a_sheet_that_people_are_coding(
    copied_run: Run, tmp_path: Path
) -> None:
    first = hand_check(copied_run, tmp_path / "a.csv", n=40)
    again = hand_check(copied_run, tmp_path / "b.csv", n=40)
    assert first.written[0].read_bytes() == again.written[0].read_bytes()
    with pytest.raises(FeedbackError, match="Another sample was drawn"):
        hand_check(copied_run, tmp_path / "c.csv", n=200)
    for sheet in ("a.csv", "b.csv"):
        (tmp_path / sheet).unlink()
    assert hand_check(copied_run, tmp_path / "c.csv", n=200).n_drawn == 200


def test_a_check_is_forgotten_when_the_themes_have_changed(copied_run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    hand_check(copied_run, sheet, n=40)
    coded(copied_run, sheet)
    assert hand_check(copied_run, sheet).report is not None
    assert not forget_stale(copied_run.folder)
    assert "validation" in copied_run.tables
    links = copied_run.mention_themes
    write_table(links.iloc[5:], copied_run.folder / "mention_themes.parquet")
    assert forget_stale(copied_run.folder)
    assert "validation" not in copied_run.tables
    changed = load_run(copied_run.folder)
    assert hand_check(changed, sheet).report is not None, "codes of the same mentions stay good"
    write_table(changed.mentions.assign(text="other"), copied_run.folder / "mentions.parquet")
    with pytest.raises(FeedbackError, match="other mentions"):
        hand_check(load_run(copied_run.folder), sheet)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a run but its lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_nothing_is_drawn_or_read_while_another_process_writes_into_the_run(
    copied_run: Run, tmp_path: Path
) -> None:
    sheet = tmp_path / "a.csv"
    before = files_of(copied_run.folder)
    with (
        Steps(copied_run.folder).alone(),
        pytest.raises(FeedbackError, match="Another command is writing"),
    ):
        hand_check(copied_run, sheet, n=40)
    assert files_of(copied_run.folder) == before
    assert not sheet.exists()
    hand_check(copied_run, sheet, n=40)
    coded(copied_run, sheet)
    before = files_of(copied_run.folder)
    with (
        Steps(copied_run.folder).alone(),
        pytest.raises(FeedbackError, match="Another command is writing"),
    ):
        hand_check(copied_run, sheet)
    assert files_of(copied_run.folder) == before
    assert hand_check(copied_run, sheet).report is not None


def test_a_sheet_is_read_against_the_tables_that_lie_there_now(
    copied_run: Run, tmp_path: Path
) -> None:
    sheet = tmp_path / "a.csv"
    hand_check(copied_run, sheet, n=40)
    coded(copied_run, sheet)
    links = copied_run.mention_themes  # now this object has read the table
    drawn = pd.read_csv(sheet, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    lost = links["mention_id"].isin(drawn["mention_id"])
    write_table(links[~lost], copied_run.folder / "mention_themes.parquet")
    report = hand_check(copied_run, sheet).report
    recall = report.accuracy.set_index("theme_id").loc["_all", "recall"]
    assert recall == 0
    assert not forget_stale(copied_run.folder)
