"""The next wave: the same ids, and what has moved since, from the command line to the brief."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import feedback_nlp as fn
from feedback_nlp.cli import main
from feedback_nlp.report.wave_wording import since_last_time

PRICE = ["my bill went up again", "another price rise this spring", "far too expensive now"]


@pytest.fixture(scope="module")
def waves(sample_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A first wave of 150 answers, its codebook, and a second in which prices have risen."""
    folder = tmp_path_factory.mktemp("waves")
    survey = pd.read_csv(sample_path)
    told = survey[survey["reason"].str.len() > 15].head(300)
    told.head(150).to_csv(folder / "first.csv", index=False)
    later = told.tail(150).reset_index(drop=True)
    dearer = later.index % 3 == 0
    later.loc[dearer, "reason"] = [PRICE[i % 3] for i in range(dearer.sum())]
    later.to_csv(folder / "second.csv", index=False)
    (folder / "codebook.yaml").write_text(
        "themes:\n"
        "- id: price\n  label: Prices and bills\n  description: what it costs, price rises\n"
        "  examples: [the price went up, too expensive, my bill is wrong, a higher bill, dear]\n"
        "- id: connection\n  label: Broadband and wifi\n"
        "  examples: [wifi drops, slow broadband, no internet again, the router is bad]\n"
        "- id: people\n  label: Staff and call centre\n"
        "  examples: [the agent was kind, on hold for an hour, rude staff, nobody answered]\n"
    )
    return folder


def test_the_second_wave_says_what_has_moved(waves: Path, capsys) -> None:
    book = ["--codebook", str(waves / "codebook.yaml")]
    first = ["run", str(waves / "first.csv"), "--out", str(waves / "one"), *book]
    assert main(first) == 0
    second = ["run", str(waves / "second.csv"), "--out", str(waves / "two"), *book]
    capsys.readouterr()
    assert main([*second, "--previous", str(waves / "one")]) == 0
    out = capsys.readouterr().out
    assert "“Prices and bills” has grown" in out
    run = fn.load_run(waves / "two")
    changes = run.wave_changes.set_index("theme_id")
    assert changes.loc["price", "change"] == "grown"
    assert changes.loc["price", "ci_low"] > 0
    assert changes.loc["connection", "change"] in ("steady", "shrunk")
    # The table's later shares are those of the run itself.
    links = run.mention_themes
    n = links.loc[links["theme_id"] == "price", "response_id"].nunique()
    assert changes.loc["price", "n_after"] == n
    assert run.record["previous"]["name"] == "first"
    assert set(run.themes["theme_id"]) >= {"price", "connection", "people"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--previous", "one"], "Two waves compare by one codebook"),
        (["--previous", "nowhere", "--codebook", "codebook.yaml"], "no finished run"),
        (["--previous", "two", "--codebook", "codebook.yaml", "--out", "two"], "written over"),
    ],
)
def test_waves_that_cannot_be_compared(
    waves: Path, monkeypatch: pytest.MonkeyPatch, capsys, options: list[str], says: str
) -> None:
    monkeypatch.chdir(waves)
    assert main(["run", "second.csv", *options]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert says in said


def changes(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["label", "change", "share_before", "share_after"])
    difference = table["share_after"] - table["share_before"]
    return table.assign(
        parent_id=None,
        difference=difference,
        ci_low=difference - 0.02,
        ci_high=difference + 0.02,
    )


def test_sentences_name_the_largest_changes_and_never_what_could_be_chance() -> None:
    moved = [(f"T{n}", "grown", 0.1, 0.1 + n / 100) for n in range(9, 2, -1)]
    run = SimpleNamespace(
        tables=["wave_changes"],
        record={"previous": {}},
        wave_changes=changes(*moved, ("Same", "steady", 0.1, 0.12)),
    )
    said = since_last_time(run)
    assert len(said) == 6
    assert "“T9”" in said[0]
    assert said[-1] == "2 more themes have moved."
    assert not any("Same" in sentence for sentence in said)
    run.wave_changes = changes(("Same", "steady", 0.1, 0.12))
    assert since_last_time(run) == [
        "No theme has grown or shrunk by more than chance would explain."
    ]
    assert since_last_time(SimpleNamespace(tables=[])) == []
