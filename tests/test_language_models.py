"""One spaCy pipeline for all that reads words, sentences or names, and how it is loaded."""

from __future__ import annotations

import gc
import importlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from feedback_nlp.language_models import load_spacy, read_with, spacy_model_name, tagged
from feedback_nlp.threads import fewer_collections, short_turns

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


_SLOW_SPACY = """
import sys, time, threading
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("spacy", "thinc")):
            time.sleep(0.004)
sys.meta_path.insert(0, Slow())
from feedback_nlp.language_models import read_with
loading = [threading.Thread(target=lambda: list(read_with(["ner"], ["Ann rang"]))) for _ in "ab"]
for thread in loading:
    thread.start()
while "spacy" not in sys.modules:
    time.sleep(0.001)
import importlib.util
assert importlib.util.find_spec("torch") is not None
import sklearn.cluster, scipy.stats
for thread in loading:
    thread.join()
assert "torch" not in sys.modules
print(sum(1 for text in read_with(["senter"], ["One. Two."]) for sentence in text.sents))
"""


def test_loading_hides_torch_from_no_other_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SLOW_SPACY], capture_output=True, text=True, timeout=120
    )
    assert (done.stdout.strip(), done.stderr) == ("2", "")


@pytest.mark.parametrize("setting", ["collections", "turns"])
def test_settings_of_the_interpreter_come_back(setting: str) -> None:
    read = {"collections": gc.get_threshold, "turns": sys.getswitchinterval}[setting]
    needed = {"collections": fewer_collections, "turns": short_turns}[setting]
    before = read()
    first, second = needed(), needed()
    first.__enter__()
    inside = read()
    second.__enter__()
    first.__exit__(None, None, None)
    assert read() == inside != before  # the second still needs it
    second.__exit__(None, None, None)
    assert read() == before
    with pytest.raises(ZeroDivisionError), needed():
        1 / 0  # noqa: B018
    assert read() == before


def test_without_its_commands_spacy_reads_the_same() -> None:
    code = (
        "import sys; from feedback_nlp import language_models as models\n"
        "models.leave_out_commands()\n"
        "[read] = models.tagged(['The engineers came late']); print([t.lemma_ for t in read])\n"
        "print(any(name.startswith(('weasel', 'spacy.cli.')) for name in sys.modules"
        " if name != 'spacy.cli.info'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    [read] = tagged(["The engineers came late"])
    assert done.stdout.splitlines() == [str([token.lemma_ for token in read]), "False"]


def test_where_spacy_wants_its_commands_it_gets_them() -> None:
    code = (
        "import builtins; from feedback_nlp import language_models as models\n"
        "whole, refused = models.import_without, []\n"
        "def once(*names):\n"
        "    if not refused:\n"
        "        refused.append(1); raise ImportError('cannot import name app')\n"
        "    return whole(*names)\n"
        "models.import_without = once; models.leave_out_commands()\n"
        "[read] = models.tagged(['late']); import spacy.cli; print(callable(spacy.cli.info))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
