"""Where people live: streets with a number, and postcodes of several countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback_nlp.personal_data.spans import Found

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
_SURE_STREET = re.compile(
    r"\b(?:road|rd|street|st|avenue|ave|lane|crescent|gardens|terrace|grove|mews|boulevard|blvd|drive|"
    r"close|court)\b(?=\.?(?:,? (?:flat|apt|unit|#).*)?$)",
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
        around over under through about because seat seats flight
        flights row rows leave leaves departing which
    """.split()
)
_ADDRESS_DE = re.compile(
    r"(?<!\w)(?:[A-ZÄÖÜ][\w.]{0,30}[ -]){0,3}(?!During|Spring|String)[A-ZÄÖÜ][\w.]{0,30}"
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|ufer|damm|steig|pfad|hof|chaussee)"
    r" \d{1,4}(?:/\d{1,3})? ?[a-z]?\b"
    r"|(?<!\w)(?:[A-ZÄÖÜ][\w.]{0,30}[ -]){1,4}"
    r"(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Ufer|Damm) \d{1,4}(?:/\d{1,3})? ?[a-z]?\b"
)
_ADDRESS_ROMANCE = re.compile(
    r"(?<!\w)(?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda\.?|[Pp]laza|[Pp]aseo|Via|Viale|Piazza|Corso)"
    r"(?: (?:de|del|la|las|los|di|della|[A-ZÁÉÍÓÚÑ][\w'’.-]{1,20})){1,5}"
    r",? (?:n[ºo°]\.? ?)?\d{1,4}\b"
    r"|(?<!\w)\d{1,4}(?: ?(?:bis|ter))?,? (?i:rue|avenue|boulevard|place|chemin|allée|impasse|quai)"
    r"(?: (?:de|du|des|la|le|les|l['’]\w{1,20}|d['’]\w{1,20}|[A-ZÉÈÀ][\w'’-]{1,20})){1,5}",
)


def find_addresses(text: str) -> Iterator[Found]:
    for match in _ADDRESS.finditer(text):
        words = match.group(2).split()
        if any(word.lower() in _NOT_IN_STREET for word in words):
            continue
        # "4 seat row", "2 flights departing close": such types are ordinary words as well.
        if _SURE_STREET.search(match.group()) or any(word[0].isupper() for word in words):
            yield Found(match.start(), match.end(), "ADDRESS")
    for pattern in (_ADDRESS_DE, _ADDRESS_ROMANCE):
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), "ADDRESS")
            town = re.compile(r",? (\d{5})(?= [^\W\d_])").match(text, match.end())
            if town:
                yield Found(town.start(1), town.end(1), "POSTCODE")


_POST_TOWNS = (
    "AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|"
    "EC|EH|EN|EX|E|FK|FY|GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|"
    "LN|LS|LU|L|ME|MK|ML|M|NE|NG|NN|NP|NR|NW|N|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|"
    "SN|SO|SP|SR|SS|ST|SW|SY|S|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR|WS|WV|W|YO|ZE"
)
_POSTCODE_GB = re.compile(
    rf"(?<![\w£$€-])(?:(?:{_POST_TOWNS})\d{{1,2}}[A-Z]?[ ]{{0,2}}\d[ABD-HJLNP-UW-Z]{{2}}|GIR ?0AA)"
    r"(?!\w)",
    re.IGNORECASE,
)
# The form alone would be a part number too ("MX3 4QT"); beside an address it is a postcode.
_POSTCODE_FORM = re.compile(r"(?<![\w£$€-])[A-Z]{1,2}\d{1,2}[A-Z]? \d[ABD-HJLNP-UW-Z]{2}(?!\w)")
_BESIDE_ADDRESS = re.compile(
    r"\b(?:post ?code|address|live|living|moved|road|rd|street|avenue|ave|lane|close|drive|"
    r"crescent|gardens|terrace|grove|court|mews|flat)\b[^.?!\n]{0,40}$",
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
    r"(?:[ -]?codes?)?(?: (?:is|was|of|for|as|in|to|like|area|ending)){0,2}[ ,:(]{1,3}"
    r"(\d{5}(?:-\d{4})?)(?![\w-]))"
    r"|(?<![\w.,£$€-])(\d{5})(?= (?:Berlin|Hamburg|Munich|München|Köln|Cologne|Frankfurt|Stuttgart|"
    r"Leipzig|Dresden|Paris|Lyon|Marseille|Madrid|Barcelona|Valencia|Sevilla|Roma|Milano)\b)"
    r"|(?i:\b(?:deliver\w{0,4}|ship\w{0,4}|deliveries|service\w?|live|living|moved?|moving|coverage|"
    r"area|signal|based|out|posted|sent|code|pick-?up|coming|come|drivers?|branch|store|engineers?|"
    r"outages?|customers?|neighbou?rs) (?:to|in|at|for|around|near|from|of) "
    r"(?:the )?(?:area |zip |code )?(\d{5})(?![\w,.%-]\w|[\w%]))"
)


def find_postcodes(text: str) -> Iterator[Found]:
    for match in _POSTCODE_GB.finditer(text):
        if not _NOT_INWARD.search(match.group()):
            yield Found(match.start(), match.end(), "POSTCODE")
    for match in _POSTCODE_FORM.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        if _BESIDE_ADDRESS.search(before) and not _NOT_INWARD.search(match.group()):
            yield Found(match.start(), match.end(), "POSTCODE")
    for match in _POSTCODE_OTHER.finditer(text):
        group = match.lastindex or 0
        yield Found(match.start(group), match.end(group), "POSTCODE")
