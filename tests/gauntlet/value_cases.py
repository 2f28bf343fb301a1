"""What stands in the cells: scores, dates, ids, answers."""

from __future__ import annotations

from collections.abc import Sequence

from case import ANSWERS, HEADER, ROWS, Case, Read, Refused, csv_text, file


def scored(*scores: str) -> str:
    return csv_text([(f"{n}", score, ANSWERS[n % 3]) for n, score in enumerate(scores)])


def _scores() -> list[Case]:
    area = "scores"
    named = ("survey.csv", "--score", "nps")

    def case(name: str, expect: Read | Refused, *scores: str) -> Case:
        return Case(area, name, file(scored(*scores), *named), expect)

    def read(given: int, of: int = 3, **more: object) -> Read:
        return Read(of, given, of, texts=None, **more)  # type: ignore[arg-type]

    return [
        case("words in place of numbers", Refused("reads as a whole number"), "nine", "two", "ten"),
        Case(
            area,
            "words in a column not named",
            file(scored("nine", "two", "ten")),
            Refused("No column looks like a score"),
        ),
        case("words among numbers", read(2), "9", "ten", "3"),
        case(
            "10 - Extremely likely",
            read(3),
            "10 - Extremely likely",
            "0 = not at all likely",
            "Likely (7)",
        ),
        case("9/10 and 7 out of 10", read(3), "9/10", "7 out of 10", " 8 "),
        case("decimals", read(2), "9.0", "8,0", "7.5"),
        case("beyond 0 to 10", read(1), "11", "-1", "10"),
        case("percentages", read(1), "90%", "20%", "8"),
        Case(
            area,
            "infinite, not a number, too large",
            file(scored("inf", "NaN", "9" * 400, "1e400", "8"), *named),
            read(1, 5),
        ),
        case("digits of other scripts", read(3), "٩", "９", "२"),
        case("true and false", Refused("reads as a whole number"), "TRUE", "FALSE", "TRUE"),
        case("none given", Refused("reads as a whole number"), "", "n/a", "NULL"),
        case("formulas as text", read(1), "=1+8", "@SUM(9)", "8"),
        Case(
            area,
            "a scale of 1 to 5 in a column called score",
            file(
                csv_text(
                    [(str(n), str(1 + n % 5), ANSWERS[n % 3]) for n in range(20)],
                    ("id", "score", "why"),
                )
            ),
            Refused("No column looks like a score"),
        ),
        Case(area, "only one score among three", file(scored("", "9", ""), *named), read(1)),
    ]


def dated(*dates: str) -> str:
    rows = [(*row, date) for row, date in zip(ROWS, dates, strict=True)]
    return csv_text(rows, (*HEADER, "date"))


def _dates() -> list[Case]:
    area = "dates"
    good: list[tuple[str, Sequence[str]]] = [
        ("2024-05-03", ("2024-05-03", "2024-05-28", "2024-06-01")),
        ("03/05/2024, day first", ("03/05/2024", "28/05/2024", "01/06/2024")),
        ("05/03/2024, month first", ("05/03/2024 09:15", "05/28/2024 10:00", "06/01/2024 1:00 PM")),
        ("3.5.24", ("3.5.24", "28.5.24", "1.6.24")),
        ("3 May 2024", ("3 May 2024", "28 May 2024", "1 June 2024")),
        ("May 3, 2024", ("May 3, 2024", "May 28, 2024", "Jun 1, 2024 2:00 PM")),
        ("20240503", ("20240503", "20240528", "20240601")),
        (
            "2024-05-03T09:15:00Z",
            ("2024-05-03T09:15:00Z", "2024-05-28T09:15:00+02:00", "2024-06-01T00:00:00Z"),
        ),
        ("2024/5/3", ("2024/5/3", "2024/5/28", "2024/6/1")),
        ("days since 1900, as Excel counts", ("45415", "45440", "45444.5")),
    ]
    named = ("survey.csv", "--date", "date")
    return [
        *(
            Case(area, name, file(dated(*dates), *named), Read(date="2024-05-03"))
            for name, dates in good
        ),
        Case(
            area,
            "impossible dates among possible ones",
            file(dated("2024-05-03", "31/02/2024", "2023-02-29"), *named),
            Read(date="2024-05-03", says="date unreadable"),
        ),
        Case(
            area,
            "only impossible dates",
            file(dated("31/02/2024", "99/99/9999", "00/00/0000"), *named),
            Refused("reads as a date"),
        ),
        Case(
            area,
            "years 0001 and 9999",
            file(dated("2024-05-03", "0001-01-01", "9999-12-31"), *named),
            Read(date="2024-05-03", says="date unreadable"),
        ),
        Case(
            area,
            "day first and month first in one column",
            file(dated("03/05/2024", "28/05/2024", "05/28/2024"), *named),
            Read(date="2024-05-03", says="date unreadable"),
        ),
        Case(
            area,
            "words for dates",
            file(dated("yesterday", "soon", "May"), *named),
            Refused("reads as a date"),
        ),
    ]


def _cells() -> list[Case]:
    area = "ids and answers"
    long_number = "1" * 5000

    def told(*answers: str, named: bool = True) -> object:
        rows = [(row[0], row[1], answer) for row, answer in zip(ROWS, answers, strict=True)]
        more = ("--answer", "why") if named else ()
        return file(csv_text(rows), "survey.csv", *more)

    def known(*ids: str) -> object:
        return file(csv_text([(name, *row[1:]) for name, row in zip(ids, ROWS, strict=True)]))

    def answers(name: str, *texts: str, given: int = 3) -> Case:
        shown = [text if text.strip() else "" for text in texts]
        return Case(area, name, told(*texts), Read(answers=given, texts=shown))  # type: ignore[arg-type]

    return [
        Case(
            area,
            "ids repeated",
            file(csv_text([("7", *row[1:]) for row in ROWS]), "s.csv", "--id", "id"),
            Read(ids=["7", "7-2", "7-3"], says="duplicate id"),
        ),
        Case(
            area,
            "ids empty",
            file(csv_text([("", *row[1:]) for row in ROWS]), "s.csv", "--id", "id"),
            Read(ids=["R000001", "R000002", "R000003"]),
        ),
        Case(
            area, "ids with zeros in front", known("007", "08", "0"), Read(ids=["007", "08", "0"])
        ),  # type: ignore[arg-type]
        Case(
            area,
            "ids of 5,000 digits",
            known(long_number, "2", "3"),
            Read(ids=[long_number, "2", "3"]),
        ),  # type: ignore[arg-type]
        Case(
            area,
            "ids that are formulas, markup and paths",
            known("=cmd|'/c calc'!A0", "<b>", "../../x"),
            Read(ids=["=cmd|'/c calc'!A0", "<b>", "../../x"]),
        ),  # type: ignore[arg-type]
        answers("only emoji and punctuation", "😀😀👍🏽", "!!!", "?"),
        answers("blanks of every kind", " ", "\u00a0\u2003", "\t", given=0),
        answers(
            "written from right to left, with marks that turn text",
            "\u202egnihtyreve",
            "שירות מעולה",
            "خدمة ممتازة",
        ),
        answers(
            "letters under heaps of accents", "Z" + "\u0310\u0316" * 300 + "algo", "ok", "fine"
        ),
        answers(
            "HTML, Typst, LaTeX, Markdown",
            "<img src=x onerror=alert(1)>",
            '#read("/etc/passwd")',
            "\\input{/etc/passwd} **x**",
        ),
        answers(
            "format strings and template marks", "%s%n{0}{{7*7}}${7*7}", "%(x)s", "{__class__}"
        ),
        answers("all the same", "Good", "Good", "Good"),
        Case(
            area,
            "no free text at all",
            file(csv_text([("1", "9", "3"), ("2", "8", "4")], ("id", "nps", "ease"))),
            Refused("No column looks like free text"),
        ),
        Case(
            area,
            "personal data beside the answers",
            file(
                csv_text(
                    [(*row, "ann@example.com", "07700 900123") for row in ROWS],
                    (*HEADER, "email", "phone"),
                )
            ),
            Read(),
        ),
    ]


def cases() -> list[Case]:
    return [*_scores(), *_dates(), *_cells()]
