"""Rules that tell a reason from a bare verdict and from no answer at all.

The rules of ``data/gold/CODING.md``, turned round: whatever is neither evaluation, nor the
service as a whole, nor talk about the score names a thing, an event or an attribute, and that is
a reason. So no list of reasons is needed, and a word never seen before counts as one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from feedback_nlp.answers.answer_words import ENGLISH, LANGUAGES, Words
from feedback_nlp.answers.folding import fold, fold_words

KINDS = ("empty", "non_answer", "verdict_only", "reason")

_LONGEST = 1_000  # characters; whoever writes more gives a reason, if in any language known here

# What an export or a transcriber writes where there is no answer.
_EMPTY = re.compile(
    r"\W*+(?:(?:did not|didnt) (?:answer|respond)|not (?:answered|provided)|unreadable|illegible|"
    r"no (?:answer|response|comment|text|data)s? (?:given|provided|recorded|supplied|left|entered)|"
    r"no (?:answer|response)|null|nan|blank|\(?empty\)?|missing|left blank|unanswered|skipped|"
    r"sin respuesta|pas de reponse|sans reponse|keine antwort|sem resposta|nessuna risposta|"
    r"geen antwoord)\W*+"
)
_EXCEL_ERROR = re.compile(r"#(?:n/a|null!|name\?|ref!|value!|div/0!|num!)", re.I)

_GLAD = frozenset(
    "😀😃😄😁😆😊🙂😍🥰😘😻🤩😎🤗👍👌👏🙌🙏❤♥💕💖💗💙💚💛💜🧡💯🎉🥳🏆⭐🌟★☺💪🤝✅😇🔥🥇👑"
)
_CROSS = frozenset("😠😡🤬😤😞😔😟🙁☹😣😖😫😩😢😭👎💩🤮🤢😒🙄😑😾💔😱🤦❌😕😓🖕")
_EMOTICON = re.compile(r"(?<!\S)(?:[:;=]-?[)(DPp/\\|]|<3|x[dD]|:'\()(?!\S)")

_ABBREVIATION = re.compile(r"(?<![^\W_])[a-z](?:\.[a-z])++\b\.?+")  # "k.a.", "n.v.t.", "o.k."
_CLAUSE = re.compile(r"[.,;:!?\n()\u2026/]+|\s-+\s|\b(?:but|however)\b")
_RATING = re.compile(r"\b\d+(?:[.,]\d+)?(?: ?/ ?\d+| out of (?:\d+|ten|five)| ?%)")
_SET_PHRASES = re.compile(
    r"\b(?:all (?:of )?the time|(?:every|each|any|this|first|last) time|at (?:this|the|that) time|"
    r"(?:for the )?time being|(?:at|many) times|"
    r"(?:level|standard|quality|type|kind|sort) of (?=service|care)|"
    r"(?:friends?|family)(?:,? (?:and|or|&) (?:friends?|family|relatives|colleagues))+|"
    r"(?:(?<=love )|(?<=thank )|(?<=like )|(?<=done ))(?:you|u|ya) (?:guys|all|lot|people)|"
    r"no change|nothing changed|(?:in|by|via|this|your|the) (?:text|txt|sms)(?: messages?)?|"
    r"none of your business|(?:just )?because i can|no particular reason|"
    r"up to (?:scratch|par|standard|the mark)|on the whole|in (?:my|our) (?:case|opinion|view)|"
    r"in (?:all|every|many) respects?|(?:you|they|we|company) offer|would like|felt like it|"
    r"no thank ?you)\b"
)
_SET_VERDICT = re.compile(
    r"\b(?:room for improvements?|(?:1st|first) (?:class|rate)|life ?savers?|hard to find|"
    r"well (?:done|sorted|pleased|looked after)|(?:as it|what it) should be|"
    r"(?:cant|cannot|could ?nt|could not|no|without|hard to|not) (?:really )?(?:be )?"
    r"(?:fault|faulted|beat|beaten|complain|improve|grumble|grumbles)|"
    r"(?:does|did|do|doing|done) (?:the|its|a|an|your|their) job|(?:could|can) ?(?:not|"
    r"nt) ask for more|"
    r"so far so good|(?:i|we|really|dont|didnt|also) like|(?:on|100) (?:point|percent)|"
    r"look(?:ed|s|ing)? after|(?:did|done|do|doing|does) (?:enough|everything)|a credit to|"
    r"(?:nothing|no|not|anything)(?: else| more)+ (?:could|can|to be|needs?)|(?:could|"
    r"can) do no more|leaves? (?:a lot|much|something) to be desired|not up to (?:scratch|par|"
    r"standard)|"
    r"(?:one|1) of the (?:best|worst)|no way (?:you|they|it) could|second to none|"
    r"(?:keep|carry) (?:it )?(?:up|on)(?: the (?:good|great|excellent) work)?|"
    r"hit and miss|ups and downs|pain in the (?:arse|ass|neck|backside)|out of this world|"
    r"a(?:bove|nd) beyond|let (?:me |us )?down|could do better|must do better)\b"
)

_NOT_KNOWING = re.compile(
    r"(?:sorry |no |i |we |really |just |honestly |at present |at the moment )*"
    r"(?:cant|cannot|can not|couldnt|could not|dont|do not|wouldnt|would not|not|unable to|hard to)"
    r" (?:really |honestly |actually |even |sure |possibly |able to )*"
    r"(?:think of|know|knw|no|say|comment|suggest|remember|recall|sure|decide|tell)\b"
)
_IMPROVING = frozenset(
    fold_words("better improve improved improves improving improvement improvements well enhance")
)
_NOTHING = re.compile(
    r"(?:no |there is |theres |i have |ive |got |absolutely |honestly |sorry |really )*"
    r"(?:nothing|nowt|none|nil|nothin|noting|no ?one|no suggestions?|no ideas?|no comments?|"
    r"no improvements?|not a lot|not much)"
    r"(?: (?:really|at all|else|obvious|specific|in particular|particular|special|major|more|much|"
    r"whatsoever|to (?:say|add|report|mention|comment|suggest|declare|note)|thanks?|thank ?you|"
    r"that i (?:can|could) (?:think of|see|say)|i (?:can|could) (?:think of|see|say)|"
    r"(?:immediately |readily |really )?(?:comes?|springs?|came|sprang|jumps?) to mind|stands out|"
    r"as i can see|at the moment|at this time|at present))*"
)
_NOTHING_ABOUT = re.compile(
    r"(?:absolutely |really )?nothing(?: really)? (?:about|for|to|in|with|regarding|from|on) "
    r"(?:(?:my|me|the|your|this|our|us|that|it)\b ?)*(?:\w+(?: itself)?)?"
)
_ABOUT_SCORE = re.compile(
    r"(?:(?:because|as|cos|cause|well|i|we|you) )*(?:"
    r"(?:nothing|nobody|noone|no one|none|no \w+|not everything|not everyone|nothings|nobodys|"
    r"no ones)"
    r"(?: is| are| in life is| in this world is| can be|s)?(?: ever)? perfect"
    r"|(?:i |we )?(?:never|dont|do not|rarely|seldom|wont|wouldnt|cant)(?: ever| usually|"
    r" normally| often)?"
    r" (?:give|score|gave|award|rate|mark|do|go for)(?: \w+){0,4}"
    r" ?(?:10|10s|tens?|nine|9|full|top|perfect|maximum|max|highest|higher|score|scores|marks|"
    r"10/10)"
    r"(?: marks?| scores?| out of 10| ratings?)*"
    r"|(?:a )?(?:very |no |my |same |for |the )*(?:good |same |other )?reasons?"
    r"|(?:a |it is a |its a |thats a |seems a )?(?:very )?(?:fair|good|honest|reasonable|"
    r"accurate|right|about right)"
    r" (?:score|mark|rating|number|assessment|reflection)"
    r"|(?:i )?(?:never|dont|do not|wouldnt|wont)(?: ever)? recommend(?: any| anything| things|"
    r" companies| people| to)+"
    r"(?: \w+){0,3}"
    r"|(?:please |can (?:you|someone) |could (?:you|someone) )*(?:call|phone|ring|contact|"
    r"telephone) me"
    r"(?: back| please| asap| on \w+)*"
    r"|(?:i |just )?(?:pressed|hit|clicked|typed)(?: the)? wrong (?:button|key|number)"
    r")(?: (?:in life|in this world|though|really|please|so far|ever|always))*"
)
_POINTERS = frozenset(
    fold_words("read see refer look looks check ask speak listen told as same ditto contact per")
)
_POINTED_AT = _POINTERS | frozenset(
    fold_words(
        """
    to at in on of the my your our this that these those i ive we you have had already all please
    just above below previous previously last other earlier before prior note notes file files
    record records history account message messages email emails mail mails text texts letter
    letters response responses answer answers comment comments reply replies manager managers
    husband wife mother mam mum daughter son system said stated told mentioned explained wrote
    written answered sent reviews review trustpilot first one two question questions it and logs
    log complaints complaint conversation conversations call calls recording recordings team by
    aforementioned statement
    """
    )
)
_RECOMMEND = re.compile(r"\brecommend\w*+")
_FACT = re.compile(
    r"\b(?:no|not|dont|didnt|havent|hasnt|isnt|cant|never|without|lack of)\b(?: \w+){0,4}? "
    r"(?:yet|service)\b|\bno (?:\w+ )?(?:choice|option|alternative)\b|\bg[eo]t(?:ting)? through\b|"
    r"\b(?:havent|hasnt|not|never|nothing|yet to|didnt|didn t|wasnt|still no|still not|dont|wont)\b"
    r"(?: \w+){0,2}? "
    r"(?:use|used|using|tried|receive|received|came|come|got|provided|happened|happens|sorted|"
    r"started|do what|"
    r"did what|done anything|did anything|do anything|do as)\b"
)
_TOPICS = frozenset(
    fold_words(
        """
    service services care treatment client clients customer customers level quality servicio
    servicios atencion cliente kundenservice kundendienst servico servicos atendimento servizio
    servizi klantenservice dienstverlening prestations
    """
    )
)
_ARTICLES = frozenset(
    fold_words(
        "because of the overall for your their my al de la el del le du der die das il lo o do het"
    )
)

_KEY_ROWS = ("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")
_SCRIPT_NEEDS_VOWELS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}+")


def answer_kind(text: str) -> str:
    """Kind of one normalised answer: empty, non_answer, verdict_only or reason.

    Parameters
    ----------
    text : str
        A normalised answer.

    Returns
    -------
    str

    Examples
    --------
    >>> [answer_kind(text) for text in ("[no response]", "10/10", "Todo perfecto", "caro")]
    ['empty', 'non_answer', 'verdict_only', 'reason']
    """
    text = text.strip()
    if not text or _EXCEL_ERROR.fullmatch(text):
        return "empty"
    feeling = _bears_emoji(text)
    if not any(character.isalnum() for character in text):
        return "verdict_only" if feeling else "non_answer"
    if len(text) > _LONGEST and len(set(fold_words(text[:_LONGEST]))) > 25:
        return "reason"
    folded = _ABBREVIATION.sub(_without_dots, fold(text[: 20 * _LONGEST]))
    if _EMPTY.fullmatch(folded):
        return "empty"
    kind = _kind_of_words(folded)
    return "verdict_only" if feeling and kind == "non_answer" else kind


def _bears_emoji(text: str) -> bool:
    if not text.isascii() and any(c in _GLAD or c in _CROSS for c in text):
        return True
    return bool(_EMOTICON.search(text))


def _kind_of_words(folded: str) -> str:
    words: list[str] = []
    verdict = False
    for clause in _CLAUSE.split(_RATING.sub(" ", folded)):
        clause = " ".join(fold_words(clause.replace("-", " ")))
        if _is_no_answer(clause):
            continue
        if _FACT.search(clause) and not _has_evaluation(_RECOMMEND.sub(" ", clause)):
            return "reason"
        without = _SET_VERDICT.sub(" ", clause)
        verdict |= without != clause
        words += _after_pointer(fold_words(_SET_PHRASES.sub(" ", without)))
    rated = bool(_RATING.search(folded))
    if not verdict and _is_bare_topic(words):
        return "verdict_only" if rated else "reason"
    words = [word for word in words if not _is_number(word) and not _is_gibberish(word)]
    if not words:
        return "verdict_only" if verdict else "non_answer"
    for language in LANGUAGES:
        if all(_knows(language, word) for word in words):
            judged = verdict or any(
                _evaluates(language, word) or (rated and word in language.generic) for word in words
            )
            return "verdict_only" if judged else "non_answer"
    return "reason"


def _is_bare_topic(words: list[str]) -> bool:
    """A topic as the whole answer names the driver of the score: "your customer service"."""
    topics = [word for word in words if word in _TOPICS]
    return (
        len(topics) > 0
        and len(words) <= 6
        and all(word in _TOPICS or word in _ARTICLES for word in words)
    )


def _without_dots(match: re.Match[str]) -> str:
    return match[0].replace(".", "")


def _is_no_answer(clause: str) -> bool:
    """A clause that says there is nothing to say, speaks about the score, or points elsewhere."""
    if not clause or _NOTHING.fullmatch(clause) or _NOTHING_ABOUT.fullmatch(clause):
        return not _has_evaluation(clause)
    if _ABOUT_SCORE.fullmatch(clause):
        return True
    found = _NOT_KNOWING.match(clause) or re.match(r"nothing (?:comes|springs|came)\b", clause)
    return bool(found) and all(
        _knows(ENGLISH, word) and (word in _IMPROVING or not _evaluates(ENGLISH, word))
        for word in clause.split()
    )


def _has_evaluation(clause: str) -> bool:
    return any(_evaluates(ENGLISH, word) for word in clause.split())


def _after_pointer(words: list[str]) -> list[str]:
    """Words without a leading "see above", "read my message", "as I told your manager"."""
    rest = words
    while rest and rest[0] in {"please", "pls", "i", "ive", "we", "just", "because", "have"}:
        rest = rest[1:]
    if not rest or rest[0] not in _POINTERS:
        return words
    while rest and rest[0] in _POINTED_AT:
        rest = rest[1:]
    return rest


def _is_number(word: str) -> bool:
    return not word.isalpha() and word.rstrip("+").isnumeric()


@lru_cache(maxsize=50_000)
def _is_gibberish(word: str) -> bool:
    if len(word) < 4:
        return len(set(word)) == 1
    if any(word in row or word[::-1] in row for row in _KEY_ROWS) and word not in {
        "were",
        "pour",
        "rewe",
    }:
        return word not in {"trew", "tree", "poiu"}
    repeated = len(set(word)) == 1 or (
        len(word) >= 6 and word[: len(word) // 2] * 2 == word and len(word) % 2 == 0
    )
    return repeated or bool(_SCRIPT_NEEDS_VOWELS.fullmatch(word))


def _knows(language: Words, word: str) -> bool:
    return (
        _is_number(word)
        or word in language.neutral
        or word in language.generic
        or _evaluates(language, word)
        or (language is ENGLISH and _misspells(word, "generic"))
    )


def _evaluates(language: Words, word: str) -> bool:
    return word in language.evaluation or (language is ENGLISH and _misspells(word, "evaluation"))


_MISSPELT = {
    "evaluation": [w for w in ENGLISH.evaluation if len(w) >= 7],
    "generic": ["service", "services", "customer", "company", "experience", "everything"],
}


@lru_cache(maxsize=50_000)
def _misspells(word: str, part: str) -> bool:
    """Whether one wrong, missing, doubled or swapped letter makes the word one of the list."""
    if len(word) < 6 or len(word) > 16:
        return False
    return any(
        target[0] == word[0] and abs(len(target) - len(word)) <= 1 and _one_edit(word, target)
        for target in _MISSPELT[part]
    )


def _one_edit(a: str, b: str) -> bool:
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    a, b = a[start:], b[start:]
    return (
        a[1:] == b[1:]
        or a[1:] == b
        or a == b[1:]
        or (len(a) > 1 and a[1::-1] == b[:2] and a[2:] == b[2:])
    )
