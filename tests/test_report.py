"""The brief and the export of notebooks, made of a made-up run of a broadband company."""

from __future__ import annotations

import copy
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from made_up_run import QUOTES, THEMES, make_run
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pypdf import PdfReader

from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps import nps
from feedback_nlp.report import wording
from feedback_nlp.report.brief import brief_data, write_brief
from feedback_nlp.report.notebook_export import export_notebook


@pytest.fixture(scope="module")
def run() -> SimpleNamespace:
    return make_run()


@pytest.fixture(scope="module")
def pdf(run, tmp_path_factory) -> Path:
    return write_brief(run, tmp_path_factory.mktemp("brief"))


def text_of(pdf: Path) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(pdf).pages)
    return re.sub(r"\s+", " ", text.replace("\u200e", ""))


def test_the_pdf_gives_the_score_of_the_table_with_its_interval(run, pdf):
    estimate = nps(run.responses["score"])
    text = text_of(pdf)
    assert f"−{abs(estimate.score):.1f}" in text
    assert f"−{abs(estimate.low):.1f} to −{abs(estimate.high):.1f}" in text
    assert {str(estimate.promoters), str(estimate.passives), str(estimate.detractors)} <= set(
        text.split()
    )


def test_every_finding_stands_in_the_pdf_word_for_word(run, pdf):
    data = brief_data(run)
    assert len(data["findings"]) == 5
    text = text_of(pdf)
    for finding in data["findings"]:
        for part in (finding["lead"], finding["detail"]):
            assert part.replace("\u200e", "") in text


@pytest.mark.parametrize("seed", range(6))
def test_nothing_uncertain_is_called_a_cost(seed):
    run = make_run(n=150, seed=seed)
    impact = run.nps_impact.set_index("theme_id").rename(
        columns={"contribution_low": "ci_low", "contribution_high": "ci_high"}
    )
    tests = run.theme_groups[run.theme_groups["group"] == "detractor"].set_index("theme_id")
    data = brief_data(run)
    for finding in data["findings"]:
        row = impact.loc[finding["theme_id"]]
        assert abs(row["contribution"]) >= wording.PRACTICAL_POINTS
        assert row["ci_low"] > 0 or row["ci_high"] < 0
        if re.search("costs|earns", finding["lead"]):
            assert tests.loc[finding["theme_id"], "q_value"] < wording.LARGEST_Q


def test_a_cost_that_stands_apart_costs_most_and_one_that_does_not_is_only_listed():
    theme = {
        "label": "Slow speed",
        "contribution": -9.0,
        "ci_low": -11.0,
        "ci_high": -7.0,
        "q_value": 0.001,
        "odds_ratio": 4.0,
        "shares": {"detractor": 0.3, "promoter": 0.1},
    }
    assert "costs most: 9.0 points" in wording.theme_sentence(theme, most=True)[0]
    assert "costs 9.0 points" in wording.theme_sentence(theme)[0]


def test_a_theme_of_fewer_than_ten_respondents_is_named_and_nothing_else_is_said_of_it(run, pdf):
    named = run.mention_themes.groupby("theme_id")["response_id"].nunique()
    small = named[named < 10]
    assert list(small.index) == ["app"]
    data = brief_data(run)
    assert "app" not in {theme["theme_id"] for theme in data["themes"]}
    text = text_of(pdf).replace("\u200e", "")
    # The next in size goes with it, lest the number of the small one could be worked out.
    hidden = (
        "Too few respondents to be shown alone (fewer than 10): “Easy to set up” and “The app”."
    )
    assert hidden in " ".join(text.split())
    assert text.count("The app") == 1
    assert "app" not in set(run.nps_impact["theme_id"])
    assert "_too_few" in set(run.nps_impact["theme_id"])


def test_quotes_are_of_the_group_that_a_block_is_about_each_of_another_respondent(run):
    data = brief_data(run)
    groups = run.responses.set_index("response_id")["group"]
    seen: list[str] = []
    for block in data["blocks"]:
        assert 1 <= len(block["quotes"]) <= 3
        for quote in block["quotes"]:
            assert groups[quote["response_id"]] == block["group"]
            assert 40 <= len(quote["text"]) <= 220
            assert quote["text"] in QUOTES[block["theme_id"]]
            seen.append(quote["response_id"])
    assert {block["group"] for block in data["blocks"]} == {"detractor", "promoter"}
    assert len(seen) == len(set(seen))
    everything = json.dumps(data)
    assert "Awful service, terrible company" not in everything


HOSTILE = (
    '#import "x" and the engineer never came to repair the router',
    "The bill of $x$ and $5 was wrong and nobody corrected it",
    "*bold* and _under_ the phone line waits for ever `code` @label <tag>",
    "<script>alert(1)</script> broadband engineer router outage again",
    r"back\slashes \n \u{41} #{1+1} #panic() router engineer signal",
    "= + - @SUM(A1) /* comment */ // engineer router telephone queue",
)


def test_hostile_quotes_arrive_letter_by_letter(tmp_path):
    run = make_run(themes=THEMES[:3], quotes=HOSTILE)
    data = brief_data(run)
    shown = [quote["text"] for block in data["blocks"] for quote in block["quotes"]]
    assert sorted(shown) == sorted(HOSTILE)
    text = re.sub(r"\s", "", text_of(write_brief(run, tmp_path)))
    for quote in HOSTILE:
        assert re.sub(r"\s", "", quote) in text


def test_hostile_labels_and_survey_names_arrive_letter_by_letter(tmp_path):
    label = '#panic() $x$ *b* "q" \\ <i>'
    run = make_run(themes=(("bad", label, (0.5, 0.2, 0.05)), *THEMES[4:6]))
    run.record["input"]["name"] = "#evil $name$.csv"
    text = text_of(write_brief(run, tmp_path))
    assert text.count(label) >= 3
    assert "#evil $name$" in text


RIGHT_TO_LEFT = (
    "האינטרנט איטי מאוד בכל ערב ואף אחד לא עונה לטלפון של החברה",
    "الإنترنت بطيء جدا كل مساء ولا أحد يرد على الهاتف منذ أسابيع",
    "So slow 😡😡 the engineer never came and the router is red 🔴",
)


HEADINGS = {
    "Why detractors are unhappy",
    "What moves the score",
    "What promoters love",
    "What would nudge the passives",
    "Where in the journey, and for whom",
    "Who is in the danger zone, and what is at stake",
    "What moved over time",
    "What moved since the last wave",
    "All themes in numbers",
    "How this was made",
}


@pytest.mark.parametrize(
    "options",
    [
        {"themes": THEMES[:3]},
        {"themes": tuple((f"t{i}", f"Theme {i}", (0.2, 0.1, 0.1)) for i in range(25)), "n": 900},
        {"groups": (0.86, 0.08, 0.06)},
        {"groups": (0.02, 0.11, 0.87)},
        {"dates": False, "segments": False, "quotes": RIGHT_TO_LEFT},
        {
            "themes": (("l", "A very long label " * 6, (0.4, 0.2, 0.05)), *THEMES[1:]),
            "levels": ("a very long name of a stage " * 3, "Kundenserviceerstkontakt" * 2, "c"),
        },
    ],
    ids=["3 themes", "25 themes", "NPS -80", "NPS +85", "right to left", "long labels"],
)
def test_surveys_of_every_shape_give_three_to_six_pages_and_page_one_stands_alone(
    options, tmp_path
):
    run = make_run(**options)
    reader = PdfReader(write_brief(run, tmp_path))
    assert 3 <= len(reader.pages) <= 6
    first = re.sub(r"\s+", " ", reader.pages[0].extract_text())
    estimate = nps(run.responses["score"])
    assert f"{abs(estimate.score):.1f}" in first
    assert "What stands out" in first
    assert re.search("Three things to do|What to do", first)
    assert "Rests on" in first
    # The last page holds more than how the brief was made.
    last = {line.strip() for line in reader.pages[-1].extract_text().splitlines()}
    assert last & (HEADINGS - {"How this was made"})
    # No heading stands last on a page, away from what it is about.
    for page in reader.pages[:-1]:
        lines = [line for line in page.extract_text().splitlines() if line.strip()]
        assert not {line.strip() for line in lines[-3:]} & HEADINGS


def test_a_survey_of_few_answers_says_that_it_has_no_themes(tmp_path):
    run = make_run(n=60, themes=(), dates=False)
    run.record["themes_note"] = "Themes are learnt from 50 on."
    data = brief_data(run)
    with_content = int(run.responses["has_content"].sum())
    assert data["no_finding"] == (
        f"{with_content} respondents gave an answer. Themes are learnt from 50 on. "
        "This brief gives the score alone."
    )
    assert data["themes"] == []
    text = text_of(write_brief(run, tmp_path))
    assert data["no_finding"] in text
    assert "holds no dates" in text


def test_promoters_fill_the_blocks_where_no_theme_costs_anything():
    data = brief_data(make_run(groups=(0.02, 0.11, 0.87)))
    assert "No theme can be called a cost" in data["no_finding"]
    assert [block["kind"] for block in data["blocks"]] == ["earning"] * 3
    # Eight detractors are too few to show a share of.
    assert all("detractor" not in theme["shares"] for theme in data["themes"])


def test_too_few_scores_are_an_error_a_user_understands():
    with pytest.raises(FeedbackError, match="only 8 respondents gave a score"):
        brief_data(make_run(n=8, themes=()))


def test_the_data_is_json_and_the_run_is_left_as_it_was(run):
    before = copy.deepcopy(run)
    data = brief_data(run)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    for name in ("responses", "mentions", "mention_themes", "themes", "theme_groups", "nps_impact"):
        pd.testing.assert_frame_equal(getattr(run, name), getattr(before, name))
    assert run.record == before.record


def test_the_pdf_is_tagged_titled_and_the_same_each_time(run, pdf, tmp_path):
    reader = PdfReader(pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "Why customers give us these scores – Fictional broadband NPS"
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode()
    again = write_brief(run, tmp_path)
    assert again.read_bytes() == pdf.read_bytes()
    drawn = {path.stem for path in (pdf.parent / "figures").iterdir()}
    assert drawn == set(brief_data(run)["figures"])
    assert {"scores", "contributions", "passives", "danger", "trend"} <= drawn


def test_a_brief_that_cannot_be_made_leaves_the_old_one(run, pdf, monkeypatch):
    before = pdf.read_bytes()
    monkeypatch.setattr("feedback_nlp.report.layouts.FOLDER", Path("no_such_folder"))
    with pytest.raises(Exception, match="No such file"):
        write_brief(run, pdf.parent)
    assert pdf.read_bytes() == before
    assert not list(pdf.parent.glob(".*"))


def notebook(folder: Path, *cells) -> Path:
    path = folder / "05_why.ipynb"
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


def test_a_notebook_runs_with_parameters_and_hides_code_but_no_words(tmp_path):
    path = notebook(
        tmp_path,
        new_markdown_cell("# Why are *detractors* unhappy?\n\nThey say it costs $5."),
        new_code_cell("run_dir, n = 'nowhere', 1", metadata={"tags": ["parameters"]}),
        new_code_cell(
            "import sys\nimport pandas as pd\n"
            "print(sys.executable)\n"
            "pd.DataFrame({'quote': ['<script>x</script>', '#import $y$ *z*'], 'n': [n, run_dir]})"
        ),
        new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"),
    )
    before = path.read_bytes()
    files = export_notebook(path, tmp_path / "out", {"n": 777, "run_dir": tmp_path / "run"})
    assert path.read_bytes() == before
    text = text_of(files["pdf"])
    assert "Why are detractors unhappy?" in text
    assert "costs $5" in text
    assert "<script>x</script>" in text
    assert "#import $y$ *z*" in text
    assert "777" in text
    assert "import pandas" not in text
    assert re.sub(r"\s", "", sys.executable) in re.sub(r"\s", "", text)
    assert len(PdfReader(files["pdf"]).pages[0].images) == 1
    page = files["html"].read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=.https?:", page)
    assert '<details class="code">' in page
    assert 'src="data:image/png;base64' in page


def test_a_failing_cell_is_named_with_its_cause_and_nothing_is_written(tmp_path):
    path = notebook(
        tmp_path,
        new_markdown_cell("# Title"),
        new_code_cell("n = 0", metadata={"tags": ["parameters"]}),
        new_code_cell("share = 1 / n"),
    )
    with pytest.raises(FeedbackError) as raised:
        export_notebook(path, tmp_path / "out", {"n": 0})
    assert "05_why.ipynb stopped at cell 3 (“share = 1 / n”)" in str(raised.value)
    assert "ZeroDivisionError: division by zero" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_a_missing_or_broken_notebook_is_one_sentence(tmp_path):
    with pytest.raises(FeedbackError, match="no notebook"):
        export_notebook(tmp_path / "none.ipynb", tmp_path, {})
    (tmp_path / "broken.ipynb").write_text("{")
    with pytest.raises(FeedbackError, match="cannot be read as a notebook"):
        export_notebook(tmp_path / "broken.ipynb", tmp_path, {})
