"""Personal data that can be told by its form: e-mail, telephone, card, IBAN, address and the like.

Every pattern is bounded and starts only where a word starts, so that the time grows with the
length of the text, whatever the text. What decides is the form together with the words just
before it: "12/03/2024" is a day, "born on 12/03/2024" is personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)|\d{4}[./-]\d{1,2}[./-]\d{1,2}(?!\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\.?,? (?:\d{{4}}|'?\d{{2}})|"
    rf"{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)


class Span(NamedTuple):
    """A stretch ``text[start:end]`` that holds personal data of one kind."""

    start: int
    end: int
    label: str


def find_identifiers(text: str) -> list[Span]:
    """Personal data told by its form, the surest kind first; spans may overlap.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of Span

    Examples
    --------
    >>> find_identifiers("Call 07700 900123, order 448-2291")
    [Span(start=5, end=17, label='PHONE'), Span(start=25, end=33, label='ACCOUNT')]
    """
    spans: list[Span] = []
    if "@" in text:
        spans += _emails(text)
        spans += _handles(text)
    if "." in text or "://" in text:
        spans += _urls(text)
    has_digit = _DIGIT.search(text) is not None
    if has_digit:
        spans += _ibans(text)
        spans += _births(text)
        spans += _cards(text)
        spans += _accounts(text)
        spans += _phones(text)
        spans += _addresses(text)
        spans += _postcodes(text)
        spans += _long_numbers(text)
    spans += _codes_of_letters(text)
    spans += _named_handles(text)
    return spans


_DIGIT = re.compile(r"\d")

# --- e-mail, web, handles --------------------------------------------------------------------

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w@])"
    r"|(?<![\w.+%-])[\w.+%-]{1,64}\s?(?:\(at\)|\[at\]|@)\s?(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}",
)
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


def _emails(text: str) -> Iterator[Span]:
    for match in _EMAIL.finditer(text):
        yield Span(match.start(), match.end(), "EMAIL")


def _handles(text: str) -> Iterator[Span]:
    for match in _HANDLE.finditer(text):
        name = match.group().rstrip(".")
        if name[1:].lower() not in _WORDS_AFTER_AT and len(name) > 2:
            yield Span(match.start(), match.start() + len(name), "HANDLE")


def _named_handles(text: str) -> Iterator[Span]:
    """A user name without its @, told by the word before it and by a form no word has."""
    for match in _NAMED_HANDLE.finditer(text):
        name = match.group(1).rstrip(".")
        if re.search(r"\w[_.]\w|[a-z]\d", name) and not re.fullmatch(r"[\d.]+", name):
            yield Span(match.start(1), match.start(1) + len(name), "HANDLE")


def _urls(text: str) -> Iterator[Span]:
    for match in _URL.finditer(text):
        address = match.group()
        if _CAMEL_SENTENCE.match(address) and "/" not in address:
            continue  # "slow.In the end": a full stop without its space
        yield Span(match.start(), match.start() + len(address.rstrip(".,;:!?)]}'’”…*")), "URL")


# --- numbers ---------------------------------------------------------------------------------

# Digits as people group them. Never more than two separators between two digits.
_NUMBER = re.compile(
    r"(?<![\w£$€#.,])(?:\+ ?)?\(?\d(?:[ .()/-]{0,3}\d){5,24}(?![\d%])", re.ASCII
)
_PHONE_WORDS = re.compile(
    r"(?:\b(?:tele)?phone|\bmobile|\bcell|\blandline|\btel\b|\bfax|\bwhats ?app|\bcall(?:ed|s|ing)?|"
    r"\brang|\bring(?:ing)?|\btext(?:ed|s|ing)?|\bsms|\bcontact|\bdial(?:led|led|ing)?|\breach|"
    r"\bnumber|\bnum\b|\bno\b|\bhotline|\bhelpline|\bmob\b|\bph\b|\bextension)[^.?!\n]{0,30}$",
    re.IGNORECASE,
)
_CARD_WORDS = re.compile(
    r"\b(?:credit|debit|visa|mastercard|amex|american express|maestro|discover|contactless|"
    r"(?<!gift )(?<!loyalty )(?<!club )(?<!member )card)\b[^.?!\n]{0,30}$",
    re.IGNORECASE,
)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _cards(text: str) -> Iterator[Span]:
    from stdnum import luhn

    for match in _NUMBER.finditer(text):
        digits = _digits(match.group())
        if not 13 <= len(digits) <= 19 or not re.match(r"[\d -]+$", match.group()):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        if (luhn.is_valid(digits) and digits[0] in "23456") or _CARD_WORDS.search(before):
            yield Span(match.start(), match.end(), "CARD")


_IBAN = re.compile(
    r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?(?!\w)", re.IGNORECASE
)


def _ibans(text: str) -> Iterator[Span]:
    from stdnum import iban

    for match in _IBAN.finditer(text):
        pieces = [m.end() for m in re.finditer(r"[A-Za-z0-9]+", match.group())]
        # The last groups may be words of the sentence: "... 5965 29 thx".
        for end in reversed(pieces):
            if iban.is_valid(match.group()[:end], check_country=False):
                yield Span(match.start(), match.start() + end, "IBAN")
                break
        else:
            if re.search(r"\biban\W{0,3}(?:\w{1,10}\W{1,3}){0,2}$", text[: match.start()][-40:], re.I):
                yield Span(match.start(), match.end(), "IBAN")


_BORN = re.compile(
    r"\b(?:d\.?o\.?b\b\.?|date of birth|birth ?(?:day|date)s?|born|bday|b-day|n[ée]e? le|"
    r"fecha de nacimiento|nacid[oa]|date de naissance|geburtsdatum|geboren|geb\.)"
    rf"[^.?!\n\d]{{0,40}}({_DATE})",
    re.IGNORECASE,
)
_IS_BIRTHDAY = re.compile(
    rf"(?<!\d)({_DATE})[^.?!\n\d]{{0,15}}\b(?:is|was|being|as)? ?(?:my|her|his|their|our|the)?"
    r"[^.?!\n\d]{0,15}\b(?:d\.?o\.?b\b|date of birth|birth ?(?:day|date))",
    re.IGNORECASE,
)


def _births(text: str) -> Iterator[Span]:
    for pattern in (_BORN, _IS_BIRTHDAY):
        for match in pattern.finditer(text):
            yield Span(match.start(1), match.end(1), "DOB")


_WHAT_HAS_A_NUMBER = (
    r"(?:account|acct?|a/c|orders?|ref(?:erence)?s?|ticket|customer|client|invoice|policy|booking|"
    r"cases?|claim|complaint|contract|reservation|tracking|parcel|package|shipment|consignment|"
    r"delivery|job|incident|member(?:ship)?|loyalty|patient|nhs|hospital|frequent flyer|"
    r"(?:gift|loyalty|club|member)? ?card|rma|sr|service request|serial|imei|confirmation|"
    r"transaction|prescription|meter|mpan|mprn|passport|licen[cs]e|national insurance|ssn|"
    r"social security|voucher|quote|payment|receipt|return|repair|appointment|application|"
    r"user|subscriber|subscription|device|router|asset|student|employee|registration|pnr|locator|"
    r"bestell(?:ung|nummer)|kundennummer|rechnung(?:snummer)?|pedido|cuenta|factura|commande|"
    r"compte|dossier|sort code|mandate|agreement|lease|loan|mortgage|docket|waybill|awb|enquiry|"
    r"inquiry|query|request|log|call)"
)
_HOW_IT_IS_CALLED = r"(?:numbers?|nos?\b\.?|num\b\.?|nr\b\.?|ids?\b|codes?|refs?\b\.?|references?|#|№)"
_CODE = (
    r"(?:[A-Z0-9]{1,12}(?:[-/][A-Z0-9]{1,12}){1,6}"  # FB-6854851, K31857/NZ
    r"|\d{2,12}(?: \d{2,12}){1,6}"  # 3285 5860 6458
    r"|[A-Z0-9]{4,32})"
)
_ACCOUNT = re.compile(
    rf"\b(?:(?:our|your|my|the) )?(?:{_WHAT_HAS_A_NUMBER}[ .:#-]{{0,3}}(?:{_HOW_IT_IS_CALLED})?"
    rf"|{_HOW_IT_IS_CALLED})"
    r"(?:[ .]{0,2}(?:is|was|are|as|of|under|with|quoting|given)\b)?"
    rf"[ \t]{{0,2}}[:#=(\[\"'“-]{{0,3}}[ \t]{{0,2}}[#(]?({_CODE})(?![\w@])",
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
    return len(digits) >= 3 or (code.isupper() and len(digits) + letters >= 6)


def _accounts(text: str) -> Iterator[Span]:
    for match in _ACCOUNT.finditer(text):
        if not _is_code(match.group(1)):
            continue
        yield Span(match.start(1), match.end(1), "ACCOUNT")
        end = match.end()
        while (further := _AND_CODE.match(text, end)) and _is_code(further.group(1)):
            yield Span(further.start(1), further.end(1), "ACCOUNT")
            end = further.end()
    for match in _CODE_ALONE.finditer(text):
        code = match.group()
        groups = len(re.split(r"[-/]", code))
        if _STANDARDS.match(code) or _LOOKS_LIKE_DATE.match(code):
            continue
        if len(_digits(code)) >= 6 or (groups >= 3 and len(_digits(code)) >= 5):
            yield Span(match.start(), match.end(), "ACCOUNT")


_LETTER_CODE = re.compile(
    r"\b(?:booking|reservation|pnr|confirmation|locator|reference|ref|order)"
    r"(?: (?:number|no\.?|code|ref(?:erence)?))?(?: is)?[ :#(]{1,3}([A-Z0-9]{6})(?!\w)"
)


def _codes_of_letters(text: str) -> Iterator[Span]:
    """A booking code may be six capitals, which only stand out in a text that is not all so."""
    if not text.isupper():
        for match in _LETTER_CODE.finditer(text):
            yield Span(match.start(1), match.end(1), "ACCOUNT")


def _phones(text: str) -> Iterator[Span]:
    for match in _NUMBER.finditer(text):
        number = match.group()
        digits = _digits(number)
        if not 7 <= len(digits) <= 15 or _LOOKS_LIKE_DATE.match(number):
            continue
        before = text[max(0, match.start() - 45) : match.start()]
        if _has_phone_form(number, digits) or _PHONE_WORDS.search(before):
            start = match.start() + (number[0] == "(" and ")" not in number)
            yield Span(start, match.end(), "PHONE")


def _has_phone_form(number: str, digits: str) -> bool:
    if number.startswith("+") or digits.startswith("00"):
        return 9 <= len(digits) <= 15
    if digits.startswith("0"):
        return 9 <= len(digits) <= 12
    sizes = [len(group) for group in re.split(r"\D+", number.strip("()"))]
    if sizes in ([3, 3, 4], [1, 3, 3, 4]):  # North America
        return True
    return sizes in ([3, 3, 3], [2, 3, 2, 2], [3, 2, 2, 2]) and digits[0] in "6789"  # Spain


def _long_numbers(text: str) -> Iterator[Span]:
    """Nine digits and more are no price, no count and no date: some account's or somebody's."""
    for match in _NUMBER.finditer(text):
        digits = _digits(match.group())
        if len(digits) >= 9 and re.fullmatch(r"\d{9,}|\d{3,6}(?:[ -]\d{3,6}){2,6}", match.group()):
            yield Span(match.start(), match.end(), "ACCOUNT")


# --- where people live -----------------------------------------------------------------------

_STREET_TYPE = (
    r"(?:road|rd|street|st|avenue|ave|av|lane|ln|close|drive|dr|way|crescent|cres|gardens|gdns|"
    r"terrace|grove|court|ct|place|pl|square|sq|hill|mews|park|rise|row|walk|parade|boulevard|blvd|"
    r"highway|hwy|parkway|pkwy|circle|green|view|wharf|quay)"
)
_STREET_WORD = r"(?:[^\W\d_][^\W_]{0,24}(?:['’.][^\W_]{0,3})?|\d{1,3}(?:st|nd|rd|th))"
_ADDRESS = re.compile(
    r"(?<![\w£$€.,/-])(?:(?:flat|apt\.?|apartment|unit|suite|room|house|plot) ?\w{1,4},? )?"
    rf"(\d{{1,5}}(?:[ -]?[a-z])?(?:-\d{{1,4}})?),? ((?:{_STREET_WORD} ){{1,4}}?){_STREET_TYPE}\b"
    r"\.?(?:,? (?:flat|apt\.?|apartment|unit|suite|#) ?\w{1,5}\b)?",
    re.IGNORECASE,
)
# Words that stand between a number and a street without making an address of it.
_NOT_IN_STREET = frozenset(
    """
        minute minutes min mins hour hours hr hrs day days week weeks month months year
        years mile miles km metres meters yards times people houses doors the of on in at
        to for from and or but down up along my your our their his her a an this that is
        was were are it we they i you he she out off away per with by as than when where
        only just still star stars steps am pm gb mb mbps meg gig percent pounds quid
        euros dollars engineers calls phone phones other same whole half long far right
        wrong no not all every each some any more less too so very really into across
        around over under through about because lane's
    """.split()
)
_ADDRESS_DE = re.compile(
    r"(?<!\w)(?:[A-ZÄÖÜ][\w.]{0,30}[ -]){0,3}[A-ZÄÖÜ][\w.]{0,30}"
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|ufer|damm|steig|pfad|hof|chaussee)"
    r" \d{1,4}(?:/\d{1,3})? ?[a-z]?\b"
    r"|(?<!\w)(?:[A-ZÄÖÜ][\w.]{0,30}[ -]){1,4}"
    r"(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Ufer|Damm) \d{1,4}(?:/\d{1,3})? ?[a-z]?\b"
)
_ADDRESS_ROMANCE = re.compile(
    r"(?<!\w)(?:calle|c/|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso)"
    r"(?: [^\W\d_][\w'’.-]{0,20}){1,5},? (?:n[ºo°]\.? ?)?\d{1,4}\b"
    r"|(?<!\w)\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai)"
    r"(?: (?:de|du|des|la|le|les|l['’]\w{1,20}|d['’]\w{1,20}|[A-ZÉÈÀ][\w'’-]{1,20})){1,5}",
    re.IGNORECASE,
)


def _addresses(text: str) -> Iterator[Span]:
    for match in _ADDRESS.finditer(text):
        words = match.group(2).lower().split()
        if not any(word in _NOT_IN_STREET for word in words):
            yield Span(match.start(), match.end(), "ADDRESS")
    for pattern in (_ADDRESS_DE, _ADDRESS_ROMANCE):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "ADDRESS")
            town = re.compile(r",? (\d{5})(?= [^\W\d_])").match(text, match.end())
            if town:
                yield Span(town.start(1), town.end(1), "POSTCODE")


_POST_TOWNS = (
    "AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|"
    "EC|EH|EN|EX|E|FK|FY|GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|"
    "LN|LS|LU|L|ME|MK|ML|M|NE|NG|NN|NP|NR|NW|N|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|"
    "SN|SO|SP|SR|SS|ST|SW|SY|S|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR|WS|WV|W|YO|ZE"
)
_POSTCODE_GB = re.compile(
    rf"(?<![\w£$€-])(?:(?:{_POST_TOWNS})\d{{1,2}}[A-Z]?[ ]{{0,2}}\d[ABD-HJLNP-UW-Z]{{2}}|GIR ?0AA)(?!\w)",
    re.IGNORECASE,
)
# "B1 2nd floor", "S21 5GB": an ordinal or a unit where a postcode has its last three places.
_NOT_INWARD = re.compile(r"[ ]\d(?:st|nd|rd|th|hr|gb|tb|ft|lb|qt)$")
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|"
    "NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_POSTCODE_OTHER = re.compile(
    rf"(?<!\w)(?:{_STATES})\.?,? (\d{{5}}(?:-\d{{4}})?)(?![\w-])"
    r"|(?<![\w-])(\d{5}-\d{4})(?![\w-])"
    r"|(?i:\b(?:zip|plz|postal|post ?code|postleitzahl|c\.?p\.?|c[óo]digo postal|code postal|cap)"
    r"(?: ?code)?(?: (?:is|was|of|for|as|in|to))?[ ,:(]{1,3}(\d{5}(?:-\d{4})?)(?![\w-]))"
    r"|(?i:\b(?:deliver\w{0,4}|ship\w{0,4}|deliveries|service\w?|live|living|moved?|moving|coverage|"
    r"area|signal|based|out) (?:to|in|at|for|around|near) (?:the )?(\d{5})(?![\w,.%-]\w|[\w%]))"
)


def _postcodes(text: str) -> Iterator[Span]:
    for match in _POSTCODE_GB.finditer(text):
        if not _NOT_INWARD.search(match.group()):
            yield Span(match.start(), match.end(), "POSTCODE")
    for match in _POSTCODE_OTHER.finditer(text):
        group = match.lastindex or 0
        yield Span(match.start(group), match.end(group), "POSTCODE")
