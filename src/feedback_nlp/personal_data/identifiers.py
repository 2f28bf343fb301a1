"""Personal data that can be told by its form: e-mail, telephone, card, IBAN, address and the like.

Every pattern is bounded and starts only where a word starts, so that the time grows with the
length of the text, whatever the text. What decides is the form together with the words just
before it: "12/03/2024" is a day, "born on 12/03/2024" is personal. Those words do not reach over
what is already replaced, which stands as U+E000 in the texts that `privacy` hands in.

Presidio's recognisers were tried in their place on the development half of the labelled set
(presidio-analyzer 2.2.366): they know no handles, postcodes, addresses, account numbers or dates
of birth of Europe, miss half of the cards and 3 telephone numbers of 20, take "slow.In" for a web
address, and the one for e-mail asks the network for a list of domains. python-stdnum checks the
digits of cards and IBANs here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback_nlp.personal_data.addresses import find_addresses, find_postcodes
from feedback_nlp.personal_data.spans import Found

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)|\d{4}[./-]\d{1,2}[./-]\d{1,2}(?!\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\.?,? (?:\d{{4}}|'?\d{{2}})|"
    rf"{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)


def find_identifiers(text: str) -> list[Found]:
    """Personal data told by its form, the surest kind first; spans may overlap.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of Found

    Examples
    --------
    >>> find_identifiers("Call 07700 900123 before ten")
    [Found(start=5, end=17, label='PHONE')]
    """
    spans: list[Found] = []
    if "@" in text or _SPELT_OUT.search(text):
        spans += _emails(text)
        spans += _handles(text)
    if "." in text or "://" in text:
        spans += _urls(text)
    has_digit = _DIGIT.search(text) is not None
    if has_digit:
        spans += _network_addresses(text)
        spans += _ibans(text)
        spans += _births(text)
        spans += _cards(text)
        spans += _accounts(text)
        spans += _phones(text)
        spans += _codes_near(text)
        spans += find_addresses(text)
        spans += find_postcodes(text)
        spans += _long_numbers(text)
    spans += _codes_of_letters(text)
    spans += _named_handles(text)
    return spans


_DIGIT = re.compile(r"\d")

# --- e-mail, web, handles --------------------------------------------------------------------

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w@])"
    r"|(?<![\w.+%-])[\w.+%-]{1,64} ?(?:\(at\)|\[at\]| @ | at (?=(?:gmail|hotmail|outlook|yahoo|"
    r"icloud|btinternet|aol|live|gmx)\b)) ?(?:[\w-]{1,63} ?(?:\.| dot ) ?){1,4}"
    r"[^\W\d_]{2,24}(?!\w)",
    re.IGNORECASE,
)
_SPELT_OUT = re.compile(r"[(\[]at[)\]]|\bdot co", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@.])@(?!\d{1,2}(?:[.:]\d\d)?(?:\s?[ap]m)?\b)\w[\w.]{1,29}")
_WORDS_AFTER_AT = frozenset(
    """
        home work the a an my your our this that all first night least school times once
        which where only about around midday noon midnight company
    """.split()
)
_URL = re.compile(
    r"(?<![\w@])(?:https?://|www\.)[^\s<>\"]{2,2000}"
    r"|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,5}[a-z]{2,10}/[^\s<>\"]{0,2000}"
    r"|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{1,62}\.){1,4}"
    r"(?:com|org|net|info|biz|io|co\.uk|org\.uk|gov\.uk|ac\.uk|me\.uk|blog|shop|online|eu)\b"
    r"(?![\w@-])",
    re.IGNORECASE,
)
_CAMEL_SENTENCE = re.compile(r"^[A-Za-z]+\.[A-Z]")
_NAMED_HANDLE = re.compile(
    r"\b(?:telegram|insta(?:gram)?|twitter|tiktok|snap(?:chat)?|skype|discord|facebook|fb|threads|"
    r"mastodon|linkedin|user ?name|user ?id|user|login(?: name| id)?|log ?in (?:name|id)|handle|"
    r"screen ?name|gamertag|profile|nick(?:name)?)"
    r"(?: (?:is|was|name|handle|id|account|as|under|called)){0,2}(?: ?[:=-])? ?[\"'“(]?"
    r"(\w[\w.]{2,29})",
    re.IGNORECASE,
)


_NETWORK_ADDRESS = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){1,4}(?![\w:])",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?:\bv|\bver|\bversion|\brelease|\bbuild|\bfirmware|\bios|\bandroid)\.? ?$", re.I
)


def _network_addresses(text: str) -> Iterator[Found]:
    for match in _NETWORK_ADDRESS.finditer(text):
        times_of_day = match.group().replace(":", "").isdigit() and ":" in match.group()
        before = text[max(0, match.start() - 12) : match.start()]
        if not times_of_day and not _VERSION.search(before):
            yield Found(match.start(), match.end(), "URL")


def _emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        yield Found(match.start(), match.end(), "EMAIL")


def _handles(text: str) -> Iterator[Found]:
    for match in _HANDLE.finditer(text):
        name = match.group().rstrip(".")
        if name[1:].lower() not in _WORDS_AFTER_AT and len(name) > 2:
            yield Found(match.start(), match.start() + len(name), "HANDLE")


def _named_handles(text: str) -> Iterator[Found]:
    """A user name without its @, told by the word before it and by a form no word has."""
    for match in _NAMED_HANDLE.finditer(text):
        name = match.group(1).rstrip(".")
        if re.search(r"\w[_.]\w|[a-z]\d", name) and not re.fullmatch(r"[\d.]+", name):
            yield Found(match.start(1), match.start(1) + len(name), "HANDLE")


def _urls(text: str) -> Iterator[Found]:
    for match in _URL.finditer(text):
        address = match.group()
        if _CAMEL_SENTENCE.match(address) and "/" not in address:
            continue  # "slow.In the end": a full stop without its space
        yield Found(match.start(), match.start() + len(address.rstrip(".,;:!?)]}'’”…*")), "URL")


# --- numbers ---------------------------------------------------------------------------------

# Digits as people group them. Never more than two separators between two digits.
_NUMBER = re.compile(r"(?<![\w£$€#.,])(?:\+ ?)?\(?\d(?:[ .()/-]{0,3}\d){5,24}(?![\d%])", re.ASCII)
_PHONE_WORDS = re.compile(
    r"(?:\b(?:tele)?phone|\bmobile|\bcell|\blandline|\btel\b|\bfax|\bwhats ?app|\brang|"
    r"\bcall(?:ed|s|ing)?|\bring(?:ing)?|\btext(?:ed|s|ing)?|\bsms|\bcontact|\bdial|\breach|"
    r"\bnumber|\bnum\b|\bno\b|\bhotline|\bhelpline|\bmob\b|\bph\b|\bextension)[^.?!\n\ue000]{0,30}$",
    re.IGNORECASE,
)
_CARD_WORDS = re.compile(
    r"\b(?:credit|debit|visa|mastercard|amex|american express|maestro|discover|contactless|"
    r"(?<!gift )(?<!loyalty )(?<!club )(?<!member )card)\b[^.?!\n\ue000]{0,30}$",
    re.IGNORECASE,
)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _cards(text: str) -> Iterator[Found]:
    from stdnum import luhn

    for match in _NUMBER.finditer(text):
        digits = _digits(match.group())
        if not 13 <= len(digits) <= 19 or not re.fullmatch(r"\(?[\d -]+", match.group()):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        if (luhn.is_valid(digits) and digits[0] in "23456") or _CARD_WORDS.search(before):
            yield Found(match.start() + (match.group()[0] == "("), match.end(), "CARD")


_IBAN = re.compile(
    r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?(?!\w)", re.IGNORECASE
)


def _ibans(text: str) -> Iterator[Found]:
    from stdnum import iban

    for match in _IBAN.finditer(text):
        pieces = [m.end() for m in re.finditer(r"[A-Za-z0-9]+", match.group())]
        # The last groups may be words of the sentence: "... 5965 29 thx".
        for end in reversed(pieces):
            if iban.is_valid(match.group()[:end], check_country=False):
                yield Found(match.start(), match.start() + end, "IBAN")
                break
        else:
            if re.search(
                r"\biban\W{0,3}(?:\w{1,10}\W{1,3}){0,2}$", text[: match.start()][-40:], re.I
            ):
                yield Found(match.start(), match.end(), "IBAN")


_BORN = re.compile(
    r"\b(?:d\.?o\.?b\b\.?|date of birth|birth ?(?:day|date)s?|born|bday|b-day|n[ée]e? le|"
    r"fecha de nacimiento|nacid[oa]|date de naissance|geburtsdatum|geboren|geb\.)"
    rf"[^.?!\n\ue000\d]{{0,40}}({_DATE})",
    re.IGNORECASE,
)
_IS_BIRTHDAY = re.compile(
    rf"(?<!\d)({_DATE})[^.?!\n\ue000\d]{{0,15}}\b(?:is|was|being|as)? ?(?:my|her|his|their|our)?"
    r"[^.?!\n\ue000\d]{0,15}\b(?:d\.?o\.?b\b|date of birth|birth ?(?:day|date))",
    re.IGNORECASE,
)


def _births(text: str) -> Iterator[Found]:
    for pattern in (_BORN, _IS_BIRTHDAY):
        for match in pattern.finditer(text):
            yield Found(match.start(1), match.end(1), "DOB")


_WHAT_HAS_A_NUMBER = (
    r"(?:account|acct?|a/c|orders?|ref(?:erence)?s?|ticket|customer|client|invoice|policy|booking|"
    r"cases?|claim|complaint|contract|reservation|tracking|parcel|package|shipment|consignment|"
    r"job|incident|member(?:ship)?|loyalty|patient|nhs|frequent flyer|rma|sr|service request|"
    r"serial|imei|confirmation|transaction|prescription|meter|mpan|mprn|passport|licen[cs]e|"
    r"ssn|national insurance|social security|voucher|quote|receipt|application|subscriber|"
    r"subscription|pnr|locator|bestell(?:ung|nummer)|kundennummer|rechnung(?:snummer)?|pedido|"
    r"cuenta|factura|commande|compte|dossier|sort code|mandate|agreement|docket|waybill|awb|"
    r"enquiry|inquiry|(?:gift|loyalty|club|member)? ?card)"
)
_HOW_IT_IS_CALLED = (
    r"(?:numbers?|nos?\b\.?|num\b\.?|nr\b\.?|ids?\b|codes?|refs?\b\.?|references?|#|№)"
)
_CODE = (
    r"(?:[A-Z0-9]{1,12}(?:[-/][A-Z0-9]{1,12}){1,6}"  # FB-6854851, K31857/NZ
    r"|\d{2,12}(?: \d{2,12}){1,6}"  # 3285 5860 6458
    r"|[A-Z0-9]{4,32})"
)
_ACCOUNT = re.compile(
    rf"\b(?:(?:our|your|my|the) )?(?:(?P<what>{_WHAT_HAS_A_NUMBER})s?[ .:#-]{{0,3}}"
    rf"(?:{_HOW_IT_IS_CALLED})?|{_HOW_IT_IS_CALLED})"
    r"(?:[ .]{0,2}(?:is|was|are|as|of|under|with|quoting|given)\b)?"
    rf"[ \t]{{0,2}}[:#=(\[\"'“,-]{{0,3}}[ \t]{{0,2}}[#(]?(?P<code>{_CODE})(?![\w@])",
    re.IGNORECASE,
)
_AND_CODE = re.compile(rf"(?:,| and| or| &| /)(?: also)? ?#?({_CODE})(?![\w@])", re.IGNORECASE)
_LOOKS_LIKE_DATE = re.compile(rf"{_DATE}$|(?:19|20)\d\d(?:[-/ ](?:19|20)?\d\d)?$", re.IGNORECASE)
_CODE_ALONE = re.compile(
    r"(?<![\w£$€.@/-])(?=[A-Z0-9/-]{0,30}\d{3})(?=[A-Z0-9/-]{0,30}[A-Z])"
    r"[A-Z0-9]{1,12}(?:[-/][A-Z0-9]{1,12}){0,6}(?![\w@])"
)
_STANDARDS = re.compile(r"(?:ISO|RFC|EN|BS|IEC|IEEE|DIN|WIN|CVE|GDPR|COVID|SARS)[-/ ]?\d", re.I)


def _is_code(code: str) -> bool:
    """Whether what follows "order" or "ref" is a number of one, not a count, a day or a word."""
    digits = _digits(code)
    if _LOOKS_LIKE_DATE.match(code) and not len(digits) > 8:
        return False
    if len(digits) == len(code.replace(" ", "")):
        return len(digits) >= 5
    letters = len(re.sub(r"[\W\d_]", "", code))
    return len(digits) >= 3 or (len(digits) >= 1 and code.isupper() and len(digits) + letters >= 6)


def _accounts(text: str) -> Iterator[Found]:
    for match in _ACCOUNT.finditer(text):
        code = match["code"]
        if not _is_code(code) and (match["what"] or "").lower() != "sort code":
            continue
        if match["what"] is None and _has_phone_form(code, _digits(code)):
            continue  # "contact no. 01632 960364"
        yield Found(match.start("code"), match.end("code"), "ACCOUNT")
        end = match.end()
        while (further := _AND_CODE.match(text, end)) and _is_code(further.group(1)):
            yield Found(further.start(1), further.end(1), "ACCOUNT")
            end = further.end()
    for match in _CODE_ALONE.finditer(text):
        code = match.group()
        groups = len(re.split(r"[-/]", code))
        if _STANDARDS.match(code) or _LOOKS_LIKE_DATE.match(code):
            continue
        # Six digits in two groups may be an aircraft, "B777-300".
        long = len(_digits(code)) >= 7 or re.search(r"\d{6}", code) is not None
        if long or (groups >= 3 and len(_digits(code)) >= 5):
            yield Found(match.start(), match.end(), "ACCOUNT")


# Further away from the word, a code must be longer to be one.
_CODE_NEAR = re.compile(r"(?<![\w£$€.,@/-])[A-Z0-9]{6,20}(?![\w@%]|[.,]\d)")
_WHAT_NEAR = re.compile(
    rf"\b(?:{_WHAT_HAS_A_NUMBER}s?|booked|ordered)\b[^.?!\n\ue000]{{0,45}}$", re.IGNORECASE
)


def _codes_near(text: str) -> Iterator[Found]:
    """``my order, the one from March, 448229``."""
    for match in _CODE_NEAR.finditer(text):
        code = match.group()
        mixed = re.search(r"[A-Z]\d+[A-Z]|\d[A-Z]+\d", code) is not None
        if (mixed or len(_digits(code)) >= 6) and _WHAT_NEAR.search(
            text[max(0, match.start() - 60) : match.start()]
        ):
            yield Found(match.start(), match.end(), "ACCOUNT")


_LETTER_CODE = re.compile(
    r"\b(?:booking|reservation|pnr|confirmation|locator|reference|ref|order)"
    r"(?: (?:number|no\.?|code|ref(?:erence)?))?(?: is)?[ :#(]{1,3}([A-Z0-9]{6})(?!\w)"
)


def _codes_of_letters(text: str) -> Iterator[Found]:
    """A booking code may be six capitals, which only stand out in a text that is not all so."""
    if not text.isupper():
        for match in _LETTER_CODE.finditer(text):
            yield Found(match.start(1), match.end(1), "ACCOUNT")


def _phones(text: str) -> Iterator[Found]:
    for match in _NUMBER.finditer(text):
        number = match.group()
        digits = _digits(number)
        if not 7 <= len(digits) <= 15 or _LOOKS_LIKE_DATE.match(number):
            continue
        before = text[max(0, match.start() - 45) : match.start()]
        if _has_phone_form(number, digits) or _PHONE_WORDS.search(before):
            start = match.start() + (number[0] == "(" and ")" not in number)
            yield Found(start, match.end(), "PHONE")


def _has_phone_form(number: str, digits: str) -> bool:
    if number.startswith("+") or digits.startswith("00"):
        return 9 <= len(digits) <= 15
    if digits.startswith("0"):
        return 9 <= len(digits) <= 12
    sizes = [len(group) for group in re.split(r"\D+", number.strip("()"))]
    if sizes in ([3, 3, 4], [1, 3, 3, 4]):  # North America
        return True
    return sizes in ([3, 3, 3], [2, 3, 2, 2], [3, 2, 2, 2]) and digits[0] in "6789"  # Spain


def _long_numbers(text: str) -> Iterator[Found]:
    """Nine digits and more are no price, no count and no date: some account's or somebody's."""
    for match in _NUMBER.finditer(text):
        digits = _digits(match.group())
        if len(digits) >= 9 and re.fullmatch(r"\d{9,}|\d{3,6}(?:[ -]\d{3,6}){2,6}", match.group()):
            yield Found(match.start(), match.end(), "ACCOUNT")
