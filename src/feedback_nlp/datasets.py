"""Public surveys to try things on, in the manner of scikit-learn's ``fetch_*``.

Nothing is downloaded unless one of these functions is called. What is kept is the table the
project's figures were measured on, made from the publisher's file (columns that name people are
dropped on the way) and checked by its SHA-256 before it is kept.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.published_files import DataSet, data_folder, kept_file

if TYPE_CHECKING:
    from feedback_nlp.survey import Survey

_GITHUB = "https://raw.githubusercontent.com"
_SKYTRAX = (
    f"{_GITHUB}/quankiquanki/skytrax-reviews-dataset/e0ca35cc34e504a366ea2e9a972f93852574d7c4/data"
)
_SKYTRAX_LICENCE = (
    "not stated by Skytrax; its compiler scraped public pages, and copies elsewhere are marked CC0"
)


def _text_table(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)


def _written(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()


def _tidy_skytrax(content: bytes) -> bytes:
    """Without the reviewers' names."""
    return _written(_text_table(content).drop(columns=["link", "author"]))


def _tidy_nhs(content: bytes) -> bytes:
    """The answers of one trust (NEAS), which were coded with one codebook throughout."""
    table = _text_table(content)
    mine = table[table["Trust"] == "NEAS"]
    return _written(mine.drop(columns="Person identifiable info?"))


def _tidy_telecom(content: bytes) -> bytes:
    from feedback_nlp.r_tables import read_r_tables

    (table,) = read_r_tables(content).values()
    ids = [f"T{number:04d}" for number in range(len(table))]
    return _written(table.assign(response_id=ids)[["response_id", *table.columns]])


#: The public data sets by name.
DATA_SETS: dict[str, DataSet] = {
    "telecom_nps": DataSet(
        name="telecom_nps",
        file="telecom_nps.csv",
        rows=2385,
        about="a British telecom: likelihood to recommend, the reason, journey stage",
        url=f"{_GITHUB}/fahadshery/textsummary/0f59fa3579bdb8d7ab57b02908caedd50c94465f"
        "/data/text_data.rda",
        tidy=_tidy_telecom,
        sha256="ffd5f1e2a32d52f21ee11f4f13640a8ea4c85aacb510b2114c4a0dbc64abc4dc",
        licence="GPL",
        source="R package textSummary by F. Usman, github.com/fahadshery/textsummary",
    ),
    "skytrax_seat": DataSet(
        name="skytrax_seat",
        file="skytrax_seat.csv",
        rows=1258,
        about="reviews of airline seats: overall rating, ratings of aspects, recommended or not",
        url=f"{_SKYTRAX}/seat.csv",
        tidy=_tidy_skytrax,
        sha256="2492c99b322404679f7240c2b895c15b5525a73ff3faea6eda5af10e2add1fd9",
        licence=_SKYTRAX_LICENCE,
        source="Q. Nguyen (2015), github.com/quankiquanki/skytrax-reviews-dataset",
    ),
    "skytrax_lounge": DataSet(
        name="skytrax_lounge",
        file="skytrax_lounge.csv",
        rows=2264,
        about="reviews of airport lounges: overall rating, ratings of aspects, recommended or not",
        url=f"{_SKYTRAX}/lounge.csv",
        tidy=_tidy_skytrax,
        sha256="43e65a14a31d7240bb03941fd4459c8368f6d6b56340cd49759414e7d934222a",
        licence=_SKYTRAX_LICENCE,
        source="Q. Nguyen (2015), github.com/quankiquanki/skytrax-reviews-dataset",
    ),
    "nhs_fft": DataSet(
        name="nhs_fft",
        file="nhs_fft_labelled.csv",
        rows=5096,
        about="patients of an English ambulance trust: satisfaction, comments, human codes",
        url=f"{_GITHUB}/The-Strategy-Unit/pxtextmining/c62c79d74c7ba2f88d71a43386a2d36824e4633d"
        "/datasets/v6framework_230831.csv",
        tidy=_tidy_nhs,
        sha256="8bb40637f40b7c06b7c6a404c721572bb69b60e6254158c59a79674c5febfd07",
        licence="MIT",
        source="pxtextmining, NHS England, github.com/The-Strategy-Unit/pxtextmining",
    ),
}


def fetch_telecom_nps(
    *, data_home: str | Path | None = None, download_if_missing: bool = True, verbose: bool = True
) -> Survey:
    """Real NPS answers of a British telecom, with the reason for each score.

    2,385 customers in 2018; the company's name is masked as "company". Published as an R data
    file whose bytes were not at hand when this was written: the SHA-256 is that of the table we
    measured on, and if what R's file gives differs from it by so much as a character, the error
    says so.

    Parameters
    ----------
    data_home : str or Path, optional
        Where the file is kept: by default the folder in ``FEEDBACK_NLP_DATA``, from which it is
        only read, else ``data`` in the user's cache folder or in ``FEEDBACK_NLP_CACHE``.
    download_if_missing : bool
        Whether the network may be used.
    verbose : bool
        Print licence and source (on standard error).

    Returns
    -------
    Survey
        Score ``NPS_SCORE``, answer ``text``, date, and the journey stage ``SURVEY_SUB_TYPE`` as
        segment.

    Raises
    ------
    FeedbackError
        The file is missing and could not be downloaded, or is not the one measured on.

    Examples
    --------
    >>> fetch_telecom_nps().counts["responses"]  # doctest: +SKIP
    2385
    """
    return _survey(
        DATA_SETS["telecom_nps"],
        (data_home, download_if_missing, verbose),
        response_id="response_id",
        score="NPS_SCORE",
        answer="text",
        date="CUSTOMER_RESPONSE_DATE",
        segments=["SURVEY_SUB_TYPE"],
        csat=[],
        outcomes=[],
    )


def fetch_skytrax(
    part: str = "seat",
    *,
    data_home: str | Path | None = None,
    download_if_missing: bool = True,
    verbose: bool = True,
) -> Survey:
    """Reviews of airline seats or airport lounges, rated as a whole and by aspect.

    The overall rating stands in for the score; it was not asked as likelihood to recommend, so
    its NPS is for trying things out. Whether the reviewer recommends (``recommended``, 0 or 1)
    is kept as an outcome. The names of the reviewers are dropped.

    Parameters
    ----------
    part : str
        ``seat``: 1,258 reviews, rated 1 to 10, read as it stands. ``lounge``: 2,264 reviews, rated
        1 to 5 and brought to 0 to 10; the 67 rated on a longer scale count as missing.
    data_home, download_if_missing, verbose
        As in `fetch_telecom_nps`.

    Returns
    -------
    Survey
        Score ``overall_rating``, answer ``content``, date, segments (cabin or kind of lounge, kind
        of traveller), the aspects as satisfaction ratings 1 to 5, in which 0 means not rated.

    Raises
    ------
    FeedbackError
        There is no such part, or as in `fetch_telecom_nps`.

    Examples
    --------
    >>> fetch_skytrax("lounge").columns.csat[0]  # doctest: +SKIP
    'comfort_rating'
    """
    aspects = {
        "seat": "seat_legroom seat_recline seat_width aisle_space viewing_tv power_supply "
        "seat_storage",
        "lounge": "comfort cleanliness bar_beverages catering washrooms wifi_connectivity "
        "staff_service",
    }
    if part not in aspects:
        raise FeedbackError(f"The Skytrax reviews have the parts seat and lounge, not {part!r}.")
    place = "cabin_flown" if part == "seat" else "lounge_type"
    return _survey(
        DATA_SETS[f"skytrax_{part}"],
        (data_home, download_if_missing, verbose),
        score="overall_rating",
        answer="content",
        date="date",
        segments=[place, "type_traveller"],
        csat=[f"{aspect}_rating:1-5" for aspect in aspects[part].split()],
        outcomes=["recommended"],
        score_scale="1-5" if part == "lounge" else None,
    )


def fetch_nhs_fft(
    *, data_home: str | Path | None = None, download_if_missing: bool = True, verbose: bool = True
) -> Survey:
    """Comments of patients of one English ambulance trust, coded by people.

    5,096 comments from the Friends and Family Test, 3,895 of them with a text. The test asks how
    good the experience was, from 1 (very good) to 5 (very poor); brought to 0 to 10 with 10 best
    it stands in for the score, so its NPS is for trying things out. 6 and 7 (don't know, blank)
    count as missing.

    Parameters
    ----------
    data_home, download_if_missing, verbose
        As in `fetch_telecom_nps`.

    Returns
    -------
    Survey
        Score ``FFT categorical answer``, answer ``FFT answer``, each row's question in
        ``FFT question``, date, and the kind of service as segment. The human codes stay under
        their own names: ``Comment sentiment`` (1 very positive to 5 very negative) and a column a
        theme, "1" where the comment mentions it.

    Raises
    ------
    FeedbackError
        As in `fetch_telecom_nps`.

    Examples
    --------
    >>> fetch_nhs_fft().responses["Parking"].eq("1").sum()  # doctest: +SKIP
    """
    return _survey(
        DATA_SETS["nhs_fft"],
        (data_home, download_if_missing, verbose),
        response_id="Comment ID",
        score="FFT categorical answer",
        score_scale="5-1",
        answer="FFT answer",
        question="FFT question",
        date="Date",
        segments=["Service type 1"],
        csat=[],
        outcomes=[],
    )


def describe_data_sets() -> str:
    """The public data sets, as the lines that ``feedback-nlp datasets`` prints.

    Returns
    -------
    str
        For each: what it is, how to get it, its licence and source, and where it lies if it does.

    Examples
    --------
    >>> print(describe_data_sets().splitlines()[1].strip())
    feedback_nlp.fetch_telecom_nps()
    """
    lines = []
    for data_set in DATA_SETS.values():
        path = data_folder() / data_set.file
        part = data_set.name.removeprefix("skytrax_")
        call = f'skytrax("{part}")' if part != data_set.name else f"{part}()"
        lines += [
            f"{data_set.name:<15} {data_set.rows:>5,} rows  {data_set.about}",
            f"                feedback_nlp.fetch_{call}",
            f"                source: {data_set.source}",
            f"                licence: {data_set.licence}",
            f"                {path if path.is_file() else 'not on this machine'}",
        ]
    return "\n".join(lines)


def _survey(data_set: DataSet, how: tuple[str | Path | None, bool, bool], **mapping: Any) -> Survey:
    from feedback_nlp.readers import read_survey

    data_home, download, verbose = how
    path = kept_file(data_set, None if data_home is None else Path(data_home), download)
    if verbose:
        print(
            f"{data_set.name}: {data_set.source}; licence: {data_set.licence}; {path}",
            file=sys.stderr,
        )
    return read_survey(path, name=data_set.name, **mapping)
