"""How well themes agree with human codes, in one run.

    python -m feedback_nlp.evaluation.themes [--draws N] [--first-seed N]

Two protocols. *Codebook*: 8 answers a theme are drawn from the coded ones and put into a codebook
with their codes; the rest is assigned and scored. *Discovered*: themes found without codes are
mapped to codes on one half of the respondents and scored on the other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.gold import data_folder

Bools = NDArray[np.bool_]

NHS = "nhs_fft_labelled.csv"
EXAMPLES, FEWEST_ANSWERS = 8, 50
_MAPPED_FROM = 0.30
# Columns of the NHS codebook that say what could not be coded, rather than what was said.
_NO_THEMES = ("Not assigned", "Labelling not possible")


@dataclass(frozen=True)
class CodedAnswers:
    """Answers that people have coded.

    Attributes
    ----------
    answers : list of str, length n
        Normalised answers with a text, non-answers ("Nothing") included.
    respondents : ndarray of str, shape (n,)
    codes : DataFrame of bool, shape (n, codes)
        Columns are the names of the codes.
    """

    answers: list[str]
    respondents: NDArray[np.str_]
    codes: pd.DataFrame


def read_nhs(data: Path | None = None) -> CodedAnswers:
    """The NHS answers with a text, and all their codes.

    Raises
    ------
    FeedbackError
        The file is missing.
    """
    from feedback_nlp.cleaning import clean_answers

    file = (data or data_folder()) / NHS
    if not file.is_file():
        raise FeedbackError(f"{NHS} is not in {file.parent}; set FEEDBACK_NLP_DATA to its folder.")
    table = pd.read_csv(file, keep_default_na=False, dtype=str)
    raw = table["FFT answer"].str.strip()
    table = table[~raw.isin(["", "Did not answer"])].reset_index(drop=True)
    cleaned = clean_answers(table["FFT answer"])["answer"].astype(str)
    answers = cleaned.where(cleaned.str.strip() != "", table["FFT answer"])
    first_code = list(table.columns).index("Comment sentiment") + 1
    codes = table.iloc[:, first_code:] == "1"
    return CodedAnswers(answers.tolist(), table["Respondent ID"].to_numpy(str), codes)


def multi_label_f1(truth: Bools, found: Bools) -> tuple[float, float]:
    """Micro and macro F1 of several yes/no codes.

    Parameters
    ----------
    truth, found : ndarray of bool, shape (n, codes)

    Returns
    -------
    tuple of float
        A code that is neither there nor found counts as 0 in the macro mean.

    Examples
    --------
    >>> truth = np.array([[True, False], [True, True]])
    >>> found = np.array([[True, False], [False, True]])
    >>> micro, macro = multi_label_f1(truth, found)
    >>> round(micro, 2), round(macro, 2)
    (0.8, 0.83)
    """
    right = (truth & found).sum(axis=0)
    total = truth.sum(axis=0) + found.sum(axis=0)
    micro = 2 * right.sum() / max(1, total.sum())
    return float(micro), float(np.mean(2 * right / np.maximum(total, 1)))


def discovered_f1(
    answers_by_theme: Bools, codes: Bools, respondents: NDArray[np.str_], seed: int = 0
) -> dict[str, float]:
    """Score discovered themes against human codes.

    The respondents are split in two halves. On one half each theme is mapped to the code that most
    of its answers bear, if at least 30 % do; on the other half the union of the mapped codes of
    an answer is scored.

    Parameters
    ----------
    answers_by_theme : ndarray of bool, shape (n, themes)
        The themes of each answer.
    codes : ndarray of bool, shape (n, codes)
        The human codes of each answer; codes without any answer are left out.
    respondents : ndarray of str, shape (n,)
        Whose answer it is: a respondent stays in one half.
    seed : int

    Returns
    -------
    dict of str to float
        ``micro``, ``macro`` F1, ``themes_mapped`` (of ``themes``), ``codes_found`` (of ``codes``)
        and ``without_theme``, the share of answers in no theme.

    Examples
    --------
    >>> answers_by_theme = np.eye(2, dtype=bool)[np.arange(100) % 2]
    >>> people = np.arange(100).astype(str)
    >>> discovered_f1(answers_by_theme, answers_by_theme, people)["macro"]
    1.0
    """
    codes = codes[:, codes.any(axis=0)]
    people = np.unique(respondents)
    random = np.random.default_rng(seed)
    mapping_half = np.isin(respondents, random.permutation(people)[: len(people) // 2])
    of_half, codes_half = answers_by_theme[mapping_half], codes[mapping_half]
    together = of_half.T.astype(float) @ codes_half.astype(float)
    shares = together / np.maximum(of_half.sum(axis=0), 1)[:, None]
    best = shares.argmax(axis=1)
    mapped = shares[np.arange(len(best)), best] >= _MAPPED_FROM
    to_code = np.zeros((answers_by_theme.shape[1], codes.shape[1]), bool)
    to_code[np.flatnonzero(mapped), best[mapped]] = True
    rest = ~mapping_half
    found = (answers_by_theme[rest].astype(int) @ to_code.astype(int)) > 0
    micro, macro = multi_label_f1(codes[rest], found)
    return {
        "micro": micro,
        "macro": macro,
        "themes": float(answers_by_theme.shape[1]),
        "themes_mapped": float(mapped.sum()),
        "codes": float(codes.shape[1]),
        "codes_found": float(found.any(axis=0).sum()),
        "without_theme": float((~answers_by_theme.any(axis=1)).mean()),
    }


def evaluate_codebook(
    coded: CodedAnswers, *, n_examples: int = EXAMPLES, draws: int = 5, first_seed: int = 0
) -> pd.DataFrame:
    """Assign from a codebook of few coded answers, and score the answers that are not in it.

    Parameters
    ----------
    coded : CodedAnswers
    n_examples : int
        Answers drawn for each code. A drawn answer stands under all its codes.
    draws : int
    first_seed : int
        The classifier's settings were chosen on seeds 100 to 109; report others.

    Returns
    -------
    DataFrame, one row a draw
        ``seed, examples, micro, macro, baseline_micro, baseline_macro``; the baseline is a
        logistic regression on the vectors of the answers (classes balanced, threshold 0.5).
    """
    from feedback_nlp.encoding import encode

    named = [str(code) for code in coded.codes if code not in _NO_THEMES]
    names = [code for code in named if coded.codes[code].sum() >= FEWEST_ANSWERS]
    codes = coded.codes[names].to_numpy()
    mentions, vectors = _mentions_of(coded)
    answer_vectors = encode(coded.answers)
    rows = []
    for seed in range(first_seed, first_seed + draws):
        drawn = _drawn(codes, n_examples, seed)
        found = _assigned(coded, names, codes, drawn, mentions, vectors, seed)
        baseline = _baseline(answer_vectors, codes, drawn)
        micro, macro = multi_label_f1(codes[~drawn], found[~drawn])
        baseline_micro, baseline_macro = multi_label_f1(codes[~drawn], baseline[~drawn])
        rows.append((seed, int(drawn.sum()), micro, macro, baseline_micro, baseline_macro))
    columns = ["seed", "examples", "micro", "macro", "baseline_micro", "baseline_macro"]
    return pd.DataFrame(rows, columns=columns)


def evaluate_discovered(coded: CodedAnswers, *, seed: int = 0) -> dict[str, float]:
    """Discover themes in the answers and score them by `discovered_f1`.

    Parameters
    ----------
    coded : CodedAnswers
    seed : int

    Returns
    -------
    dict of str to float
        As `discovered_f1`, at the level of the finest themes; and ``micro_chosen_on``,
        ``macro_chosen_on``, ``micro_held_out``, ``macro_held_out``: the mean over ten splits
        among the respondents on whom settings of discovery were chosen (the CRC-32 of their id
        is odd), and among the others.
    """
    from feedback_nlp.cleaning import content_kinds
    from feedback_nlp.sentiment import score_sentiment
    from feedback_nlp.themes.discover import discover_themes

    mentions, vectors = _mentions_of(coded)
    texts = mentions["text"].tolist()
    mentions = mentions.assign(sentiment=score_sentiment(texts), content_kind=content_kinds(texts))
    found = discover_themes(mentions, vectors, seed=seed, stability_resamples=0)
    answer = found.mention_themes["response_id"].astype(int).to_numpy()
    theme, ids = pd.factorize(found.mention_themes["theme_id"])
    table = np.zeros((len(coded.answers), len(ids)), bool)
    table[answer, theme] = True
    codes, people = coded.codes.to_numpy(), coded.respondents
    scored = discovered_f1(table, codes, people)
    chosen_on = np.array([zlib.crc32(person.encode()) % 2 == 1 for person in people])
    for name, half in (("chosen_on", chosen_on), ("held_out", ~chosen_on)):
        draws = [discovered_f1(table[half], codes[half], people[half], s) for s in range(10)]
        for measure in ("micro", "macro"):
            scored[f"{measure}_{name}"] = float(np.mean([draw[measure] for draw in draws]))
    return scored


def _mentions_of(coded: CodedAnswers) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    from feedback_nlp.encoding import encode
    from feedback_nlp.mentions import cut_mentions
    from feedback_nlp.themes.phrases import topic_texts

    responses = pd.DataFrame(
        {
            "response_id": [str(number) for number in range(len(coded.answers))],
            "answer": coded.answers,
            "has_content": True,
        }
    )
    mentions = cut_mentions(responses)
    return mentions, encode(topic_texts(mentions["text"].tolist()))


def _drawn(codes: Bools, n_examples: int, seed: int) -> Bools:
    random = np.random.default_rng(seed)
    drawn = np.zeros(len(codes), bool)
    for code in range(codes.shape[1]):
        drawn[random.choice(np.flatnonzero(codes[:, code]), n_examples, replace=False)] = True
    return drawn


def _assigned(
    coded: CodedAnswers,
    names: list[str],
    codes: Bools,
    drawn: Bools,
    mentions: pd.DataFrame,
    vectors: NDArray[np.float32],
    seed: int,
) -> Bools:
    """The codes that the project's own way, over a codebook file, gives each answer."""
    from feedback_nlp.themes.assign import assign_themes
    from feedback_nlp.themes.codebook import read_codebook, write_codebook
    from feedback_nlp.themes.labels import slugs

    ids = slugs(names)
    examples = [
        [coded.answers[row] for row in np.flatnonzero(drawn & codes[:, number])]
        for number in range(len(names))
    ]
    themes = pd.DataFrame(
        {"theme_id": ids, "label": names, "parent_id": None, "examples": examples}
    )
    with tempfile.TemporaryDirectory() as folder:
        file = write_codebook(themes, Path(folder) / "codebook.yaml", examples=None)
        codebook = read_codebook(file)
    links = assign_themes(mentions, vectors, codebook, seed=seed, offer_new=False).mention_themes
    found = np.zeros(codes.shape, bool)
    place = {theme: number for number, theme in enumerate(ids)}
    found[links["response_id"].astype(int), links["theme_id"].map(place)] = True
    return found


def _baseline(vectors: NDArray[np.float32], codes: Bools, drawn: Bools) -> Bools:
    from sklearn.linear_model import LogisticRegression

    found = np.zeros(codes.shape, bool)
    for code in range(codes.shape[1]):
        model = LogisticRegression(class_weight="balanced", max_iter=1000)
        found[:, code] = model.fit(vectors[drawn], codes[drawn, code]).predict(vectors)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit code 2 where the data are missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--only", choices=["codebook", "discovered"])
    options = parser.parse_args(arguments)
    try:
        coded = read_nhs()
    except FeedbackError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"NHS: {len(coded.answers)} answers with a text\n")
    if options.only != "discovered":
        table = evaluate_codebook(coded, draws=options.draws, first_seed=options.first_seed)
        print(f"Codebook with {EXAMPLES} coded answers a theme, scored on the rest")
        print(table.round(3).to_string(index=False))
        mean = table.mean().round(3)
        print(
            f"mean: micro {mean['micro']}, macro {mean['macro']} "
            f"(baseline {mean['baseline_micro']}, {mean['baseline_macro']})\n"
        )
    if options.only != "codebook":
        print("Discovered themes, mapped on one half of the respondents, scored on the other")
        for name, value in evaluate_discovered(coded).items():
            print(f"{name:>22} {value:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
