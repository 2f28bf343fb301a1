"""Draw invented personal data in the shapes that customers type it.

The values of ``make_redaction_set.py``: names of many origins, e-mails, telephones, addresses,
cards, reference numbers. Nothing drawn here belongs to anybody on purpose.
"""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

from faker import Faker

# Faker's own Chinese and Arabic names come in their scripts; customers of an English survey
# write them in Latin letters, and Faker has few African names at all.
HAND_GIVEN_FIRST_NAMES: dict[str, str] = {
    "chinese": (
        "Wei Mei Xiaoming Jing Li Hao Yan Jun Ying Lei Xin Zhen Qiang Hui Fang Yifan Siu-Ming "
        "Wing-Yee Bo Lan Minghui Yuting Zihan Xue Guang"
    ),
    "arabic": (
        "Mohammed Ahmed Fatima Aisha Omar Khalid Layla Yusuf Hassan Noor Zainab Ibrahim "
        "Samira Tariq Abdulrahman Mariam Bilal Huda Mustafa Rania Karim Salma Hamza Nadia "
        "Walid"
    ),
    "african": (
        "Chidi Ngozi Kwame Ama Thabo Nomvula Adewale Folake Kofi Abena Sipho Zanele Emeka "
        "Ifeoma Tendai Chipo Wanjiru Kamau Amina Oluwaseun Yaw Akosua Lindiwe Babajide Makena"
    ),
}
HAND_GIVEN_LAST_NAMES: dict[str, str] = {
    "chinese": (
        "Wang Zhang Chen Liu Huang Zhao Wu Zhou Xu Sun Chan Cheung Leung Wong Ng Ho Lam Tan "
        "Lim Ong Guo Deng Xie Tang Feng"
    ),
    "arabic": (
        "Al-Sayed Haddad Khoury Mansour Nasser El-Amin Farouk Hussein Al-Rashid Saleh Aziz "
        "Barakat Darwish Ghanem Hamdan Ismail Jaber Kassem Mahfouz Najjar Othman Qureshi "
        "Rahman Shaheen Zaki"
    ),
    "african": (
        "Okafor Adeyemi Mensah Owusu Dlamini Nkosi Mwangi Otieno Abubakar Eze Boateng Asante "
        "Khumalo Ndlovu Moyo Chukwu Balogun Kariuki Osei Tshabalala Diallo Traore Nwosu "
        "Mutasa Sesay"
    ),
}

# Mostly British, with names from elsewhere in every other answer or so: a choice, not a census.
NAME_ORIGINS: dict[str, int] = {
    "en_GB": 36,
    "en_US": 14,
    "en_IN": 11,
    "es_ES": 7,
    "fr_FR": 6,
    "de_DE": 6,
    "pl_PL": 8,
    "chinese": 4,
    "arabic": 4,
    "african": 4,
}
LOCALES = ["en_GB", "en_US", "en_IN", "es_ES", "fr_FR", "de_DE", "pl_PL", "it_IT", "nl_NL"]

# Ofcom's, Arcep's and the Bundesnetzagentur's numbers for drama, and North America's 555-01xx.
# Spain sets none aside.
PHONE_SHAPES: dict[str, str] = {
    "GB": (
        "07700 900###|07700900###|07700 900 ###|+44 7700 900###|+447700900###|0044 7700 900###|"
        "07700-900-###|020 7946 0###|+44 (0)20 7946 0###|(0113) 496 0###|0161 4960###|"
        "01632 960###|0808 157 0###"
    ),
    "US": ("(212) 555-01##|312-555-01##|415.555.01##|+1 646 555 01##|1-303-555-01##|50355501##"),
    "DE": "+49 30 23125 ###|030 23125###|030/23125-###|0171 39200##|+49 171 39200##",
    "ES": "6## ### ###|+34 6## ## ## ##|91 %## ## ##|6########",
    "FR": "01 99 00 ## ##|+33 1 99 00 ## ##|06 39 98 ## ##|06.39.98.##.##",
}

ACCOUNT_SHAPES = (
    "%#####|%#######|%#########|%###########|%### #### ####|%#####-##|??%######|??-%######|"
    "ORD-2024-#####|INC00#####|HI/%######/0%|???-###-###|?%####/??|CAS-#####-?%?%?%|"
    "%###-####-####|A%B%######"
)

BRITISH_STREETS = (
    "Church, Station, Victoria, Mill, Queen's, Park, St Mary's, Elm, Kings, Chapel, Orchard, "
    "Albert, North, Highfield, Old Manor"
)
# As often as written here.
BRITISH_STREET_TYPES = (
    "Road Road Road Road Road Road Street Street Street Street Street Avenue Avenue Avenue "
    "Lane Lane Lane Close Close Close Close Drive Drive Way Crescent Gardens Terrace Terrace "
    "Grove Court Rd Rd St Ave"
)
AMERICAN_STREETS = ["Maple", "Oak Hill", "Washington", "N 5th", "Sunset", "Lakeview", "Cedar"]


def without_accents(text: str) -> str:
    """Write a name as on a keyboard without accents."""
    text = text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def ascii_word(name: str) -> str:
    """Return the lower-case letters of a name, for an address or a handle."""
    return re.sub(r"[^a-z]", "", without_accents(name).lower())


def in_groups(text: str, sizes: tuple[int, ...]) -> list[str]:
    """Cut a number into groups, as it is printed on cards and statements."""
    groups = []
    for size in sizes:
        groups.append(text[:size])
        text = text[size:]
    return [group for group in groups if group]


def ordinal(day: int) -> str:
    """Write the day of a month as spoken: 1st, 2nd, 11th."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{day}th" if 10 < day < 14 else f"{day}{endings.get(day % 10, 'th')}"


def passes_luhn(card: str) -> bool:
    """Check a card number by its last digit (ISO/IEC 7812-1, annex B)."""
    digits = [int(c) for c in card if c.isdigit()][::-1]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def passes_mod_97(iban: str) -> bool:
    """Check an IBAN by its two check digits (ISO 13616-1)."""
    rotated = iban[4:] + iban[:4]
    return int("".join(str(int(c, 36)) for c in rotated)) % 97 == 1


def make_fakers() -> dict[str, Faker]:
    """Make one Faker a locale; a name is drawn as often as its country gives it."""
    return {locale: Faker(locale, use_weighting=True) for locale in LOCALES}


class Filler:
    """Draws one value for any slot; two fillers with the same key draw the same values.

    Parameters
    ----------
    fakers : dict of str to Faker
        One Faker a locale, shared between fillers since making one is slow.
    key : str
        Seed and id of the answer: an answer's values do not depend on the other answers.
    """

    def __init__(self, fakers: dict[str, Faker], key: str) -> None:
        self.random = random.Random(key)
        self.fakers = fakers
        for locale, fake in fakers.items():
            fake.seed_instance(f"{key}:{locale}")

    def fill(self, slot: str) -> tuple[str, str]:
        """Return a value for the slot and its label."""
        kind = slot.removesuffix("_LOWER").removesuffix("_CAPS")
        draw, label = SLOTS[kind]
        value = draw(self)
        if slot.endswith("_LOWER"):
            value = value.lower()
        if slot.endswith("_CAPS"):
            value = value.upper()
        return value, label

    def one_of(self, *shapes: str) -> str:
        """Pick a shape and fill it: ``#`` a digit, ``%`` one but 0, ``?`` a capital letter."""
        shape = self.random.choice(shapes)
        drawn = {
            "#": lambda: self.random.choice(string.digits),
            "%": lambda: self.random.choice("123456789"),
            "?": lambda: self.random.choice(string.ascii_uppercase),
        }
        return "".join(drawn[c]() if c in drawn else c for c in shape)

    def weighted(self, weights: dict[str, int]) -> str:
        """Pick a key as often as its weight says."""
        return self.random.choices(list(weights), weights=list(weights.values()))[0]

    def as_typed(self, name: str) -> str:
        """Drop the accents of one name in three, as many people type."""
        return without_accents(name) if self.random.random() < 1 / 3 else name

    def first_name_of(self, origin: str) -> str:
        if origin in HAND_GIVEN_FIRST_NAMES:
            return self.random.choice(HAND_GIVEN_FIRST_NAMES[origin].split())
        return str(self.fakers[origin].first_name())

    def last_name_of(self, origin: str) -> str:
        if origin in HAND_GIVEN_LAST_NAMES:
            return self.random.choice(HAND_GIVEN_LAST_NAMES[origin].split())
        return str(self.fakers[origin].last_name())

    def first_name(self) -> str:
        return self.as_typed(self.first_name_of(self.weighted(NAME_ORIGINS)))

    def last_name(self) -> str:
        return self.as_typed(self.last_name_of(self.weighted(NAME_ORIGINS)))

    def full_name(self) -> str:
        origin = self.weighted(NAME_ORIGINS)
        middle = self.one_of("?. ", "? ") if self.random.random() < 0.08 else ""
        name = f"{self.first_name_of(origin)} {middle}{self.last_name_of(origin)}"
        return self.as_typed(name)

    def initial_name(self) -> str:
        return f"{self.one_of('?. ', '? ', '?.?. ')}{self.last_name()}"

    def first_and_last(self) -> tuple[str, str]:
        """Return one person's names as they stand in an address: plain lower-case letters."""
        words = self.full_name().split()
        return ascii_word(words[0]), ascii_word(words[-1])

    def email(self) -> str:
        first, last = self.first_and_last()
        local = self.random.choice(
            [
                f"{first}.{last}",
                f"{first}{last}",
                f"{first[0]}{last}",
                f"{first}_{last}",
                f"{last}-{first}",
                f"{first}.{last}{self.one_of('##', '19##')}",
                f"{first}+shop",
                f"{first.capitalize()}.{last.capitalize()}",
                "accounts",
                f"the.{last}s",
            ]
        )
        host = self.random.choice(["", "", "", "mail.", "post.", "sales.uk."])
        return f"{local}@{host}{self.safe_domain()}"

    def safe_domain(self) -> str:
        """One of the domains that belong to nobody (RFC 2606, section 3)."""
        return self.random.choice(["example.com", "example.org", "example.net"])

    def phone(self) -> str:
        """Draw from the ranges set aside for fiction where the country has them."""
        country = self.weighted({"GB": 50, "US": 20, "DE": 10, "ES": 10, "FR": 10})
        return self.one_of(*PHONE_SHAPES[country].split("|"))

    def url(self) -> str:
        start = self.random.choice(
            ["https://www.", "https://", "http://", "www.", "", "https://my.", "shop."]
        )
        path = self.fakers["en_GB"].uri_path(deep=self.random.choice([1, 2]))
        query = "?id=" + self.one_of("%####")
        page = self.one_of("%###")
        end = self.random.choice(
            ["", f"/{path}", f"/{path}/", f"/{path}{query}", f"/{path}.html", f"/{page}"]
        )
        if start in ("", "shop.") and not end:
            end = "/"
        return f"{start}{self.safe_domain()}{end}"

    def handle(self) -> str:
        first, last = self.first_and_last()
        return "@" + self.random.choice(
            [
                str(self.fakers["en_GB"].user_name()),
                f"{first}_{last}",
                f"{first.capitalize()}{last.capitalize()}",
                f"the_real_{first}",
                f"{first}{self.one_of('##', '%')}",
                f"{first}.{last}",
            ]
        )

    def bare_handle(self) -> str:
        first, last = self.first_and_last()
        return self.one_of(f"{first}_{last}", f"{first}_{last}##", f"{last}.{first}##")

    def postcode_gb(self) -> str:
        postcode = str(self.fakers["en_GB"].postcode())
        return postcode.replace(" ", "") if self.random.random() < 0.25 else postcode

    def postcode_us(self) -> str:
        fake = self.fakers["en_US"]
        return str(fake.zipcode_plus4() if self.random.random() < 0.2 else fake.zipcode())

    def postcode_de(self) -> str:
        return str(self.fakers["de_DE"].postcode())

    def address_gb(self) -> str:
        # Faker's British streets end in "ramp" or "forges"; people live in roads and closes.
        name = self.random.choice(
            [*BRITISH_STREETS.split(", "), str(self.fakers["en_GB"].last_name())]
        )
        number = self.one_of("%", "%#", "1##", "%#a", "%#B", "Flat %, %#", "Flat %C, ##%")
        return f"{number} {name} {self.random.choice(BRITISH_STREET_TYPES.split())}"

    def address_us(self) -> str:
        name = self.random.choice([*AMERICAN_STREETS, str(self.fakers["en_US"].last_name())])
        kind = self.random.choice(["Street", "St", "Avenue", "Ave", "Drive", "Blvd", "Lane", "Rd"])
        return self.one_of(
            f"%## {name} {kind}", f"%### {name} {kind}", f"%### {name} {kind}, Apt %#"
        )

    def address_de(self) -> str:
        return str(self.fakers["de_DE"].street_address())

    def card(self) -> str:
        kind = self.weighted({"visa16": 4, "mastercard": 4, "amex": 2, "discover": 1})
        digits = str(self.fakers["en_GB"].credit_card_number(card_type=kind))
        sizes = (4, 6, 5) if len(digits) == 15 else (4, 4, 4, 4)
        card = self.random.choice(["", " ", " ", "-"]).join(in_groups(digits, sizes))
        assert passes_luhn(card), card
        return card

    def iban(self) -> str:
        locale = self.weighted(
            {"en_GB": 5, "de_DE": 3, "fr_FR": 2, "es_ES": 2, "pl_PL": 2, "it_IT": 1, "nl_NL": 1}
        )
        iban = str(self.fakers[locale].iban())
        assert passes_mod_97(iban), iban
        return " ".join(in_groups(iban, (4,) * 9)) if self.random.random() < 0.5 else iban

    def account(self) -> str:
        return self.one_of(*ACCOUNT_SHAPES.split("|"))

    def account_digits(self) -> str:
        return self.one_of(
            "%#######", "%########", "%###########", "%### #### ####", "%### ### ###"
        )

    def booking_code(self) -> str:
        return "".join(self.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6))

    def tracking(self) -> str:
        return self.one_of("JD00########", "1Z999AA10########", "RM#########GB", "H0##?A########")

    def date_of_birth(self) -> str:
        born = date(1935, 1, 1) + timedelta(days=self.random.randrange(26_500))
        return self.random.choice(
            [
                f"{born:%d/%m/%Y}",
                f"{born:%d/%m/%y}",
                f"{born:%d-%m-%Y}",
                f"{born:%d.%m.%Y}",
                f"{born:%m/%d/%Y}",
                f"{born:%Y-%m-%d}",
                f"{born.day} {born:%B %Y}",
                f"{ordinal(born.day)} {born:%B %Y}",
                f"{ordinal(born.day)} of {born:%B %Y}",
                f"{born:%B} {born.day}, {born.year}",
                f"{born.day} {born:%b %y}",
            ]
        )


SLOTS: dict[str, tuple[Callable[[Filler], str], str]] = {
    "FIRST_NAME": (Filler.first_name, "NAME"),
    "LAST_NAME": (Filler.last_name, "NAME"),
    "FULL_NAME": (Filler.full_name, "NAME"),
    "INITIAL_NAME": (Filler.initial_name, "NAME"),
    "EMAIL": (Filler.email, "EMAIL"),
    "PHONE": (Filler.phone, "PHONE"),
    "URL": (Filler.url, "URL"),
    "HANDLE": (Filler.handle, "HANDLE"),
    "HANDLE_BARE": (Filler.bare_handle, "HANDLE"),
    "POSTCODE_GB": (Filler.postcode_gb, "POSTCODE"),
    "POSTCODE_US": (Filler.postcode_us, "POSTCODE"),
    "POSTCODE_DE": (Filler.postcode_de, "POSTCODE"),
    "ADDRESS_GB": (Filler.address_gb, "ADDRESS"),
    "ADDRESS_US": (Filler.address_us, "ADDRESS"),
    "ADDRESS_DE": (Filler.address_de, "ADDRESS"),
    "CARD": (Filler.card, "CARD"),
    "IBAN": (Filler.iban, "IBAN"),
    "ACCOUNT": (Filler.account, "ACCOUNT"),
    "ACCOUNT_DIGITS": (Filler.account_digits, "ACCOUNT"),
    "ACCOUNT_PNR": (Filler.booking_code, "ACCOUNT"),
    "ACCOUNT_TRACKING": (Filler.tracking, "ACCOUNT"),
    "DOB": (Filler.date_of_birth, "DOB"),
}
