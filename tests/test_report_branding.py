"""report.yaml: what a company may set, and one sentence with the line for every mistake."""

from __future__ import annotations

from io import BytesIO

import pytest
from made_up_run import make_run
from PIL import Image
from pypdf import PdfReader

from feedback_nlp.cli import main
from feedback_nlp.errors import FeedbackError
from feedback_nlp.plots.style import PALETTE
from feedback_nlp.report.branding import (
    LEAST_CONTRAST,
    Branding,
    contrast_on_white,
    find_branding,
    read_branding,
)
from feedback_nlp.report.brief import brief_data, write_layouts

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><rect width="4" height="2"/></svg>'


def png() -> bytes:
    content = BytesIO()
    Image.new("RGB", (4, 2), "navy").save(content, "PNG")
    return content.getvalue()


def write(folder, text, **files):
    for name, content in files.items():
        file = folder / name.replace("_", ".")
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    path = folder / "report.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_everything_can_be_set(tmp_path):
    text = (
        'title: "Stimme der Kunden: 2025"\ncompany: Harbour & Söhne\nlogo: logo.svg\n'
        'accent: "#6d28d9"\nlanguage: de\n'
    )
    look = read_branding(write(tmp_path, text, logo_svg=SVG))
    assert look.title == "Stimme der Kunden: 2025"
    assert look.company == "Harbour & Söhne"
    assert (look.logo_format, look.accent, look.language) == ("svg", "#6D28D9", "de")
    assert look.logo_uri().startswith("data:image/svg+xml;base64,")
    assert read_branding(write(tmp_path, "logo: logo.png", logo_png=png())).logo_format == "png"


def test_what_is_not_set_is_as_before(tmp_path):
    for text in ("", "# nothing yet\n", "title:\n"):
        assert read_branding(write(tmp_path, text)) == Branding()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: ok\ncolour: red", "line 2: unknown key 'colour'"),
        ("titel: ok", "did you mean `title`?"),
        ("title: a\n\ntitle: b", "line 3: .*twice"),
        ("- title", "line 1: write a key and a value a line"),
        ("title:\n  - a\n", "line 2: `title` must be one text"),
        ("accent: '#FFCC00'", r"line 1: the accent #FFCC00 has a contrast of 1\.5 on white"),
        ("accent: #6D28D9", "line 1: the accent is empty; a colour begins with #"),
        ("accent: purple", "line 1: the accent 'purple' is no colour"),
        ("language: klingon", "line 1: numbers and dates cannot be written in 'klingon'"),
        ("title: a\nlogo: none.png", "line 2: the logo none.png cannot be read"),
        ("logo: report.yaml", "line 1: the logo report.yaml is neither a PNG nor an SVG"),
        ("title: " + "a" * 91, "line 1: the title has 91 characters; 90 fit"),
        ("title: [a", "line 1: this is no YAML|line 2: this is no YAML"),
        ("title: &x a\ncompany: *x", "line 1: an anchor, alias or tag"),
        ("title: !!python/object:os.system x", "line 1: an anchor, alias or tag"),
        (b"title: ok\ncompany: K\xf6ln", "line 2: a character that is not UTF-8"),
        ("title: a\x07b", "line 1: a character that YAML does not allow"),
        ("x" * 30_000, "30 kB"),
    ],
)
def test_every_mistake_is_one_sentence_with_its_line(text, says, tmp_path):
    with pytest.raises(FeedbackError, match=says) as raised:
        read_branding(write(tmp_path, text))
    assert str(raised.value).startswith("report.yaml")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<image href="https://example.com/x.png"/>',
        '<image xlink:href="/etc/passwd"/>',
        '<rect onclick="alert(1)"/>',
        "<style>@import url(https://example.com/x.css)</style>",
        '<rect fill="url(https://example.com/#a)"/>',
        "<foreignObject/>",
    ],
)
def test_a_logo_that_loads_or_runs_something_is_refused(inside, tmp_path):
    svg = SVG.replace("<rect", f"{inside}<rect", 1)
    with pytest.raises(FeedbackError, match=r"line 1: the logo logo\.svg loads or runs"):
        read_branding(write(tmp_path, "logo: logo.svg", logo_svg=svg))


@pytest.mark.parametrize(
    "content",
    [png()[:40], SVG.replace("</svg>", ""), SVG.replace('viewBox="0 0 4 2"', "")],
    ids=["half a PNG", "an SVG without an end", "an SVG without a size"],
)
def test_a_broken_logo_is_refused(content, tmp_path):
    with pytest.raises(FeedbackError, match=r"line 1: the logo logo\.png"):
        read_branding(write(tmp_path, "logo: logo.png", logo_png=content))


def test_entities_in_a_logo_are_refused_before_they_grow(tmp_path):
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">]>' + SVG
    with pytest.raises(FeedbackError, match=r"neither a PNG nor an SVG|loads or runs"):
        read_branding(write(tmp_path, "logo: logo.svg", logo_svg=bomb))


def test_a_missing_file_that_was_asked_for_is_one_sentence(tmp_path):
    with pytest.raises(FeedbackError, match="cannot be read"):
        find_branding(None, tmp_path / "none.yaml")


def test_the_file_is_found_beside_the_run_before_the_working_folder(tmp_path, monkeypatch):
    run, here = tmp_path / "run", tmp_path / "here"
    run.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    assert find_branding(run) == Branding()
    write(here, "title: here")
    assert find_branding(run).title == "here"
    write(run, "title: beside the run")
    assert find_branding(run).title == "beside the run"


def test_the_colours_that_come_with_the_project_have_the_contrast_asked_of_others():
    assert contrast_on_white(Branding().accent) >= LEAST_CONTRAST
    assert all(contrast_on_white(colour) >= LEAST_CONTRAST for colour in PALETTE.values())


def test_the_command_says_what_is_wrong_with_the_branding_and_writes_nothing(
    sample_run, tmp_path, capsys
):
    path = write(tmp_path, "title: ok\naccent: '#FFFF00'\n")
    out = tmp_path / "report"
    command = ["report", str(sample_run.folder), "--brief-only", "--out", str(out)]
    assert main([*command, "--branding", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("feedback-nlp: report.yaml, line 2: the accent #FFFF00")
    assert not out.exists()


def test_the_company_stands_over_the_title_of_page_one_in_every_layout(tmp_path):
    look = Branding(company="Harbour & Söhne", title="Voice of the customer")
    written = write_layouts(make_run(), tmp_path, branding=look)
    for layout in ("brief", "deck"):
        first = PdfReader(written[layout]).pages[0].extract_text()
        assert "HARBOUR & SÖHNE · FICTIONAL BROADBAND NPS" in first
        assert first.index("HARBOUR") < first.index("Voice of the customer")
    page = written["page"].read_text("utf-8")
    assert "Harbour &amp; Söhne · Fictional broadband NPS" in page.split("<h1>")[0]


def test_the_accent_colours_the_page_and_no_data(tmp_path):
    run = make_run()
    look = Branding(accent="#6D28D9")
    colours = brief_data(run, branding=look)["colours"]
    assert colours["accent"] == "#6D28D9"
    assert {group: colours[group] for group in PALETTE} == dict(PALETTE)
    written = write_layouts(run, tmp_path, branding=look, only=("page",))
    page = written["page"].read_text("utf-8")
    assert "--accent: #6D28D9" in page
    pictures = "".join(path.read_text("utf-8") for path in (tmp_path / "figures").glob("*.svg"))
    assert PALETTE["promoter"].lower() in pictures.lower()
    assert "6d28d9" not in pictures.lower()
