"""A few-shot classifier of mentions: from a handful of examples a theme to several themes each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.encoding import DEFAULT_ENCODER, Vectors
from feedback_nlp.themes.codebook import Codebook
from feedback_nlp.themes.codebook_lessons import (
    ThemeTree,
    coded_examples,
    discovered_members,
    labels_as_examples,
)
from feedback_nlp.themes.evidence import (
    Answers,
    Bools,
    Floats,
    Lesson,
    Positions,
    Wording,
    best_by,
    mean_by,
)
from feedback_nlp.themes.thresholds import best_threshold

_WEAK_WEIGHT = 0.2  # 40 discovered members count for as much as 8 examples
_BACKGROUND = 200
_SEEN_FOR_THRESHOLDS = 5_000
_WORDING_LEARNT_FROM = 1_000  # answers; the words of fewer are mostly noise
_WHOLE_ANSWERS = 0.25  # share of examples with several mentions from which context counts in full
_USUAL_SHARE = 0.08  # of answers that mention a theme; the share at which log-odds of 0 decide
_SHARE_EFFECT = 0.1
_FEW_ANSWERS = 100  # from which the share of a theme is told half-way
_HALF_TRUSTED = 24  # examples at which a cross-validated threshold counts half
_MANY_THEMES = 30
_FEWEST_FOR_FOLDS = 5  # examples of a theme below which its threshold is not cross-validated


class ThemeClassifier:
    """A few-shot classifier of mentions, one yes/no decision a theme.

    Two logistic regressions a theme are added up: one sees the mention, one the whole answer. An
    example may be a whole answer with several mentions, of which only one speaks of the theme;
    the first regression finds out which (multiple-instance learning).

    Parameters
    ----------
    C : float
        Inverse strength of the ridge penalty.
    wording : float
        Weight of words beside meaning, in a survey of 1000 different answers or more; of fewer
        answers the words teach less and weigh less.
    context : float
        Weight of the whole answer beside the mention, 0 to 1, where a quarter of the examples or
        more are answers of several mentions; from single mentions nobody can learn what such
        answers look like, and the weight goes to 0.
    label_weight : float
        How many examples a theme's label and description count for.
    background_weight : float
        What 200 uncoded answers weigh as examples of "none of these", in parts of the examples
        that a theme has on average; fewer answers weigh less. Some of them do speak of a theme,
        so that they must not outweigh what people have coded.
    nearness : float
        Cosine that a mention must have to something that the codebook says of a theme.
    folds : int
        Folds of the cross-validation that chooses the thresholds; half of them for more than 30
        themes.
    encoder : str
    seed : int

    Attributes
    ----------
    theme_ids_ : list of str
        Themes in the order of the columns; dropped ones are among them.
    thresholds_ : ndarray, shape (themes,)
        Log-odds above which a theme is assigned.

    Notes
    -----
    With 8 examples a theme a cross-validated threshold is mostly noise: on the NHS answers it
    took micro-F1 from 0.65 to 0.60. So it is drawn towards even odds, the more the fewer the
    examples, and moved a little by how many answers of the survey bear the theme.

    References
    ----------
    Andrews, Tsochantaridis and Hofmann (2002), Support vector machines for multiple-instance
    learning, NIPS 15, section 3. Forman (2008), Quantifying counts and costs via classification,
    Data Mining and Knowledge Discovery 17, section 2.2 (adjusted count).

    Examples
    --------
    >>> classifier = ThemeClassifier().fit(codebook, mentions, vectors)   # doctest: +SKIP
    >>> classifier.predict(mentions, vectors)                             # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        C: float = 3.0,
        wording: float = 0.5,
        context: float = 0.5,
        label_weight: float = 2.0,
        background_weight: float = 0.75,
        nearness: float = 0.25,
        folds: int = 8,
        encoder: str = DEFAULT_ENCODER,
        seed: int = 0,
    ) -> None:
        self.C = C
        self.wording = wording
        self.context = context
        self.label_weight = label_weight
        self.background_weight = background_weight
        self.nearness = nearness
        self.folds = folds
        self.encoder = encoder
        self.seed = seed

    def fit(
        self,
        codebook: Codebook,
        mentions: pd.DataFrame,
        vectors: Vectors,
        weak: pd.DataFrame | None = None,
    ) -> ThemeClassifier:
        """Learn from the codebook; the mentions lend their words and stand for "none of these".

        Parameters
        ----------
        codebook : Codebook
        mentions : DataFrame
            ``mention_id``, ``response_id``, ``text`` of the survey, or of a sample of it.
        vectors : ndarray, shape (mentions, d)
        weak : DataFrame, optional
            ``mention_id``, ``theme_id`` of mentions that discovery put into a theme.

        Returns
        -------
        ThemeClassifier
            Itself.
        """
        from threadpoolctl import threadpool_limits

        table = codebook.table
        self.theme_ids_ = table["theme_id"].tolist()
        self._tree = ThemeTree.of(table)
        answers = Answers.of_mentions(mentions, vectors)
        examples, marks, weights = coded_examples(table, self._tree, self.encoder)
        self._wording = Wording(seed=self.seed).fit([*answers.texts, *examples.texts])
        self._wording_trust = min(1.0, len(set(answers.texts)) / _WORDING_LEARNT_FROM)
        discovered, weak_marks = discovered_members(mentions, weak, codebook, self._tree, self.seed)
        labels, label_marks, label_weights = labels_as_examples(
            table, self._tree, self.encoder, self.label_weight
        )
        random = np.random.default_rng([self.seed, 3])
        n_background = min(_BACKGROUND, len(answers.texts))
        background = answers.only(
            np.sort(random.choice(len(answers.texts), n_background, replace=False))
        )
        several = np.mean(np.bincount(examples.of) > 1) if examples.texts else 0.0
        self._context = self.context * min(1.0, float(several) / _WHOLE_ANSWERS)
        coded = (marks * weights).sum() + _WEAK_WEIGHT * weak_marks.sum()
        n_themes = len(self.theme_ids_)
        background_weight = self.background_weight * max(1.0, coded / n_themes) / _BACKGROUND
        lessons = [
            self._lesson(examples, marks, weights),
            self._lesson(labels, label_marks, label_weights),
            self._lesson(
                Answers.of_mentions(mentions.iloc[discovered], vectors[discovered], alone=True),
                weak_marks,
                np.where(self._tree.kin(weak_marks), 0.0, _WEAK_WEIGHT),
            ),
            self._lesson(
                background,
                np.zeros((n_background, n_themes), bool),
                np.full((n_background, n_themes), background_weight),
            ),
        ]
        self._known = [
            (lesson.vectors[rows], rows_marks)
            for lesson in lessons[:3]
            for rows in [np.flatnonzero(lesson.marks[lesson.of].any(axis=1))]
            for rows_marks in [lesson.marks[lesson.of][rows]]
        ]
        # Many small regressions: more threads would only wait for each other, and the sums of
        # another machine's threads would differ in their last digits.
        with threadpool_limits(limits=1):
            self._models = self._learn(Lesson.joined(lessons))
            self.thresholds_ = self._thresholds(lessons, answers)
        return self

    def decision_function(self, mentions: pd.DataFrame, vectors: Vectors) -> Floats:
        """Log-odds of each theme in each mention, above its threshold where positive.

        Parameters
        ----------
        mentions : DataFrame
            ``response_id``, ``text``; all mentions of an answer together.
        vectors : ndarray, shape (mentions, d)

        Returns
        -------
        ndarray, shape (mentions, themes)
            -inf where nothing in the codebook is near the mention.
        """
        answers = Answers.of_mentions(mentions, vectors)
        of_mention, of_answer = self._odds(answers)
        both = (1 - self._context) * of_mention + self._context * of_answer[answers.of]
        # An answer's theme stands where it is said, not in every sentence of the answer.
        best = best_by(answers.of, both, len(answers.texts))[answers.of]
        odds = np.where((of_mention > 0) | (both >= best), both - self.thresholds_, -np.inf)
        odds[self._nearness(vectors) < self.nearness] = -np.inf
        return odds

    def predict(self, mentions: pd.DataFrame, vectors: Vectors) -> pd.DataFrame:
        """The themes of each mention.

        Parameters
        ----------
        mentions : DataFrame
            ``mention_id``, ``response_id``, ``text``; all mentions of an answer together.
        vectors : ndarray, shape (mentions, d)

        Returns
        -------
        DataFrame, one row a theme in a mention
            ``mention_id, response_id, theme_id, confidence`` (0.5 to 1). A mention of a sub-theme
            has no row for the theme above it.
        """
        odds = self.decision_function(mentions, vectors)
        assigned = np.asarray(odds > 0)
        for child, parent in enumerate(self._tree.parent):
            if parent >= 0:
                assigned[assigned[:, child], parent] = False
        rows, columns = np.nonzero(assigned)
        return pd.DataFrame(
            {
                "mention_id": mentions["mention_id"].to_numpy()[rows],
                "response_id": mentions["response_id"].to_numpy()[rows],
                "theme_id": np.array(self.theme_ids_, dtype=object)[columns],
                "confidence": 1 / (1 + np.exp(-odds[rows, columns])),
            }
        ).astype({"mention_id": "str", "response_id": "str", "theme_id": "str"})

    def _lesson(self, answers: Answers, marks: Bools, weights: Floats) -> Lesson:
        whole, single = self._features(answers)
        return Lesson(whole, single, answers.vectors, answers.of, marks, weights)

    def _features(self, answers: Answers) -> tuple[Vectors, Vectors]:
        mean = mean_by(answers.of, answers.vectors, len(answers.texts))
        weight = self.wording * self._wording_trust
        words = weight * self._wording.transform(answers.texts)
        single_words = weight * self._wording.transform(answers.mentions)
        return np.hstack([mean, words]), np.hstack([answers.vectors, single_words])

    # --- learning ---

    def _learn(self, lesson: Lesson) -> list[tuple[Any, Any]]:
        return [
            (
                self._regression(lesson.whole, lesson.marks[:, theme], lesson.weights[:, theme]),
                self._witness(lesson, theme),
            )
            for theme in range(lesson.marks.shape[1])
        ]

    def _witness(self, lesson: Lesson, theme: int) -> Any:
        """The regression on mentions: of a positive answer the most telling mention counts."""
        marks = lesson.marks[lesson.of, theme]
        share = lesson.weights[lesson.of, theme] / np.where(marks, lesson.size[lesson.of], 1)
        model = self._regression(lesson.single, marks, share)
        if not (marks & (lesson.size[lesson.of] > 1)).any() or model is None:
            return model
        odds = model.decision_function(lesson.single)[:, None]
        best = best_by(lesson.of, odds, len(lesson.marks))[lesson.of]
        weights = lesson.weights[lesson.of, theme] * ~(marks & (odds < best)[:, 0])
        return self._regression(lesson.single, marks, weights)

    def _regression(self, rows: Vectors, marks: Bools, weights: Floats) -> Any:
        """A logistic regression in which both sides weigh the same; None if one is empty."""
        from sklearn.linear_model import LogisticRegression

        used = weights > 0
        rows, marks, weights = rows[used], marks[used], weights[used]
        if not marks.any() or marks.all():
            return None
        total = weights.sum()
        sides = np.where(marks, weights[marks].sum(), weights[~marks].sum())
        model = LogisticRegression(C=self.C, max_iter=2000, tol=1e-3)
        return model.fit(rows, marks, sample_weight=weights * total / (2 * sides))

    def _odds(
        self, answers: Answers, models: list[tuple[Any, Any]] | None = None
    ) -> tuple[Floats, Floats]:
        """Log-odds of each mention, and of each answer as a whole."""
        whole, single = self._features(answers)
        return self._odds_of(whole, single, self._models if models is None else models)

    def _odds_of(
        self, whole: Vectors, single: Vectors, models: list[tuple[Any, Any]]
    ) -> tuple[Floats, Floats]:
        of_answer, of_mention = (
            np.column_stack(
                [
                    np.full(len(rows), -10.0)
                    if pair[side] is None
                    else pair[side].decision_function(rows)
                    for pair in models
                ]
            )
            if len(rows)
            else np.zeros((0, len(models)))
            for side, rows in ((0, whole), (1, single))
        )
        return of_mention, of_answer

    # --- deciding ---

    def _thresholds(self, lessons: list[Lesson], answers: Answers) -> Floats:
        random = np.random.default_rng([self.seed, 5])
        n_seen = min(_SEEN_FOR_THRESHOLDS, len(answers.texts))
        seen = answers.only(np.sort(random.choice(len(answers.texts), n_seen, replace=False)))
        odds = self._summed(*self._odds(seen), seen.of)
        validated = self._validated(lessons, odds)
        thresholds = validated
        for _ in range(3):
            share = np.clip((odds > thresholds).mean(axis=0), 0.01, 0.5)
            usual = np.log(_USUAL_SHARE / (1 - _USUAL_SHARE))
            shift = _SHARE_EFFECT * (np.log(share / (1 - share)) - usual)
            thresholds = validated - shift * len(odds) / (len(odds) + _FEW_ANSWERS)
        return thresholds

    def _summed(self, of_mention: Floats, of_answer: Floats, of: Positions) -> Floats:
        best = best_by(of, of_mention, len(of_answer))
        return (1 - self._context) * best + self._context * of_answer

    def _validated(self, lessons: list[Lesson], seen: Floats) -> Floats:
        """Thresholds of the best F1 on held-out examples, drawn towards 0 where these are few."""
        from sklearn.model_selection import KFold

        examples, rest = lessons[0], Lesson.joined(lessons[1:])
        n_yes = (examples.marks & (examples.weights > 0)).sum(axis=0)
        thresholds = np.zeros(len(n_yes))
        enough = np.flatnonzero(n_yes >= _FEWEST_FOR_FOLDS)
        if not len(enough):
            return thresholds
        held_out = np.zeros(examples.marks.shape)
        # Many themes take long, and their thresholds are hardly told by few examples each.
        wanted = self.folds if len(enough) <= _MANY_THEMES else self.folds // 2
        folds = KFold(min(wanted, len(examples.marks)), shuffle=True, random_state=self.seed)
        for kept, left in folds.split(examples.whole):
            part = examples.only(left)
            models = self._learn(Lesson.joined([examples.only(kept), rest]).for_themes(enough))
            of_mention, of_answer = self._odds_of(part.whole, part.single, models)
            held_out[np.ix_(left, enough)] = self._summed(of_mention, of_answer, part.of)
        for theme in enough:
            used = examples.weights[:, theme] > 0
            best = best_threshold(
                held_out[used, theme], examples.marks[used, theme], seen[:, theme]
            )
            thresholds[theme] = best * n_yes[theme] / (n_yes[theme] + _HALF_TRUSTED)
        return thresholds

    def _nearness(self, vectors: Vectors) -> Floats:
        """Largest cosine of each mention to what is known of each theme."""
        near = np.full((len(vectors), len(self.theme_ids_)), -1.0)
        for known, marks in self._known:
            for first in range(0, len(vectors), 20_000):
                rows = slice(first, first + 20_000)
                cosine = vectors[rows] @ known.T
                for theme in np.flatnonzero(marks.any(axis=0)):
                    best = cosine[:, marks[:, theme]].max(axis=1)
                    near[rows, theme] = np.maximum(near[rows, theme], best)
        return near
