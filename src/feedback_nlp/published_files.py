"""The file of a public data set: where it lies, whether it is the right one, its download."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback_nlp.errors import FeedbackError

_SECONDS = 30


@dataclass(frozen=True)
class DataSet:
    """Where a public data set comes from.

    Attributes
    ----------
    name : str
    file : str
        Its name in the cache folder, and in the folder that ``FEEDBACK_NLP_DATA`` names.
    rows : int
    about : str
        What it is, in a line.
    url : str
        The publisher's file, at a commit that does not change.
    tidy : callable
        Makes the kept file from the publisher's.
    sha256 : str
        Of the kept file, the one the project's figures were measured on.
    licence, source : str
    """

    name: str
    file: str
    rows: int
    about: str
    url: str
    tidy: Callable[[bytes], bytes]
    sha256: str
    licence: str
    source: str


def data_folder() -> Path:
    """Where public data sets lie: ``FEEDBACK_NLP_DATA``, else ``data`` in the cache folder."""
    given = os.environ.get("FEEDBACK_NLP_DATA")
    if given:
        return Path(given)
    import platformdirs

    cache = os.environ.get("FEEDBACK_NLP_CACHE") or platformdirs.user_cache_dir("feedback-nlp")
    return Path(cache) / "data"


def kept_file(data_set: DataSet, data_home: Path | None, download: bool) -> Path:
    """The kept file, checked; downloaded where that is allowed and needed."""
    folder = data_home or data_folder()
    path = folder / data_set.file
    if path.is_file():
        _check(data_set, path)
        return path
    if data_home is None and os.environ.get("FEEDBACK_NLP_DATA"):
        raise FeedbackError(
            f"{data_set.file} is not in {folder}, the folder that FEEDBACK_NLP_DATA names: put it "
            "there, or unset the variable to download it."
        )
    if not download:
        raise FeedbackError(
            f"{data_set.file} is not in {folder}, and downloading was not allowed: call with "
            "download_if_missing=True."
        )
    return _download(data_set, folder)


def _check(data_set: DataSet, path: Path) -> None:
    if hashlib.sha256(path.read_bytes()).hexdigest() != data_set.sha256:
        raise FeedbackError(
            f"{path} is not the {data_set.name} that figures were measured on (its SHA-256 differs "
            f"from {data_set.sha256[:12]}…): remove it to download it anew, or read it as any "
            "other file with read_survey."
        )


def _download(data_set: DataSet, folder: Path) -> Path:
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")

    def tidied(url: str, target: Any, _: Any) -> None:
        content = io.BytesIO()
        pooch.HTTPDownloader(timeout=_SECONDS)(url, content, None)
        try:
            made = data_set.tidy(content.getvalue())
        except (ValueError, KeyError, EOFError) as error:
            raise FeedbackError(
                f"What {_host(url)} sent is not the file that {data_set.name} is made from: "
                "nothing was kept."
            ) from error
        Path(target).write_bytes(made)

    elsewhere = f"try again, or put {data_set.file} into a folder and name it in FEEDBACK_NLP_DATA"
    host = _host(data_set.url)
    try:
        # pooch moves the file to its place only when the checksum holds.
        kept = pooch.retrieve(
            data_set.url, f"sha256:{data_set.sha256}", data_set.file, folder, downloader=tidied
        )
    except FeedbackError:
        raise
    except requests.HTTPError as error:
        status = "no status" if error.response is None else error.response.status_code
        raise FeedbackError(
            f"{host} answered with error {status} for {data_set.name}; nothing was kept: "
            f"{elsewhere}."
        ) from error
    except requests.RequestException as error:
        cut = isinstance(error, requests.exceptions.ChunkedEncodingError)
        what = "broke off the download of" if cut else "could not be reached for"
        raise FeedbackError(
            f"{host} {what} {data_set.name}; nothing was kept: {elsewhere}."
        ) from error
    except ValueError as error:
        raise FeedbackError(
            f"What {host} sent for {data_set.name} is not the table that figures were measured on "
            f"(the SHA-256 is not {data_set.sha256[:12]}…); nothing was kept: {elsewhere}."
        ) from error
    except OSError as error:
        raise FeedbackError(
            f"{data_set.name} cannot be kept in {folder} ({error.strerror or error}): name another "
            "folder by data_home or FEEDBACK_NLP_CACHE."
        ) from error
    return Path(kept)


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).netloc
