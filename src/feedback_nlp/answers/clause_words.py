"""Words by which a clause is recognised: closed classes, and the open ones as far as answers go.

A lexicon rather than a tagger: it reads a sentence in a twentieth of the time, and does not
stumble over capitals and missing punctuation.
"""

from __future__ import annotations

from feedback_nlp.answers.answer_words import ENGLISH


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DASHES = frozenset("-\u2013\u2014/\u2022*|~")
MARKS = frozenset(",;") | DASHES | {"..", "...", "\u2026", ":"}
SUBJECT_PRONOUNS = _set(
    """
    i we they he she it you u this that these those there everyone everybody everything nobody
    nothing none someone somebody anyone both most all who noone ive im weve theyve youve theyre
    youre thats theres hes shes its
    """
)
DETERMINERS = _set(
    """
    the a an my our your ur their his her its no every each some any another other this that these
    those lots plenty numerous several many few most more one two three four five six seven eight
    nine ten both all what such
    """
)
AUXILIARIES = _set(
    """
    is are was were am has have had do does did will would can could should shall may might must
    isnt isn't aren't arent wasn't wasnt weren't werent hasn't hasnt haven't havent hadn't hadnt
    don't dont doesn't doesnt didn't didnt won't wont wouldn't wouldnt can't cant cannot couldn't
    couldnt shouldn't shouldnt mustn't needn't isn ain't wud cud havnt haven dosnt didn wernt
    """
)
# Contractions hold a subject and its verb in one word.
CONTRACTED = _set(
    """
    i'm i've i'd i'll im ive we're we've we'd we'll weve they're they've they'd they'll theyre
    theyve you're you've you'd you'll youve youre it's it'd it'll he's he'd he'll she's she'd
    she'll that's thats there's theres everything's everyone's nothing's here's who's what's
    """
)
_IRREGULAR_PAST = _set(
    """
    went came got took made gave said told thought felt found knew saw heard kept left lost paid
    put ran rang sent spoke spent stood sat slept sold bought brought built caught chose drove ate
    fell flew forgot held hit hung led let meant met read rose set showed shut sorted stuck taught
    threw understood woke wrote broke became began won wore tried cut cost drew grew bit blew
    dealt rode shook swore sang froze sank stank hurt quit stole swept spoilt burnt lent slid bled
    swam sprang
    """
)
_PRESENT = _set(
    """
    works takes makes gives seems needs keeps goes comes gets feels lets wants means looks says
    deserves smells tastes becomes remains appears suits depends runs stays leaves sounds lacks
    sucks stinks drops crashes costs lasts fails offers provides allows requires happens tends
    pays brings shows tells thinks knows understands suffers closes charges arrives sends answers
    rings treats
    """
)
# After a pronoun these are verbs; elsewhere they are mostly nouns or infinitives.
BASE_VERBS = _set(
    """
    think feel need want love like hate enjoy get go come make take give keep know hope wish
    believe recommend use pay find see say tell trust look seem work live travel fly appreciate
    understand expect prefer call ring phone wait try treat care deserve put let provide offer
    help remain suggest agree mean guess suppose plan receive regret wonder doubt
    still never always just also really only ended
    """
)
VERBS = AUXILIARIES | _IRREGULAR_PAST | _PRESENT
SUBORDINATORS = _set(
    """
    because cos cause coz cuz bcoz becuase beacuse as since so when whenever while whilst if
    unless until till after before that which who whose whom where wherever why how what whatever
    whether than though although despite once incase
    """
)
CONTRASTS = _set(
    "but however although though whereas yet while whilst except pero aber mais maar "
    "però porém jedoch cependant aunque obwohl"
)
PREPOSITIONS = _set(
    """
    of in on at to for from with without by about into onto over under after before during through
    throughout per via between than like as against along around behind beside beyond near off out
    up upon within until since despite except because due
    """
)
ADVERBS = _set(
    """
    very really so too quite extremely absolutely totally completely highly fairly pretty rather
    most more less still also always never just only even now then again already often usually
    generally overall actually unfortunately fortunately sadly luckily hopefully obviously clearly
    however therefore today yesterday tonight tomorrow currently finally eventually initially
    originally consequently suddenly honestly basically apparently especially particularly perhaps
    maybe probably definitely certainly simply sometimes once ok yes no not well plus else instead
    incredibly amazingly exceptionally thoroughly truly super both all bit abit far later
    afterwards here there yet almost nearly soon v
    """
)
CONJUNCTIONS = _set("and or & but nor plus und et y e en")
FUNCTION_WORDS = (
    SUBJECT_PRONOUNS
    | DETERMINERS
    | AUXILIARIES
    | CONTRACTED
    | SUBORDINATORS
    | CONTRASTS
    | PREPOSITIONS
    | ADVERBS
    | CONJUNCTIONS
    | _set("me us him them mine ours yours theirs myself yourself themselves itself")
)
_NOT_ADJECTIVES = _set(
    """
    job problem problems issue issues trouble hell mess joke love loved liked likes enjoy enjoyed
    hate hated appreciate fault faults complaint complaints complain concern concerns failing
    failings failure failures fail failed fails error errors mistake mistakes negative negatives
    positive positives improve improved improves improvement improvements recommend recommended
    recommends expectation expectations expected exceed exceeded exceeds star stars trust regret
    praise fan waste shambles disgrace rubbish disaster nightmare farce stress asset value class
    spot gold delight pleasure treat met meets expect expects plus excellence perfection
    satisfaction frustration disappointment annoyance dissatisfaction credit thumbs well better
    hiccup hiccups hitch fed sucks stinks wow special content standard fine
    """
)
ADJECTIVES = (ENGLISH.evaluation - _NOT_ADJECTIVES) | _set(
    """
    quick quicker fast faster slow slower late early prompt easy easier hard difficult simple
    complicated complex smooth seamless straightforward efficient inefficient reliable unreliable
    professional unprofessional friendly unfriendly helpful unhelpful polite courteous rude
    arrogant kind caring considerate understanding patient attentive inattentive pleasant
    unpleasant cheerful knowledgeable competent incompetent informative clear unclear confusing
    transparent honest dishonest clean cleaner dirty filthy tidy untidy spacious roomy cramped
    narrow wide small smaller tiny large larger big bigger huge long longer short shorter tight
    low high higher cheap cheaper expensive dear costly pricey overpriced affordable free
    comfortable uncomfortable comfy cosy warm cold hot cool cooler loud noisy quiet quieter busy
    crowded overcrowded empty full limited basic modern old outdated dated new newer fresh stale
    tasty tasteless bland delicious rubbery unappetising broken faulty slack safe unsafe calm
    relaxed relaxing reassuring responsive unresponsive flexible inflexible punctual thorough
    organised disorganised accurate inaccurate wrong correct right false true misleading available
    unavailable convenient inconvenient useful effective ineffective proactive disinterested
    uninterested careless careful respectful disrespectful abrupt dismissive empathetic
    sympathetic compassionate supportive thoughtful welcoming warm-hearted user-friendly constant
    endless numerous repeated frequent regular irregular consistent inconsistent multiple many few
    little sufficient insufficient enough extra decent personal impersonal gentle approachable
    trustworthy fair unfair lazy strong weak intermittent dropped dull tired worn ample plentiful
    generous stingy interesting boring worth different similar lengthy unnecessary hidden slight
    close total rapid further conflicting derisory draughty dingy bright dark smelly immaculate
    stylish elegant shabby scruffy lovely
    """
)
# A complement follows these: "sure I ...", "told me they ...", "the best I ...".
OPENS_COMPLEMENT = _set(
    """
    think thinks thought feel feels felt hope know knew say says said told tell believe believed
    sure glad sorry wish guess suppose means understand understood see saw found find made make
    let suggest suggests shame pity appears seems happy pleased impressed disappointed amazed
    surprised lucky best worst first last next only ever least much more less many better worse
    same such promised informed assured explained confirmed advised heard realise realised noticed
    reckon ensure every each any one thing things all everything anything something nothing
    everyone anyone person people day days time times moment minute way ways reason service
    company experience product order everywhere now given grateful thankful aware confident
    certain afraid delighted fact point is was are were be been being not never always just still
    also really and or
    """
)
# Participles that mostly follow their noun: "the service received at ...".
POSTPOSED = _set(
    """
    received provided given offered used needed required served based located supplied delivered
    involved called named ordered promised agreed stated advertised expected quoted requested
    """
)
TIME_WORDS = _set(
    """
    today yesterday tomorrow again ago either anyway months weeks days hours hour years year
    minutes mins hrs properly online monday tuesday wednesday thursday friday saturday sunday
    """
)
# What customers do: after a comma and another subject these have lost their "I".
CUSTOMER_ACTS = _set(
    """
    placed ordered waited paid called rang phoned spent spoke told asked emailed complained
    cancelled chased booked received tried had knew felt left moved joined switched went
    """
)
FAULT_NOUNS = _set(
    """
    lack failure failures delay delays problem problems issue issues nightmare disaster shambles
    rubbish mess joke incompetence waste lies shame failed cancelled missed
    """
)

# Sets made of the above, once.
OPENS_PHRASE = SUBORDINATORS | PREPOSITIONS
JOINERS = _set("and & but plus")
# Determiners and adverbs that may stand right before the verb: "the new one is", "it still works".
_STANDING_ALONE = _set(
    """also still now never always just all both really one this that these those each some most
    more another any"""
)
ENDS_NO_SUBJECT = (PREPOSITIONS | DETERMINERS | ADVERBS) - (_STANDING_ALONE - PREPOSITIONS)
NEVER_LAST = DETERMINERS - _STANDING_ALONE - ADVERBS
BEFORE_SUBJECT = (ADVERBS | CONTRASTS | CONJUNCTIONS) - SUBJECT_PRONOUNS
SUBJECT_OR_VERB = SUBJECT_PRONOUNS | VERBS | CONTRACTED
# How somebody says that they speak: "to be perfectly honest", "in all fairness".
CANDID = _set("fair honest frank blunt candid truthful clear precise exact sure")
CANDID_NOUNS = _set("fairness honesty truth hindsight")
CANDID_DEGREES = _set("all perfectly completely totally brutally really very quite more absolutely")
FRONTING = _set("when if once after since as until before")
DENYING = _set("no not still never")
# A finite verb even where a noun could be spelt the same.
FINITE = AUXILIARIES | _set(
    """went came got took made gave said kept left rang sent works takes makes gives needs keeps
    goes comes gets"""
)
COMPLEMENT_VERBS = _set(
    """think thinks thought feel feels felt hope know knew say says said saying tell told telling
    believe believed sure wish guess suppose mean means understand see found find make let suggest
    promised informed assured explained confirmed advised hear heard realised noticed reckon ensure
    assume expect agree confirm ask asked hoping knowing guarantee seems appears shame pity aware"""
)
# "told me ...", "for them ...": the pronoun is no end of a statement.
TELLING = _set(
    """tell tells told telling ask asks asked asking inform informed informing promise promised
    promising assure assured assuring advise advised let make made show showed give gave remind
    reminded guarantee guaranteed to for with by from on of"""
)
ENDS_STATEMENT = TIME_WORDS | _set("me us him them too quickly yet well through done")
NO_END = (
    DETERMINERS
    | PREPOSITIONS
    | SUBORDINATORS
    | CONJUNCTIONS
    | CONTRACTED
    | AUXILIARIES
    | (OPENS_COMPLEMENT - _set("again company service product order time times"))
    | _set("i we they he she you your my our their")
) - _set("through off on in up out")

_ADJECTIVE_ENDINGS = ("less", "ful", "ous", "able", "ible")
_NO_ADJECTIVES = _set(
    "table cable vegetable unless handful timetable mouthful variable able unable"
)


def is_adjective(word: str) -> bool:
    """Whether a word, in lower case, is one of the adjectives or is formed like one."""
    return word in ADJECTIVES or (
        word.endswith(_ADJECTIVE_ENDINGS) and len(word) > 5 and word not in _NO_ADJECTIVES
    )
