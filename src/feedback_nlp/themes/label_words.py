"""The vocabulary of theme labels: what words mean, and which words name nothing."""

from __future__ import annotations

# A theme of adjectives or verbs is still about something; this is what it is called.
THING_MEANT = {
    word: thing
    for thing, words in {
        "ease of use": "easy easily easier simple simply straightforward difficult complicated",
        "prices": "price pricing expensive cheap cheaper pricey overpriced affordable dear",
        "speed of service": "quick quickly quicker prompt promptly fast faster slow slowly slower",
        "waiting times": "wait waiting waited waits queue queuing queued",
        "staff helpfulness": "helpful unhelpful helpfulness",
        "staff friendliness": "friendly unfriendly polite courteous pleasant",
        "staff kindness": "kind caring compassionate",
        "staff manners": "rude abrupt impolite",
        "staff professionalism": "professional unprofessional",
        "staff knowledge": "knowledgeable competent incompetent",
        "efficient service": "efficient efficiently inefficient",
        "reliability": "reliable unreliable working works worked",
        "delays": "late delay delayed",
        "arrival times": "arrive arrived arrival",
        "problem solving": "resolve resolved solve solved fix fixed sort sorted",
        "signing up": "sign signed join joined",
        "reassurance": "calm calmed calmly reassure reassured reassuring",
        "respect": "respectful respected disrespectful",
        "safety": "safe safely unsafe",
        "punctuality": "punctual punctually",
        "cleanliness": "clean dirty filthy cleanliness",
        "comfort": "comfortable uncomfortable comfort comfy",
        "communication": "communicate uncommunicative",
        "clear explanations": "explain explanation",
        "information given": "inform informed informative",
        "being listened to": "listen",
        "cancellations": "cancellation cancel cancelled canceled",
        "installation": "installation install installed",
        "connection": "connection connect connected",
        "activation": "activation activate activated",
        "delivery": "delivery deliver delivered",
        "payments": "payment pay paid",
        "crowding": "crowded busy overcrowded",
        "space": "spacious cramped roomy",
    }.items()
    for word in words.split()
}
# What several words together are about.
THING_SAID = {
    r"\bon[ -]time\b": "punctuality",
    r"\b(?:turn|turns|turned|show|shows|showed) up\b|\bno[ -]shows?\b": "appointments kept",
    r"\bpick(?:ed|s)?[ -]?(?:me |us |him |her |them )?ups?\b": "pick-up times",
    r"\b(?:call|ring|rang|rung|phone|phoned)[ -]?(?:ed )?(?:me |us )?backs?\b": "call backs",
    r"\bcustomer'?s?[ -]services?\b": "customer service",
    r"\bput (?:me|us|you|him|her|them|my mind|our minds) at (?:ease|rest)\b": "reassurance",
    r"\bmov(?:e|ed|ing) (?:house|home)\b": "moving house",
}
# Nouns that name nothing by themselves, and the calendar.
EMPTY_NOUNS = frozenset(
    """
    thing way lot bit reason time day week month year hour minute second people person one someone
    anyone everyone something anything nothing everything part point fact case kind sort example
    number company customer other today tomorrow yesterday morning afternoon evening night
    issue problem experience score rating mark star review comment feedback survey answer
    guy man men lady girl woman women gentleman thank thanks please end start beginning name place
    side etc service services word amount couple half rest matter sense while life world god hell
    let haul
    idea hand side chance doubt sure none need use choice term lack level plenty bunch load loads
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
    saturday sunday christmas weekend new year old first last next great good bad poor past date
    stuff occasion overall step situation circumstance opinion detail purpose member clue premise
    everyday mention note status period min mins hrs sec approx understanding hint manner attempt
    thought remark sort regard conclusion category option area level type
    lad chap mum dad sister brother son daughter husband wife mother father friend mate bloke
    family member fella age life love mind eye head heart word story picture
    stuff trip disgrace joke shambles nightmare farce mess rubbish crap
    """.split()
)
# Words with a tone that are things all the same.
THINGS_WITH_TONE = frozenset(
    """
    complaint delay cancellation promise reward care help support security debit payment value
    charge fee cost debt mistake error fault failure pain death infection loss problem treat
    treatment play share join party gift prize credit trust safety comfort
    """.split()
)
# They say how much, how often or which one, not what.
VAGUE_ADJECTIVES = frozenset(
    """
    numerous multiple several many different various same own certain whole entire total possible
    sure able current recent early long lengthy short immediate detailed genuine logical key non
    right wrong further additional actual main only little much few huge big small original
    previous other such next last first second third former latter particular specific general
    overall daily weekly monthly normal usual regular constant extra full half single sole annual
    faster quicker slower easier cheaper bigger shorter longer higher lower earlier later newer
    older nicer smaller larger least most more less initial final late past future old new young
    """.split()
)
# Nouns that may head a phrase ("call back", "help line") but say nothing alone.
NEVER_ALONE = frozenset(
    "back line site step work list top set use end hand turn run level page self ring board".split()
)
# English that the word lists do not have yet.
MODERN_WORDS = frozenset(
    """
    broadband online app website web landline voicemail chatbot sim smartphone login signup setup
    callback paramedic headset legroom triage reboot ultrafast wifi tv internet email handset
    username inbox wi fi nhs gp covid airline lounge buffet callout timeframe dropout download
    upload bandwidth webchat airport online dongle voip modem streaming wireless inflight checkout
    """.split()
)
PERSONS = frozenset(
    """
    staff crew driver engineer advisor adviser agent operator handler paramedic doctor nurse
    receptionist attendant steward stewardess assistant technician team installer dispatcher
    clinician consultant colleague manager employee volunteer host hostess waiter waitress barista
    teller cashier clerk salesman dentist pharmacist teacher instructor trainer coach guide cleaner
    """.split()
)
_SPEEDY = frozenset(
    """
    delivery response setup installation process activation checkout boarding ambulance repair
    refund website app order reply
    """.split()
)
_USED = frozenset(
    "website web app system portal process online setup account page form booking site".split()
)
_MONEY = frozenset(
    "deal offer price cost value bill payment charge debit fee money refund pound".split()
)
_CHANGES = frozenset("rise increase hike cut drop change".split())
_STAFF_SIDES = {
    f"staff {side}": f"{{}} {side}"
    for side in ("helpfulness", "friendliness", "kindness", "manners", "professionalism")
} | {"staff knowledge": "{} knowledge"}
_SIDES = {
    "waiting times": "{} waiting times",
    "delays": "{} delays",
    "cancellations": "{} cancellations",
    "installation": "{} installation",
    "connection": "{} connection",
    "activation": "{} activation",
    "delivery": "{} delivery",
    "prices": "{} prices",
    "cleanliness": "{} cleanliness",
    "comfort": "{} comfort",
    "reliability": "{} reliability",
    "punctuality": "{} punctuality",
    "crowding": "{} crowding",
    "space": "{} space",
    "arrival times": "{} arrival times",
}
MEANINGS = frozenset([*THING_MEANT.values(), *THING_SAID.values()])
# Meanings that are things as well: "installation delays".
_THINGS_TOO = frozenset("installation delivery connection activation communication".split())
# Meanings that can stand beside a thing: "prices and deals", but not "phone and staff kindness".
BESIDE_THINGS = _THINGS_TOO | {
    "waiting times",
    "delays",
    "payments",
    "prices",
    "cancellations",
    "reliability",
    "safety",
    "comfort",
    "cleanliness",
    "punctuality",
    "space",
}


def compound(noun: str, meaning: str) -> str:
    """One phrase for a thing and what is said of it; empty where the two make none.

    Examples
    --------
    >>> compound("engineer", "waiting times"), compound("crew", "staff kindness")
    ('engineer waiting times', 'crew kindness')
    >>> compound("phone", "staff kindness"), compound("rise", "prices")
    ('', 'price rises')
    """
    if noun in MEANINGS - _THINGS_TOO:
        return ""
    if meaning in _STAFF_SIDES:
        return _STAFF_SIDES[meaning].format(noun) if noun in PERSONS - {"staff"} else ""
    if meaning == "speed of service":
        return f"{noun} speed" if noun in _SPEEDY else ""
    if meaning == "ease of use":
        return f"{noun} ease of use" if noun in _USED else ""
    if meaning == "prices" and noun in _CHANGES:
        return f"price {noun}s"
    if meaning == "prices" and noun in _MONEY:
        return ""
    if meaning not in _SIDES or (noun in PERSONS and meaning not in ("waiting times", "delays")):
        return ""
    return _SIDES[meaning].format(noun)
