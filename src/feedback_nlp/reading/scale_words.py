"""What the words of a rating scale say: how good each is, in several languages.

Scales are read label by label: what a label is about (satisfied, easy, agree, good), how strongly
it says so, and whether it denies it. Only the order of the labels is used, never the distances.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

# Stems, without accents and in small letters: English, German, French, Spanish, Italian,
# Portuguese, Dutch, Polish, Swedish. Longer stems come first where one begins another.
_GOOD = (
    *("satisf", "satisfait", "satisfech", "soddisfatt", "satisfeit", "zufrieden", "tevreden"),
    *("zadowolon", "nojd", "happy", "pleased", "delighted", "content"),
    *("good", "gut", "bon", "bien", "buen", "buon", "bom", "boa", "bem", "goed", "dobr", "bra"),
    *("easy", "leicht", "einfach", "facile", "facil", "gemakkelijk", "makkelijk", "latw", "latt"),
    *("agree", "zustimm", "stimme", "accord", "acuerdo", "concord", "eens", "zgadza", "instamm"),
    *("likely", "wahrscheinlich", "probable", "probabile", "provavel", "waarschijnlijk"),
    *("positive", "positiv", "positif", "positiv"),
)
_BAD = (
    *("dissatisf", "unsatisf", "insatisf", "mecontent", "insoddisfatt", "unzufrieden"),
    *("ontevreden", "niezadowol", "missnojd", "unhappy", "displeased"),
    *("bad", "poor", "schlecht", "mauvais", "mal", "cattiv", "mau", "ma", "ruim", "slecht", "zl"),
    *("difficult", "hard", "schwierig", "schwer", "difficile", "dificil", "moeilijk", "trudn"),
    *("disagree", "desaccord", "desacuerdo", "disaccord", "discord", "oneens", "svar", "dalig"),
    *("unlikely", "unwahrscheinlich", "improbable", "improbabile", "improvavel"),
    *("onwaarschijnlijk", "negative", "negativ", "negatif", "lehn"),
)
# Words that judge by themselves, how strongly.
_VERDICTS = {
    **dict.fromkeys(("excellent", "outstanding", "perfect", "exceptional", "fantastic"), 3.0),
    **dict.fromkeys(("hervorragend", "ausgezeichnet", "excelente", "eccellente", "ottimo"), 3.0),
    **dict.fromkeys(("otimo", "uitstekend", "doskonal", "utmarkt", "great", "parfait"), 2.5),
    **dict.fromkeys(("ausreichend", "fair", "passable", "mediocre", "regular", "matig"), -0.5),
    **dict.fromkeys(("yes", "ja", "oui", "si", "sim", "tak"), 1.0),
    **dict.fromkeys(("terrible", "awful", "horrible", "pessim", "furchtbar", "katastroph"), -3.0),
    **dict.fromkeys(("mangelhaft", "ungenugend", "affreux", "terribil", "verschrikkelijk"), -3.0),
}
_NEUTRAL = (
    *("neither", "neutral", "neutre", "neutro", "neutraal", "weder", "teils", "undecided"),
    *("average", "okay", "ok", "mittel", "mittelmassig", "moyen", "medio"),
    *("indecis", "indifferent", "noch", "obojetn", "varken", "mixed", "acceptable"),
)
_STRENGTHS = (
    (3.0, ("extremely", "completely", "totally", "ausserst", "vollkommen", "vollig", "voll")),
    (3.0, ("tout a fait", "extremement", "totalement", "completamente", "totalmente")),
    (3.0, ("extremadamente", "estremamente", "extremamente", "uiterst", "helemaal", "calkowicie")),
    (3.0, ("entirely", "fully", "absolut", "absolutely", "del tutto", "mycket mycket")),
    (2.0, ("very", "strongly", "highly", "sehr", "stark", "tres", "fortement", "muy", "molto")),
    (2.0, ("muito", "zeer", "heel", "erg", "bardzo", "mycket", "zdecydowanie", "definitely")),
    (1.5, ("mostly", "quite", "uberwiegend", "bastante", "largely")),
    (0.8, ("moderately", "massig", "moderement", "moderadamente", "moderatamente")),
    (0.6, ("somewhat", "slightly", "fairly", "rather", "eher", "plutot", "abbastanza", "algo")),
    (0.6, ("tamelijk", "raczej", "ganska", "a little", "a bit", "etwas", "un poco", "enigszins")),
)
_LITTLE = (
    "wenig",
    "weniger",
    "hardly",
    "peu",
    "poco",
    "pouco",
    "weinig",
    "malo zadowolon",
    "not very",
    "not really",
)
_DENIED = ("not", "nicht", "pas", "no", "non", "nao", "niet", "nie", "inte", "kein", "keine")
_NOT_AT_ALL = (
    *("not at all", "gar nicht", "uberhaupt nicht", "pas du tout", "nada", "per niente"),
    *("per nulla", "de modo algum", "helemaal niet", "wcale", "inte alls", "en absoluto", "never"),
)
_DONT_KNOW = re.compile(
    r"(?:do ?n[o']?t know|dont know|not applicable|n/?a|prefer not to (?:say|answer)|did not use|"
    r"(?:have )?not used|no (?:opinion|answer)|not sure|unsure|weiss nicht|keine angabe|"
    r"nicht zutreffend|ne sai[st] pas|sans (?:avis|opinion)|non concerne|no se|no sabe|ns/?nc|"
    r"no aplica|non so|non applicabile|nao sei|nao se aplica|weet (?:ik )?niet|n\.?v\.?t\.?|"
    r"nie wiem|nie dotyczy|vet (?:ej|inte)|refused|blank|skipped)"
)
_STARS = re.compile(r"[★⭐]+[☆✩\ufe0f]*")


def folded(label: str) -> str:
    """A label in small letters without accents, punctuation and figures.

    Examples
    --------
    >>> folded("5 – Très satisfait(e)")
    'tres satisfait e'
    """
    text = label.casefold().replace("ß", "ss").replace("ł", "l").replace("’", "'")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text))


def says_nothing(label: str) -> bool:
    """Whether a label stands for no rating at all ("don't know", "keine Angabe").

    Examples
    --------
    >>> says_nothing("Don't know"), says_nothing("weiß nicht"), says_nothing("not satisfied")
    (True, True, False)
    """
    plain = label.casefold().strip()
    return bool(_DONT_KNOW.fullmatch(folded(label)) or _DONT_KNOW.fullmatch(plain))


def goodness(label: str) -> float | None:
    """How good a label is, on a scale of which only the order means something.

    Parameters
    ----------
    label : str
        Such as "very dissatisfied", "eher zufrieden", "pas du tout d'accord".

    Returns
    -------
    float or None
        Below zero: bad; zero: neither; above zero: good. None where the words are not known.

    Examples
    --------
    >>> [goodness(word) for word in ("Sehr unzufrieden", "weder noch", "Zufrieden")]
    [-2.0, 0.0, 1.0]
    >>> goodness("muy satisfecho") > goodness("satisfecho") > goodness("nada satisfecho")
    True
    >>> goodness("blue") is None
    True
    """
    text = folded(label)
    words = text.split()
    if not words:
        return None
    if len(words) == 1 and words[0] in (*_DENIED, "ja", "tak"):
        return -1.0 if words[0] in _DENIED else 1.0
    if not _any(words, _GOOD + _BAD):
        for stem, strength in _VERDICTS.items():
            if any(_starts(word, (stem,)) for word in words):
                return strength
    # "Neither satisfied nor dissatisfied" names both sides; "ni … ni" and "weder … noch" too.
    if _any(words, _NEUTRAL) or words.count("ni") > 1 or words.count("ne") > 1 or "nor" in words:
        return 0.0
    bad, good = _any(words, _BAD), _any(words, _GOOD)
    if bad and good:
        # "pas d'accord" and "unzufrieden" hold the word for good too: the longer stem tells.
        good = any(_starts(word, _GOOD) and not _starts(word, _BAD) for word in words)
        if good:
            return 0.0
    if not bad and not good:
        return None
    if not bad:
        if _phrase(text, _NOT_AT_ALL):
            return -2.0
        if _phrase(text, _LITTLE):
            return -0.5
        bad = _phrase(text, _DENIED)
    return (-1.0 if bad else 1.0) * _strength(text)


def order_of_words(labels: Iterable[str]) -> list[str] | None:
    """The labels of a scale from worst to best, or None where the words do not tell.

    Labels that stand for no rating are left out.

    Examples
    --------
    >>> order_of_words(["très satisfait", "pas du tout satisfait", "satisfait", "ne sais pas"])
    ['pas du tout satisfait', 'satisfait', 'très satisfait']
    >>> order_of_words(["red", "green"]) is None
    True
    """
    ranked: list[tuple[float, str]] = []
    for label in labels:
        if says_nothing(label):
            continue
        value = float(len(label.rstrip("☆✩\ufe0f"))) if _STARS.fullmatch(label) else goodness(label)
        if value is None:
            return None
        ranked.append((value, label))
    values = [value for value, _ in ranked]
    if len(values) < 2 or len(set(values)) < len(values):
        return None
    return [label for _, label in sorted(ranked)]


def _any(words: Sequence[str], stems: Sequence[str]) -> bool:
    return any(_starts(word, stems) for word in words)


def _starts(word: str, stems: Sequence[str]) -> bool:
    """Short stems must be the whole word, give or take an ending."""
    bare = word.split("'")[-1]
    return any(
        bare == stem or (bare.startswith(stem) and (len(stem) > 4 or len(bare) <= len(stem) + 2))
        for stem in stems
    )


def _phrase(text: str, phrases: Sequence[str]) -> bool:
    return any(re.search(rf"\b{re.escape(phrase)}\b", text) for phrase in phrases)


def _strength(text: str) -> float:
    return next((value for value, words in _STRENGTHS if _phrase(text, words)), 1.0)
