"""Text that attacks its readers: spreadsheets, browsers, typesetters, terminals, patterns."""

from __future__ import annotations

import contextlib
import csv
import http.server
import io
import json
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest
from reading_back import texts_written

from feedback_nlp.cli import main
from feedback_nlp.spreadsheets import write_csv, write_excel

CANARY = "canary.example"
# A script that runs writes this word into the page; it stands nowhere as one word.
RAN = "SCRIPTRAN"
_JS = f"document.documentElement.append('SCRIPT'+'RAN');fetch('http://{CANARY}/js')"
FORMULAS = (
    f'=HYPERLINK("http://{CANARY}/x","open")',
    "=cmd|'/c calc'!A0",
    "@SUM(1+1)*cmd",
    "+1+1",
    "-2+3+cmd",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "%0A=1+1",
    ";=1+1",
    '","=1+1',
)
MARKUP = (
    f"<script>{_JS}</script>",
    f'"><img src="http://{CANARY}/i" onerror="{_JS}">',
    f"<svg onload=\"{_JS}\"><image href='http://{CANARY}/svg'/></svg>",
    f"<style>body{{background:url(http://{CANARY}/css)}}@import 'http://{CANARY}/c2';</style>",
    f"</style></title></textarea></script><script>{_JS}</script>",
    f'<a href="javascript:{_JS}">x</a><iframe src="http://{CANARY}/f"></iframe>',
    f'<link rel=prefetch href="http://{CANARY}/p">'
    f'<meta http-equiv=refresh content="0;//{CANARY}/m">',
    f"![x](http://{CANARY}/md) [y](javascript:alert(1)) <http://{CANARY}/auto>",
    f"&lt;script&gt;{_JS}&lt;/script&gt; &#60;script&#62;",
    "{{constructor.constructor('return 1')()}} ${7*7} <%= 7*7 %>",
    '#read("/etc/passwd") #set page(width: 1pt) #panic("x") @label <label> $ 1/0 $ // */ `raw`',
    r"\input{/etc/passwd} \write18{id} $\frac{$ $x^2$ \newpage %",
    "| a | b |\n|---|---|\n| **x** | _y_ |\n# heading\n```\ncode",
    "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x9b31m",
    "{} {0} {0.__class__} %s %n %(x)s \\N{BULLET} %",
    "\u202egnp.exe\u2066 \u0000 \ufffe \U000e0001",
)
# What makes patterns slow where they are carelessly written: each grows with n.
SLOW = {
    "one letter": lambda n: "a" * n,
    "one letter and a mark": lambda n: "a" * n + "!",
    "blanks": lambda n: "a" + " " * n + "b",
    "line breaks": lambda n: "a" + "\n" * n + "b",
    "digits": lambda n: "1" * n,
    "digits in pairs": lambda n: "12 " * (n // 3),
    "digits and dashes": lambda n: "07-" * (n // 3) + "x",
    "at signs": lambda n: "a@" * (n // 2),
    "an address that never ends": lambda n: "a@" + "a." * (n // 2),
    "dots": lambda n: "." * n,
    "words joined by dots": lambda n: "a." * (n // 2) + "!",
    "capitals": lambda n: "Aa " * (n // 3),
    "names": lambda n: "Mr Smith " * (n // 9),
    "brackets": lambda n: "[NAME" * (n // 5),
    "placeholders": lambda n: "[NAME] " * (n // 7),
    "quotation marks": lambda n: '"' * n,
    "hyphens": lambda n: "a-" * (n // 2),
    "commas": lambda n: "no, " * (n // 4),
    "accents": lambda n: "e" + "\u0301" * n,
    "emoji joined": lambda n: "👩\u200d" * (n // 2),
    "tags": lambda n: "<b " * (n // 3),
    "entities": lambda n: "&amp;" * (n // 5),
    "negations": lambda n: "not " * (n // 4),
    "because": lambda n: "because " * (n // 8),
    "web addresses": lambda n: "http://a" * (n // 8),
}


# --- spreadsheets ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*FORMULAS, *MARKUP])
def test_no_text_is_a_formula_in_csv_or_excel(text: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"n": [-1, 2], "answer": [text, "fine"], text: [text, None]})
    cells = list(
        csv.reader(io.StringIO(write_csv(table, tmp_path / "t.csv").read_text("utf-8-sig")))
    )
    assert len(cells) == 3
    assert {len(row) for row in cells} == {3}
    sheet = openpyxl.load_workbook(write_excel(table, tmp_path / "t.xlsx")).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet for cell in row)
    for table_cells in (cells, rows):
        for cell in [table_cells[0][2], table_cells[1][1], table_cells[1][2]]:
            assert not _starts_like_a_formula(cell), repr(cell)
    # Nothing is taken away by it: behind the apostrophe stands what was written.
    plain = re.sub(r"\r\n?", "\n", text)
    assert cells[1][1].removeprefix("'") == plain
    assert rows[1][0] == -1


def _starts_like_a_formula(cell: object) -> bool:
    # White space and what cannot be seen is skipped by some programs.
    seen = re.sub(r"^[\s\u200b-\u200f\u2060\ufeff]+", "", str(cell))
    return str(cell)[:1] in ("\t", "\r", "\n") or seen[:1] in tuple("=+-@＝＋－＠")


# --- a whole run on hostile text ---------------------------------------------------------------


def hostile_survey(folder: Path) -> Path:
    plain = (
        "The bill was wrong again this month",
        "The engineer came on time and was kind",
        "The app crashes whenever I pay",
    )
    attacks = [*MARKUP, *FORMULAS]
    answers = [f"{plain[n % 3]}. {attack}" for n, attack in enumerate(attacks)]
    answers += [f"{attack}" for attack in attacks]
    n = len(answers)
    table = pd.DataFrame(
        {
            "id": [f"{k}{attack}"[:60] for k, attack in zip(range(n), attacks * 2, strict=True)],
            f"nps {{0}} %s {MARKUP[0]}": [
                (0 if k % 3 == 0 else 9 if k % 3 == 1 else 5) for k in range(n)
            ],
            f"why {MARKUP[1]}": answers,
            f"=plan {MARKUP[4]}": [
                (MARKUP[1], "=1+1 $\\frac{$ #read()", "[x](http://y)")[k % 3] for k in range(n)
            ],
            "date": [f"2024-05-{1 + k % 28:02d}" for k in range(n)],
            "consent": ["yes"] * n,
        }
    )
    path = folder / "in" / "$(x) <img src=x onerror=alert(1)> {0}%s #read() $x^2$.csv"
    path.parent.mkdir()
    table.to_csv(path, index=False)
    labels = (
        MARKUP[0],
        f"=HYPERLINK {MARKUP[10]}",
        rf"$\frac{{$ {MARKUP[11]} ![x](http://{CANARY}/l)",
    )
    examples = (["the bill was wrong"], ["the engineer came on time"], ["the app crashes"])
    themes = [
        {
            "id": f"theme_{k}",
            "label": label,
            "description": label,
            "examples": quotes + [MARKUP[1]] * (k == 0),
        }
        for k, (label, quotes) in enumerate(zip(labels, examples, strict=True))
    ]
    (folder / "codebook.yaml").write_text(json.dumps({"themes": themes}))
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    place = tmp_path_factory.mktemp("hostile")
    survey = hostile_survey(place)
    names = list(pd.read_csv(survey, nrows=0).columns)
    words = [
        *(str(survey), "--out", str(place / "run"), "--codebook", str(place / "codebook.yaml")),
        *("--id", "id", "--score", names[1], "--answer", names[2], "--segment", names[3]),
        *("--date", "date", "--consent", "consent"),
    ]
    said = io.StringIO()
    (place / "work").mkdir()
    with contextlib.chdir(place / "work"), contextlib.redirect_stdout(said):
        assert main(["check", *words[:1], *words[5:]]) == 0
        assert main(["run", *words]) == 0
        assert (
            main(["report", str(place / "run"), "--out", str(place / "report"), "--brief-only"])
            == 0
        )
    return {"place": place, "said": said.getvalue()}


def test_what_is_printed_moves_no_cursor(made: dict[str, object]) -> None:
    said = str(made["said"])
    assert said.replace("\n", "").isprintable() or not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said
    )


def test_lists_for_people_hold_no_formula(made: dict[str, object]) -> None:
    report = Path(str(made["place"])) / "report"
    cells = list(csv.reader(io.StringIO((report / "follow_up.csv").read_text("utf-8-sig"))))
    assert len(cells) > 5
    numbers = re.compile(r"-?[\d.]+")
    for row in cells:
        for cell in row:
            assert not _starts_like_a_formula(cell) or numbers.fullmatch(cell), repr(cell)
    for page in openpyxl.load_workbook(report / "follow_up.xlsx").worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                assert not isinstance(cell.value, str) or not _starts_like_a_formula(cell.value)


def test_markup_is_shown_and_not_obeyed_in_the_pdf(made: dict[str, object]) -> None:
    texts = {
        name: text
        for name, text in texts_written(Path(str(made["place"])) / "report")
        if name.endswith(".pdf")
    }
    assert texts
    for name in texts:
        everything = "".join(
            text
            for found, text in texts_written(Path(str(made["place"])) / "report")
            if found == name
        )
        assert "root:x:0:0" not in everything
        assert f"/URI (http://{CANARY}" not in everything
    brief = "".join(
        text
        for found, text in texts_written(Path(str(made["place"])) / "report")
        if found == "brief.pdf"
    )
    assert "<script>" in re.sub(r"\s|\u200b", "", brief)


# --- a real browser ----------------------------------------------------------------------------


class _Counter(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012  (one list for all requests)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_CONNECT = do_HEAD = do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(
        (
            p
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (p := shutil.which(name))
        ),
        None,
    )
    if found is None:
        pytest.skip("no Chromium on this machine: `apt-get install chromium` brings Debian's")
    return found


def opened(browser: str, page: Path, profile: Path) -> tuple[str, list[str]]:
    """The page as the browser has it after its scripts ran, and what it has asked a network for."""
    _Counter.asked = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Counter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [
                *(browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"),
                *("--virtual-time-budget=3000", f"--user-data-dir={profile}", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                *("--disable-sync", "--disable-default-apps", "--disable-extensions"),
                f"--proxy-server=http://127.0.0.1:{server.server_address[1]}",
                "--proxy-bypass-list=<-loopback>",
                page.as_uri(),
            ],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=180,
            check=False,
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout, [path for path in _Counter.asked if CANARY in path]


def test_the_browser_would_notice(browser: str, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(f"<!DOCTYPE html><body>{MARKUP[0]}{MARKUP[1]}</body>")
    dom, asked = opened(browser, page, tmp_path / "profile")
    assert RAN in dom
    assert asked


def test_no_script_runs_and_nothing_is_asked_for_in_the_brief(
    browser: str, made: dict[str, object], tmp_path: Path
) -> None:
    pages = sorted((Path(str(made["place"])) / "report").rglob("*.html"))
    assert pages
    for page in [*pages, *sorted((Path(str(made["place"])) / "report").rglob("*.svg"))]:
        dom, asked = opened(browser, page, tmp_path / "profile")
        assert RAN not in dom, page.name
        assert asked == [], page.name


def test_no_script_runs_and_nothing_is_asked_for_in_an_exported_notebook(
    browser: str, made: dict[str, object], tmp_path: Path
) -> None:
    from feedback_nlp.report.notebook_export import export_notebook

    cells = [
        ("markdown", "# Hostile\n\nWhat customers wrote."),
        ("code", "run_dir = ''"),
        (
            "code",
            "import feedback_nlp as fn\nimport pandas as pd\n"
            "pd.set_option('display.max_colwidth', None)\n"
            "run = fn.load_run(run_dir)\nrun.responses",
        ),
        ("code", "run.mentions[['text']]"),
        ("code", "print('\\n'.join(run.responses['answer']))"),
        (
            "code",
            "from IPython.display import display\nfor text in run.themes['label']: display(text)",
        ),
        ("code", "run.themes.style.hide(axis='index')"),
    ]
    notebook = nbformat.v4.new_notebook()
    for kind, source in cells:
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        notebook.cells.append(make(source))
    notebook.cells[1].metadata["tags"] = ["parameters"]
    path = tmp_path / "hostile.ipynb"
    nbformat.write(notebook, path)
    run_dir = str(Path(str(made["place"])) / "run")
    written = export_notebook(path, tmp_path / "out", {"run_dir": run_dir})
    page = next(one for one in written.values() if one.suffix == ".html")
    assert "&lt;script&gt;" in page.read_text()
    dom, asked = opened(browser, page, tmp_path / "profile")
    assert RAN not in dom
    assert asked == []
    everything = "".join(
        text for name, text in texts_written(tmp_path / "out") if name.endswith(".pdf")
    )
    assert "root:x:0:0" not in everything


# --- patterns ----------------------------------------------------------------------------------


def _through_the_rows(text: str) -> float:
    """Processor seconds of everything that looks at one row, less the models."""
    from feedback_nlp.cleaning import clean_answers, content_kinds
    from feedback_nlp.language import detect_languages
    from feedback_nlp.mentions import cut_mentions
    from feedback_nlp.privacy import redact
    from feedback_nlp.reading.cells import read_amounts, read_dates, read_ratings, read_scores
    from feedback_nlp.themes.phrases import topic_texts

    start = time.process_time()
    column = pd.Series([text, "fine"])
    for read in (read_scores, read_ratings, read_dates, read_amounts):
        read(column)
    cleaned = clean_answers(column)
    cleaned["answer"] = redact(cleaned["answer"].tolist())
    detect_languages(cleaned["answer"].tolist())
    mentions = cut_mentions(cleaned.assign(response_id=["1", "2"]))
    content_kinds(mentions["text"].tolist())
    topic_texts(mentions["text"].tolist())
    return time.process_time() - start


@pytest.mark.parametrize("kind", SLOW)
def test_the_time_grows_with_the_length_of_a_text_and_not_faster(kind: str) -> None:
    _through_the_rows("warm up")
    short = _through_the_rows(SLOW[kind](2_000))
    long = _through_the_rows(SLOW[kind](16_000))
    # Eight times the text; what grows with the square would take 64 times as long.
    assert long < 24 * max(short, 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SLOW)
def test_a_word_of_a_megabyte_passes(kind: str) -> None:
    assert _through_the_rows(SLOW[kind](1_000_000)) < 240
