"""Which column is which: what the user named, and for the rest a guess that says why.

A guess rests on two things, the words of a column's name (and of its question, where the export
has one) and what its cells hold. It never decides between two columns that are equally likely
to be the score or the answer: it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.column_roles import ROLES, SINGLE_ROLES, Columns
from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible
from feedback_nlp.near_names import did_you_mean
from feedback_nlp.nps import groups
from feedback_nlp.reading.cells import (
    as_text,
    read_amounts,
    read_dates,
    read_ratings,
    read_scores,
    read_yes_no,
)
from feedback_nlp.reading.column_profile import (
    ANSWER_WORDS,
    CONSENT_WORDS,
    COUNT_WORDS,
    CSAT_WORDS,
    DATE_WORDS,
    ID_WORDS,
    NOT_ANSWER_WORDS,
    QUESTION_WORDS,
    SCORE_WORDS,
    TOOL_COLUMNS,
    VALUE_WORDS,
    Profile,
    hint,
    profile_columns,
    rank,
    words_of,
)
from feedback_nlp.reading.rating_columns import guess_csat, guess_outcomes


def _quoted(names: Iterable[str], longest: int = 20) -> str:
    names = list(names)
    shown = ", ".join(f'"{visible(name)}"' for name in names[:longest])
    return shown + (f" and {len(names) - longest} more" if len(names) > longest else "")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def find_column(table: pd.DataFrame, name: str, role: str) -> str:
    """The column that the user named, allowing for differences of case and white space.

    Raises
    ------
    FeedbackError
        When there is none; the message names the nearest.

    Examples
    --------
    >>> find_column(pd.DataFrame(columns=["NPS Score", "text"]), "nps score", "score")
    'NPS Score'
    """
    if name in table.columns:
        return name
    folded: dict[str, list[str]] = {}
    for column in table.columns:
        folded.setdefault(" ".join(column.casefold().split()), []).append(column)
    wanted = " ".join(name.casefold().split())
    if len(folded.get(wanted, [])) == 1:
        return folded[wanted][0]
    instead = did_you_mean(name, table.columns, otherwise=f"there are {_quoted(table.columns)}.")
    raise FeedbackError(f"There is no column {_quoted([name])} for the {role}: {instead}")


def _only_one(candidates: Sequence[str], role: str) -> None:
    if len(candidates) > 1:
        count = "two" if len(candidates) == 2 else str(len(candidates))
        raise FeedbackError(
            f"{count.capitalize()} columns could be the {role}: {_quoted(candidates)}; "
            f"name one with --{role}."
        )


def _guess_score(profiles: Mapping[str, Profile]) -> tuple[str, str]:
    ranked: dict[str, tuple[int, str]] = {}
    for name, profile in profiles.items():
        if not profile.filled or profile.numeric_share < 0.9:
            continue
        numbers = profile.numbers
        whole = numbers[(numbers >= 0) & (numbers <= 10) & (numbers == np.floor(numbers))]
        if len(whole) < 0.9 * len(numbers) or not whole.max() > 5:
            continue
        strength, word = rank(profile.words, SCORE_WORDS)
        # Satisfaction is not recommendation: it is never taken for the score unless named.
        satisfaction = [word for word in CSAT_WORDS if word != "rating*"]
        if hint(profile.words, satisfaction) and strength < len(SCORE_WORDS) - 1:
            continue
        # Without a name that says so, a 1-7 scale or a count is no likelihood to recommend.
        if strength == 0 and (whole.max() < 8 or hint(profile.words, COUNT_WORDS)):
            continue
        share = _percent(len(whole) / len(numbers))
        said = f'"{word}" in its name' if word else "the only column of its kind"
        ranked[name] = (strength, f"{said}; {share} whole numbers from 0 to 10")
    if not ranked:
        raise FeedbackError(
            "No column looks like a score from 0 to 10: name it with --score; "
            f"the columns are {_quoted(profiles)}."
        )
    best = max(strength for strength, _ in ranked.values())
    candidates = [name for name, (strength, _) in ranked.items() if strength == best]
    _only_one(candidates, "score")
    return candidates[0], ranked[candidates[0]][1]


def _is_free_text(profile: Profile, hinted: bool) -> bool:
    name = words_of(profile.name)
    # In a header that is a whole question, "id" or "date" says nothing about the cells.
    if len(name) <= 4 and hint(name, NOT_ANSWER_WORDS):
        return False
    if not profile.filled or profile.numeric_share > 0.5:
        return False
    varied = profile.distinct_share >= 0.3 or (hinted and len(profile.levels) > 30)
    return varied and (hinted or profile.words_a_cell >= 3) and profile.dates_share < 0.5


def _guess_answer(profiles: Mapping[str, Profile]) -> tuple[str, str]:
    hinted = {name: hint(profile.words, ANSWER_WORDS) for name, profile in profiles.items()}
    free = [
        name for name, profile in profiles.items() if _is_free_text(profile, bool(hinted[name]))
    ]
    if not free:
        raise FeedbackError(
            "No column looks like free text: name the one with the answers with --answer; "
            f"the columns are {_quoted(profiles)}."
        )
    candidates = [name for name in free if hinted[name]] or free
    most = max(profiles[name].volume for name in candidates)
    candidates = [name for name in candidates if profiles[name].volume >= most / 4]
    _only_one(candidates, "answer")
    name = candidates[0]
    said = f'"{hinted[name]}" in its name; ' if hinted[name] else "the longest; "
    return name, f"{said}free text of {profiles[name].words_a_cell:.0f} words on average"


def _guess_response_id(
    profiles: Mapping[str, Profile], table: pd.DataFrame
) -> tuple[str, str] | None:
    ranked = []
    for position, (name, profile) in enumerate(profiles.items()):
        # Typeform heads the number of the response with "#" alone.
        numbered = name.strip() == "#"
        word = "#" if numbered else hint(profile.words, ID_WORDS)
        if not word or profile.filled < profile.rows * 0.9:
            continue
        # Several people may answer from one network.
        if hint(profile.words, ("network", "device", "session", "browser")):
            continue
        of_response = numbered or hint(profile.words, ("respon*", "record*", "survey*")) is not None
        cells = as_text(table[name]).str.strip()
        cells = cells[cells != ""]
        repeats = int(cells.duplicated().sum())
        # A few repeats in what is plainly the id of the response are slips, and are counted.
        if repeats and not (of_response and repeats <= len(cells) * 0.05):
            continue
        repeated = f"{repeats:,} repeats" if repeats else "no value repeats"
        ranked.append((not of_response, position, name, f'"{word}" in its name; {repeated}'))
    return min(ranked)[2:] if ranked else None


def _guess_date(profiles: Mapping[str, Profile]) -> tuple[str, str] | None:
    ranked = []
    for position, (name, profile) in enumerate(profiles.items()):
        strength, word = rank(profile.words, DATE_WORDS)
        word = hint(profile.words, ("date*", "time*")) or word
        if not strength or not profile.filled or profile.dates_share < 0.8:
            continue
        mostly_filled = profile.filled >= profile.rows / 2
        ranked.append((not mostly_filled, -strength, position, name, word))
    if not ranked:
        return None
    *_, name, word = min(ranked)
    share, (_, note) = profiles[name].dates_share, read_dates(profiles[name].cells)
    return name, f'"{word}" in its name; {_percent(share)} dates; {note}'


def _guess_question(profiles: Mapping[str, Profile]) -> tuple[str, str] | None:
    for name, profile in profiles.items():
        if not hint(words_of(name), QUESTION_WORDS):
            continue
        texts = 1 <= len(profile.levels) <= 30 and profile.numeric_share < 0.1
        if texts and profile.distinct_share <= 0.5:
            return name, f'"question" in its name; {len(profile.levels)} different texts'
    return None


def _guess_weight(profiles: Mapping[str, Profile]) -> tuple[str, str] | None:
    for name, profile in profiles.items():
        word = hint(profile.words, ("weight*", "wt", "wgt"))
        if word and profile.filled >= profile.rows * 0.99:
            amounts = read_amounts(profile.cells)
            if amounts.notna().all() and (amounts >= 0).all():
                return name, f'"{word}" in its name; every row has a number'
    return None


def _guess_consent(profiles: Mapping[str, Profile]) -> tuple[str, str] | None:
    ranked = []
    for position, (name, profile) in enumerate(profiles.items()):
        word = hint(profile.words, CONSENT_WORDS)
        if not word or not profile.filled:
            continue
        said = read_yes_no(profile.cells)
        # "Contacting us: 1" marks a topic; only a plain word for consent may be yes throughout.
        plain = word.startswith(("consent", "permission"))
        if said.notna().all() and (plain or said.nunique() == 2):
            ranked.append((not plain, position, name, word))
    if not ranked:
        return None
    *_, name, word = min(ranked)
    return name, f'"{word}" in its name; yes or no throughout'


def _guess_value(profiles: Mapping[str, Profile]) -> tuple[str, str] | None:
    for name, profile in profiles.items():
        word = hint(words_of(name), VALUE_WORDS)
        if word and profile.filled:
            amounts = read_amounts(profile.cells)
            if amounts.notna().mean() >= 0.9 and amounts.max() > 10:
                return name, f'"{word}" in its name; {_percent(amounts.notna().mean())} amounts'
    return None


_GROUP_NAMES = frozenset(["promoter", "passive", "neutral", "detractor"])


def _repeats_score(levels: pd.Series, score: pd.Series) -> bool:
    """Whether a column only says again which group, or which score, a respondent gave."""
    both = pd.DataFrame({"level": levels, "score": score.reindex(levels.index)}).dropna()
    if set(both["level"].str.casefold().str.rstrip("s")) <= _GROUP_NAMES:
        return True
    # Among a handful of respondents, any two columns go together by chance.
    if len(both) < 10:
        return False
    keys = [pd.Series(groups(both["score"]), index=both.index)]
    # The same holds for single scores unless many respondents share each.
    if len(both) >= 100:
        keys.append(both["score"])
    for key in keys:
        table = pd.crosstab(both["level"], key)
        settled = table.max().sum() / len(both)
        if len(set(table.idxmax())) > 1 and settled >= 0.98:
            return True
    return False


def _is_segment(profile: Profile, score: pd.Series) -> bool:
    levels = profile.levels
    if not 2 <= len(levels) <= 30:
        return False
    # A service called "111" among named ones is a level; a column of codes is not a segment.
    if read_ratings(pd.Series(levels.index, dtype=str)).notna().mean() > 0.5:
        return False
    # A stray spelling among hundreds does not make free text of a segment.
    if (levels == 1).sum() > profile.filled * 0.01:
        return False
    if profile.words_a_cell > 8 or profile.dates_share > 0.5:
        return False
    if "".join(words_of(profile.name)) in TOOL_COLUMNS:
        return False
    return not _repeats_score(profile.cells, score)


def _guess_segments(
    profiles: Mapping[str, Profile], score: pd.Series
) -> tuple[tuple[str, ...], str]:
    names = tuple(name for name, profile in profiles.items() if _is_segment(profile, score))
    levels = [f"{len(profiles[name].levels)}" for name in names]
    return names, f"few texts that repeat: {', '.join(levels)} levels"


def _given_columns(table: pd.DataFrame, given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What the user named, found in the table; a role with an empty list is settled as none."""
    found: dict[str, tuple[str, ...]] = {}
    used: dict[str, str] = {}
    for role in ROLES:
        named = given.get(role)
        if named is None:
            continue
        names = [named] if isinstance(named, str) else list(named)
        found[role] = tuple(dict.fromkeys(find_column(table, name, role) for name in names))
        for name in found[role]:
            if name in used:
                raise FeedbackError(
                    f"The column {_quoted([name])} is given for both {used[name]} and {role}: "
                    "a column has one role."
                )
            used[name] = role
    return found


def guess_columns(
    table: pd.DataFrame, given: Mapping[str, Any], labels: Mapping[str, str] | None = None
) -> Columns:
    """Decide which column plays which role.

    Parameters
    ----------
    table : DataFrame
        The survey as read, one row a respondent.
    given : mapping of role to column name, or names, or None
        What the user named (see `Columns` for the roles). None or absent means: guess; an empty
        list means: there is none.
    labels : mapping of column name to text, optional
        The question behind each column, for exports that have it beside the name.

    Returns
    -------
    Columns
        With the reason for every guess in `why`.

    Raises
    ------
    FeedbackError
        When a named column does not exist, or when none, or more than one, could be the score
        or the answer.

    Examples
    --------
    >>> table = pd.DataFrame({"nps": ["9", "0"], "why": ["So easy to use", "It never came"]})
    >>> columns = guess_columns(table, {})
    >>> columns.score, columns.answer, columns.why["score"]
    ('nps', 'why', '"nps" in its name; 100 % whole numbers from 0 to 10')
    """
    found = _given_columns(table, given)
    why = {role: "given" for role, names in found.items() if names}
    taken = {name for names in found.values() for name in names}
    profiles = profile_columns(table, labels or {})

    def free() -> dict[str, Profile]:
        return {name: profile for name, profile in profiles.items() if name not in taken}

    def settle(role: str, guess: tuple[str, str] | None) -> None:
        if guess is not None:
            found[role], why[role] = (guess[0],), guess[1]
            taken.add(guess[0])

    def settle_all(role: str, guess: tuple[tuple[str, ...], str]) -> None:
        found[role] = guess[0]
        taken.update(guess[0])
        if guess[0]:
            why[role] = guess[1]

    if "score" not in found:
        settle("score", _guess_score(free()))
    if "answer" not in found:
        settle("answer", _guess_answer(free()))
    score = read_scores(profiles[found["score"][0]].cells)["score"]
    single: dict[str, Callable[[], tuple[str, str] | None]] = {
        "response_id": lambda: _guess_response_id(free(), table),
        "date": lambda: _guess_date(free()),
        "question": lambda: _guess_question(free()),
        "weight": lambda: _guess_weight(free()),
        "consent": lambda: _guess_consent(free()),
    }
    for role, guess in single.items():
        if role not in found:
            settle(role, guess())
    if "csat" not in found:
        settle_all("csat", guess_csat(free()))
    if "outcomes" not in found:
        settle_all("outcomes", guess_outcomes(free()))
    if "value" not in found:
        settle("value", _guess_value(free()))
    if "segments" not in found:
        settle_all("segments", _guess_segments(free(), score))
    return Columns(
        **{role: (found.get(role) or (None,))[0] for role in SINGLE_ROLES},  # type: ignore[arg-type]
        segments=found.get("segments", ()),
        csat=found.get("csat", ()),
        outcomes=found.get("outcomes", ()),
        why=why,
    )
