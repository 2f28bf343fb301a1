"""Words around a name that tell it from a word: roles, what people do, how they are thanked.

Plain lists, for `person_names`. All are in lower case without accents; phrases have single spaces.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.split(",") if phrase.strip())


TITLES = _words(
    "mr mrs ms miss mx dr prof professor mdm madam sir shri smt sri rev fr lord lady dame capt "
    "captain sgt herr frau monsieur madame mme mlle senor senora sra don dona nurse sister "
    "doctor"
)
# Titles that stand before a name in lower case too; "miss the bus" and "sister was" do not.
SURE_TITLES = _words("mr mrs dr mdm shri smt")

ROLES = _words(
    "engineer engineers technician technicians installer fitter electrician plumber mechanic "
    "driver courier postman agent agents advisor adviser advisors advisers assistant "
    "representative rep reps manager managers supervisor boss director handler operator "
    "operative receptionist clerk cashier teller salesman saleswoman salesperson seller "
    "consultant trainer instructor coach tutor teacher nurse doctor gp dentist midwife surgeon "
    "physio therapist paramedic carer pharmacist optician waiter waitress barman chef host "
    "hostess porter concierge housekeeper cleaner steward stewardess attendant crew pilot purser "
    "guide guy lad lady gentleman gent man woman bloke chap girl boy person colleague colleagues "
    "employee staff member trainee apprentice worker specialist expert officer lawyer accountant "
    "broker adjuster banker landlord landlady owner neighbour friend husband wife son daughter "
    "mum mom dad mother father brother sister uncle aunt nan grandson granddaughter partner "
    "passenger customer patient tenant name surname someone somebody"
)
ABBREVIATED = _words("mr mrs ms mx dr prof mdm rev fr capt sgt st smt sr")
# "Rang the Dr", "ask your nurse": the title alone is the person.
BEFORE_A_TITLE_ALONE = _words("the a an my our your his her their this that every another any")
LINKS = _words("to with by for from and of u via that a an")
SURELY_TELLS_NAME = _phrases(
    "name is, name was, name's, signed, yours sincerely, yours faithfully, yours truly, kind "
    "regards, best regards, warm regards, best wishes, best from, wishes from, love from, "
    "regards from, a mr, a mrs, someone called, somebody called, me llamo, mein name ist, je "
    "m'appelle"
)
DEPARTMENTS = _words(
    "support billing reception desk customer customers sales team office branch store shop "
    "centre center call retention retentions technical tech accounts complaints claims bar "
    "counter till tills phones phone front kitchen gate ground head hr finance engineering "
    "management loyalty service services helpdesk helpline chat live deli pharmacy bakery "
    "maternity ward clinic surgery garage workshop warehouse depot delivery lettings bookings "
    "reservations checkout security floor night day home showroom department dept cancellations "
    "collections fraud mortgages lending returns online housekeeping restaurant spa gym pool "
    "lounge scheduling dispatch field network provisioning onboarding staff shift"
)
# Directly before a name.
CALLS_FOR_NAME = _words(
    "thank thanks thankyou thanx thx thnx cheers called named told tell telling ask asked contact "
    "dear hello hi hey hola met promote particularly especially namely bless knighthood regards "
    "love loved like spoke mention mentioned praise"
)
PRAISES = _words(
    "lovely brilliant wonderful amazing fantastic helpful great excellent friendly nice kind "
    "superb marvellous young rude patient professional fabulous incredible poor polite awesome "
    "outstanding courteous knowledgeable delightful cheerful useless dear legendary old our your "
    "my"
)
JOINS = _words(
    "a an to with by for from and like than of about or but except because so then when where "
    "whether if that after before until as not without & how via u only had even wanted let "
    "while although since unless just having hope think wish asked told ur is was"
)
WAYS = _words("to from of via than like or and")
# Before "to", "with", "by" …: things one does with persons.
DEALINGS = _words(
    "spoke speak speaking spoken talk talked talking chat chatted chatting thanks thank thankyou "
    "thanx thnk thx shout shoutout out credit kudos regards dealt deal dealing served helped "
    "assisted seen treated handled signed passed transferred listened apologised explained "
    "assigned hats welcomed greeted met call calls email emailed wrote write message letter "
    "complain complained introduced visited looked guided taught trained advised informed fitted "
    "installed thumbs done praise service help support advice treatment assistance conversation "
    "interview appointment appointments session lesson lessons induction congratulations gracias "
    "merci danke grazie obrigado bedankt dank wishes best grateful thankful married related "
    "addressed"
)
TALKS = _words(
    "spoke speak speaking spoken talked talking talk thanks thank thankyou thnx thx chatted "
    "chatting dealt dealing deal served helped assisted"
)
TELLS_NAME = _phrases(
    "name is, name was, name's, named is, i am, i'm, im, this is, it's, called, under the name, "
    "name of, signed, yours sincerely, yours faithfully, yours truly, kind regards, best "
    "regards, many thanks, warm regards, best wishes, regards, sincerely, cheers, love from, "
    "best from, wishes from, regards from, the name, someone called, somebody called, a mr, a "
    "mrs, a ms, me llamo, soy, ich bin, je suis, je m'appelle, mein name ist"
)
SIGNS_OFF = _words(
    "regards sincerely faithfully truly wishes thanks cheers signed yours respectfully greetings "
    "thankyou saludos grusse cordialement gruss"
)
# After a name: what persons do and companies seldom.
HUMAN_ACTS = _words(
    "said rang called phoned texted emailed explained apologised apologized assured promised "
    "listened refused laughed spoke talked smiled shouted swore walked knocked turned arrived "
    "came knew knows deserves deserved fitted installed noticed remembered greeted chatted "
    "stayed cared taught showed answered picked drove wrote replied understood helped sorted "
    "solved resolved fixed arranged told took gave went tried did made seemed looked upgraded "
    "replaced tracked managed hung worked checked found got let put set rung sat stood waited "
    "couldn't could wouldn't would didn't hadn't wasn't isn't doesn't won't can't always never "
    "had promptly kindly quickly patiently calmly kept handled dealt advised informed offered "
    "suggested recommended confirmed processed diagnosed treated saved makes rings calls keeps "
    "visited delivered collected dropped left ran helps asked chased followed booked rebooked "
    "cancelled closed opened cut transferred passed served"
)
# The same, and a company or a thing does them as readily: they count for less.
ANYONE_ACTS = _words(
    "could couldn't would wouldn't didn't hadn't wasn't isn't doesn't won't can't always never "
    "had did made quickly got let put set gave took went tried worked keeps kept makes offered "
    "said told closed opened cut left ran sat delivered charged cancelled answered came called "
    "found resolved fixed looked helps replaced"
)
HUMAN_NATURE = _words(
    "star legend gem angel asset hero credit gentleman lady pleasure helpful friendly polite "
    "rude knowledgeable lovely kind patient professional courteous nervous understanding "
    "cheerful attentive caring arrogant abrupt apologetic sympathetic thorough lifesaver saint "
    "diamond treasure superstar delight sweetheart honest trustworthy amazing brilliant "
    "wonderful fantastic fab great excellent superb ace incredible outstanding unhelpful "
    "dismissive condescending aggressive efficient welcoming"
)
# After a capitalised word: it names a thing or a place.
THING_AFTER = _words(
    "office offices branch branches store stores shop shops road street avenue lane airport "
    "station hospital hotel hotels school square park house court building bank group ltd plc "
    "inc limited wing ward terminal bridge beach island university college stadium arms inn "
    "church disease syndrome plan edition integration compatible thermostat doorbell hub router "
    "broadband mobile tv app sim fibre card cards account package deal contract sky reviews "
    "review club gym surgery clinic centre center bay valley hill county city town north south "
    "east west united day days eve weekend morning night period tree field gardens garden cross "
    "law song cup market line railway trains flights airline airlines airways engine software "
    "phone laptop printer device devices speaker customers users website site playlist services "
    "insurance energy gas water direct online express delivery deliveries drivers model series "
    "version update speed signal network cake tea coffee wine oil sauce award prize championship "
    "league number area region motors motorway queue hotline accent press times trophy theatre "
    "cinema museum gallery palace castle cathedral lounge suite tower mall arena homes pass "
    "communications solutions air airport's brand product products range technology systems "
    "foods store's"
)
# Before a capitalised word: it names a place, a thing, or a time.
THING_BEFORE = _words(
    "in at near via the a an st saint port lake mount fort new north south east west last next "
    "this every until since storm hurricane royal visit between lovely"
)
BRANDS = _words(
    "openreach vodafone virgin sky bt ee three o2 talktalk plusnet giffgaff tesco asda aldi lidl "
    "amazon google apple samsung netflix disney spotify santander barclays lloyds hsbc halifax "
    "monzo starling revolut nationwide natwest paypal ebay hermes evri dpd ups fedex yodel "
    "ryanair easyjet jet2 tui emirates etihad lufthansa qatar delta hilton marriott hyatt ramada "
    "ibis novotel siri alexa cortana tesla ford bmw audi mercedes bentley toyota honda kia "
    "nissan dell lenovo nokia sony huawei xiaomi microsoft windows android iphone ipad galaxy "
    "pixel wi-fi wifi ikea argos currys boots next primark zara nike adidas peloton fitbit "
    "garmin ring nest hive trustpilot facebook instagram twitter tiktok youtube whatsapp zoom "
    "teams slack outlook excel ofcom ofgem ombudsman nhs specsavers bupa aviva axa allianz "
    "admiral churchill geico verizon comcast xfinity spectrum sprint t-mobile orange telefonica "
    "movistar telekom sfr bouygues uber lyft deliveroo airbnb expedia klarna morrisons "
    "sainsburys waitrose walmart costco wendy's mcdonald's starbucks costa greggs nando's "
    "domino's kelloggs cadbury jesus god christ lord allah buddha santa freeview eero zen "
    "hyperoptic cityfibre kcom brsk youfone fon shell esso morgan chase wells fargo disney+ sage "
    "oracle salesforce zendesk jira stripe shopify xero quickbooks max pro prime plus ultra mini "
    "mesh echo chromecast roku sonos bose ultrafast superfast broadband internet email ios covid "
    "brexit xmas parkinson parkinson's alzheimer's crohn's hodgkin's sepsis croup dr drs "
    "paramedic paramedics everytime instillation thankyou app mbps"
)
# Phrases that hold a name and are none, or a company's.
NOT_A_PERSON = _phrases(
    "john lewis, john lewis', marks & spencer, marks and spencer, marks and sparks, ben & "
    "jerry's, ben and jerry's, johnson & johnson, johnson and johnson, jp morgan, j.p. morgan, "
    "charles schwab, wells fargo, wells fargo's, morgan stanley, merrill lynch, charles "
    "tyrwhitt, harley davidson, tommy hilfiger, calvin klein, ralph lauren, hugo boss, ted "
    "baker, fred perry, jack wills, paul smith, kurt geiger, laura ashley, estee lauder, louis "
    "vuitton, william hill, paddy power, betty crocker, uncle ben's, aunt bessie's, jack "
    "daniel's, jack daniels, jim beam, johnnie walker, captain morgan, mr kipling, mr muscle, mr "
    "motivator, dr oetker, dr pepper, dr martens, doc martens, miss selfridge, harvey nichols, "
    "robert dyas, timothy taylor, alexander mcqueen, stella mccartney, michael kors, marc "
    "jacobs, kate spade, victoria's secret, martha stewart, jamie oliver's, gordon ramsay's, "
    "sarah lee, sara lee, wendy's, denny's, macy's, trader joe's, papa john's, tim hortons, "
    "jimmy john's, arthur andersen, ernst & young, ernst and young, rolls royce, rolls-royce, "
    "aston martin, mercedes benz, alfa romeo, land rover, philip morris, baker mckenzie, mark my "
    "words, mark my word, bob's your uncle, tom dick and harry, jack of all trades, jack the "
    "lad, happy as larry, for pete's sake, for peter's sake, robbing peter to pay paul, rob "
    "peter to pay paul, the real mccoy, keeping up with the joneses, joe bloggs, john doe, jane "
    "doe, joe public, average joe, plain jane, murphy's law, parkinson's law, hobson's choice, "
    "pandora's box, achilles heel, achilles' heel, smart alec, peeping tom, doubting thomas, "
    "good samaritan, jekyll and hyde, nosy parker, king's cross, kings cross, st pancras, "
    "charing cross, st john's, st james's, st james, st mary's, st thomas', st george's, st "
    "andrews, st albans, st helens, queen elizabeth, prince charles, princess diana, king "
    "charles, queen victoria, royal victoria, james cook, albert dock, victoria line, victoria "
    "station, florence nightingale, freddie mercury, taylor swift, ed sheeran, elton john, "
    "donald trump, joe biden, boris johnson, elon musk, jeff bezos, bill gates, steve jobs, "
    "richard branson, martin lewis, mickey mouse, harry potter, james bond, basil fawlty, fawlty "
    "towers, sherlock holmes, father christmas, santa claus, john deere, jack russell, st "
    "bernard, tom tom, tomtom, big ben, ayers rock, mount everest, alan key, allen key, molly "
    "guard, jenny craig, sweet fanny adams, gordon bennett, jesus christ, oh my god, victoria "
    "sponge, bloody mary, tom yum, earl grey, lady grey, sally army, salvation army, thomas "
    "cook, barclaycard, clarks, clark's, morrison's, sainsbury's, mcdonald's, nando's, domino's, "
    "jet blue, air asia, ray of sunshine, will power, will do, bill shock, grace period, art "
    "work, full mark, full marks"
)
# In the dictionary in lower case, and still a person wherever it is written.
NAMES_BEFORE_WORDS = _words(
    "maria peter martin mike harry victor ken aline matt eddy derrick alistair bob mason lance "
    "maxim"
)
# In the lists of first names, and hardly ever one in an answer.
WORDS_BEFORE_NAMES = _words(
    "said guy guys min mins ive im id ill ok til tho ta tia nan nana gran nanna nanny granny "
    "grandad mam mama mami papa dada doc medic ly alo en al han mon sa gen ans tad yo else tea "
    "lane mates can tan cam jay-z love honor honour price story peace buzz jet thai hong kong "
    "abu san los las el la le de van der ba ms semi rehab smiley ab ove jus mar cal thx pls plz "
    "dont cant wont isnt didnt doesnt couldnt wouldnt hasnt havent wasnt thats theres theyre "
    "youre weve theyve youve hes shes its lets alot hav wud coz cos tbh gracias merci danke "
    "grazie obrigado bedankt hola bonjour señor por su para con mit und you asia africa europe "
    "america australia german germans danish malay dutch french english british irish scottish "
    "welsh spanish italian polish indian chinese japanese arabic holland france heaven gatwick "
    "heathrow stansted luton legroom inflight purser amor malta bali imo etc asap fyi aka pax "
    "mph kph mbps kbps gbps tv pc sim lan wan vpn usb led lcd hd ip isp dns ssid"
)
