"""One spaCy pipeline for all that reads words, sentences or names."""

from __future__ import annotations

import importlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from feedback_nlp.language_models import load_spacy, read_with, spacy_model_name, tagged

ANSWERS = [
    "Staff were kind. The wait was not",
    "Megan rang me back within the hour",
    "engineers never turned up 3 times!!",
    "Die Rechnung war falsch",
    "\U0001f44d\U0001f44d great app",
    "",
    "   ",
    "x" * 3000,
] * 40  # more than a batch


def test_words_are_tagged_as_by_the_whole_pipeline() -> None:
    apart = load_spacy(exclude=("parser", "ner", "senter"))
    expected = [
        [(token.text, token.pos_, token.lemma_) for token in document]
        for document in apart.pipe(ANSWERS, batch_size=128)
    ]
    found = [
        [(token.text, token.pos_, token.lemma_) for token in document]
        for document in tagged(ANSWERS)
    ]
    assert found == expected


@pytest.mark.parametrize("component", ["ner", "senter"])
def test_sharing_the_pipeline_changes_nothing_that_a_component_finds(component: str) -> None:
    apart = load_spacy(
        exclude=["parser", "tok2vec", "tagger", "attribute_ruler", "lemmatizer", "ner"][
            : 5 if component == "ner" else 6
        ],
        enable=("senter",) if component == "senter" else (),
    )
    list(tagged(ANSWERS))  # another component has read the same texts before
    for expected, found in zip(apart.pipe(ANSWERS), read_with([component], ANSWERS), strict=True):
        if component == "ner":
            assert [(e.start, e.end, e.label_) for e in found.ents] == [
                (e.start, e.end, e.label_) for e in expected.ents
            ]
        else:
            assert [s.start for s in found.sents] == [s.start for s in expected.sents]


def test_two_threads_may_read_at_once() -> None:
    def lemmas(times: int) -> list[str]:
        return [token.lemma_ for _ in range(times) for one in tagged(ANSWERS) for token in one]

    alone = lemmas(1)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lemmas, [1, 1])) == [alone, alone]


def test_the_model_is_named_as_it_names_itself() -> None:
    package, version = spacy_model_name().split()
    assert version == importlib.import_module(package).__version__
