"""The brief, the deck and the web page say the same; the page loads and runs nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from made_up_run import THEMES, make_run
from pypdf import PdfReader

from feedback_nlp.report.branding import Branding
from feedback_nlp.report.brief import brief_data, write_layouts
from feedback_nlp.report.telling import sentences_of

EVIL = '<script>alert(1)</script> {{ 7*7 }} & "quoted" engineer router <img src=x onerror=alert(2)>'
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><rect width="4" height="2"/></svg>'
)


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_data(self, data):
        self.text += data

    def of(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def run():
    themes = (("evil", '<b onmouseover="x()">Bad</b> & co', (0.5, 0.2, 0.05)), *THEMES[4:6])
    run = make_run(themes=themes, quotes=(EVIL, *(f"{EVIL} in week {i}" for i in range(9))))
    run.record["input"]["name"] = "<i>evil</i>.csv"
    return run


@pytest.fixture(scope="module")
def written(run, tmp_path_factory):
    look = Branding(company="<u>Company</u>", title="<h1>Title</h1>", logo=SVG, logo_format="svg")
    return write_layouts(run, tmp_path_factory.mktemp("layouts"), branding=look)


@pytest.fixture(scope="module")
def page(written):
    return Page(written["page"].read_text("utf-8"))


def plain(text: str) -> str:
    return re.sub(r"\s", "", text.replace("\u200e", "").replace("\u200b", ""))


def pdf_text(path) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(path).pages))


def test_all_layouts_say_every_sentence_of_page_one(run, written, page):
    data = brief_data(run)
    said = {
        "brief": pdf_text(written["brief"]),
        "deck": pdf_text(written["deck"]),
        "page": plain(page.text),
    }
    for finding in data["findings"]:
        for layout, text in said.items():
            assert plain(finding["lead"]) in text, layout
    for action in data["actions"]:
        for layout, text in said.items():
            assert plain(action["head"]) in text, layout
            assert plain(action["gain"]) in text, layout
    for layout, text in said.items():
        assert plain(data["score"]["text"]) in text, layout
        assert plain(data["honesty"]) in text, layout


def test_brief_and_page_say_every_sentence_of_every_section(run, written, page):
    brief, web = pdf_text(written["brief"]), plain(page.text)
    sections = brief_data(run)["sections"]
    assert len(sections) >= 4
    for _, sentence in sentences_of(sections):
        assert plain(sentence["text"]) in brief
        assert plain(sentence["text"]) in web


def test_the_page_asks_for_nothing_and_runs_nothing(page):
    names = {tag for tag, _ in page.tags}
    assert not names & {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "u",
        "i",
        "b",
    }
    policy = next(m["content"] for m in page.of("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'")
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/"))


def test_what_customers_and_companies_write_arrives_as_text(page):
    assert EVIL in page.text
    # A long word may break: there is a mark between its letters that has no width.
    assert '<b onmouseover="x()">Bad</b> & co' in page.text.replace("\u200b", "")
    assert "<h1>Title</h1>" in page.text
    assert "<i>evil</i>" in page.text
    assert page.of("img") == [
        {"class": "logo", "src": page.of("img")[0]["src"], "alt": "Logo of <u>Company</u>"}
    ]


def test_the_page_can_be_read_without_seeing_it(page):
    assert page.of("html") == [{"lang": "en"}]
    assert {"header", "main", "footer"} <= {tag for tag, _ in page.tags}
    pictures = [a for a in page.of("div") if a.get("role") == "img"]
    assert pictures
    assert all(len(a["aria-label"]) > 30 for a in pictures)
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(a.get("scope") in ("col", "row") for a in page.of("th"))


def test_deck_and_brief_are_tagged_and_titled(written):
    for name in ("brief", "deck"):
        reader = PdfReader(written[name])
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert "pdfuaid:part>1<" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
        assert reader.metadata.title.startswith("<h1>Title</h1>")
        assert reader.metadata.author == "<u>Company</u>"
    width, height = PdfReader(written["deck"]).pages[0].mediabox[2:]
    assert float(width / height) == pytest.approx(16 / 9, abs=0.01)


def test_no_text_of_the_brief_is_smaller_than_eight_points(written):
    sizes: set[float] = set()

    def note(text, _, matrix, __, size):
        if text.strip():
            sizes.add(round(abs(size * matrix[0]), 2) if matrix[0] else float(size))

    for page in PdfReader(written["brief"]).pages:
        page.extract_text(visitor_text=note)
    assert sizes
    assert min(sizes) >= 8
