"""The shape of a table of text: its rows, columns and headers."""

from __future__ import annotations

from case import ANSWERS, HEADER, ROWS, Case, Read, Refused, csv_text, file

PLAIN = csv_text()


def _shapes() -> list[Case]:
    area = "rows and columns"
    lines = PLAIN.splitlines(keepends=True)
    wide = ["id", "nps", "why", *(f"q{n}" for n in range(2_997))]
    return [
        Case(
            area,
            "short rows",
            file("id,nps,why\n1,9\n2\n3,8,Fine by me\n"),
            Read(3, 2, 1, texts=("", "", "Fine by me")),
        ),
        Case(
            area,
            "a row with too many cells",
            file("id,nps,why\n1,9,Good\n2,3,Slow, and dear\n3,8,Fine\n"),
            Refused("Line 3 .*4 cells where the header has 3"),
        ),
        Case(
            area,
            "delimiters without end after the last cell",
            file("".join(line.rstrip("\n") + ",,,,\n" for line in lines)),
            Read(),
        ),
        Case(area, "a header and no row", file("id,nps,why\n"), Refused("no rows")),
        Case(area, "a header and blank rows", file("id,nps,why\n,,\n , ,\n"), Refused("no rows")),
        Case(
            area,
            "one row",
            file("id,nps,why\n1,9,The engineer was kind and quick\n"),
            Read(1, 1, 1, texts=("The engineer was kind and quick",)),
        ),
        Case(
            area,
            "blank lines between rows",
            file(lines[0] + "\n".join(["", *lines[1:], "", ""])),
            Read(says="rows blank"),
        ),
        Case(
            area,
            "title lines above the header",
            file("Customer survey, spring\nExported on 2 May\n\n" + PLAIN),
            Read(says="3 lines above"),
        ),
        Case(
            area,
            "a line of totals at the end",
            file(PLAIN + "Total,,3 answers\n"),
            Read(4, 3, 4, texts=(*ANSWERS, "3 answers")),
        ),
        Case(
            area,
            "the header once more in the middle",
            file(PLAIN + csv_text([("010", "9", "Quick to answer")])),
            Read(4, 4, 4, texts=(*ANSWERS, "Quick to answer")),
        ),
        Case(
            area,
            "no header",
            file("".join(",".join(row) + "\n" for row in ROWS)),
            Refused("."),
        ),
        Case(
            area,
            "3,000 columns",
            file(csv_text([(*row, *["5"] * 2_997) for row in ROWS], wide)),
            Read(),
            apart=True,
        ),
        Case(
            area,
            "100,000 columns",
            file("id,nps,why" + ",x" * 100_000 + "\n" + "1,9,Good" + "," * 100_000 + "\n"),
            Refused("columns"),
            apart=True,
        ),
        Case(
            area,
            "100,000 rows",
            file(
                "id,nps,why\n"
                + "".join(f"{n},{n % 11},Answer {n} was slow\n" for n in range(100_000))
            ),
            Read(100_000, 100_000, 100_000, texts=None),
        ),
        Case(
            area,
            "one cell of 50 MB",
            file(csv_text([("1", "9", "slow " * 10_000_000), *ROWS[1:]])),
            Read(texts=None),
            apart=True,
        ),
        Case(
            area,
            "one word of 1 MB",
            file(csv_text([("1", "9", "a" * 1_000_000), *ROWS[1:]])),
            Read(texts=("a" * 1_000_000, *ANSWERS[1:])),
        ),
        Case(
            area,
            "a table on its side",
            file("id,007,008,009\nnps,10,2,8\nwhy," + ",".join(f'"{a}"' for a in ANSWERS) + "\n"),
            Refused("."),
        ),
        Case(
            area,
            "a file of 512 MB of nothing",
            file(_sparse),
            Refused("binary data"),
            apart=True,
            slow=True,
        ),
    ]


def _sparse(path: object) -> None:
    with open(str(path), "wb") as hollow:
        hollow.truncate(1 << 29)


def _headers() -> list[Case]:
    area = "headers"
    asked = "Why did you give that score?"
    qualtrics = (
        "StartDate,EndDate,ResponseId,Q1_NPS,Q2\n"
        f'Start Date,End Date,Response ID,"How likely are you to recommend us?","{asked}"\n'
        '"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""_recordId""}",'
        '"{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}"\n'
    )
    rows = "".join(
        f'2024-05-0{n} 10:00:00,2024-05-0{n} 10:05:00,R_{n},{row[1]},"{row[2]}"\n'
        for n, row in enumerate(ROWS, 1)
    )
    twice = ("id", "nps", "why", "region", "region", "")
    return [
        Case(
            area,
            "three header rows of Qualtrics",
            file(qualtrics + rows),
            Read(says="3 rows", date="2024-05-01"),
        ),
        Case(
            area,
            "two header rows of an older Qualtrics",
            file("".join(qualtrics.splitlines(keepends=True)[:2]) + rows),
            Read(says="2 rows"),
        ),
        Case(
            area,
            "two header rows of SurveyMonkey",
            file(
                "Respondent ID,Start Date,How likely are you to recommend us?,,Why?\n"
                ",,Response,,Open-Ended Response\n"
                + "".join(
                    f'{row[0]},05/0{n}/2024 10:00,{row[1]},,"{row[2]}"\n'
                    for n, row in enumerate(ROWS, 1)
                )
            ),
            Read(says="2 rows"),
        ),
        Case(
            area,
            "repeated and empty names",
            file(csv_text([(*row, "north", "south", "west") for row in ROWS], twice)),
            Read(),
        ),
        Case(
            area,
            "names that the tables themselves use",
            file(
                csv_text(
                    [(*row, "x", "y", "z", "0", "u", "v") for row in ROWS],
                    (
                        "response_id",
                        "score",
                        "answer",
                        "group",
                        "raw_answer",
                        "has_content",
                        "sentiment",
                        "mention_id",
                        "theme_id",
                    ),
                )
            ),
            Read(),
        ),
        Case(
            area,
            "names that differ in case alone",
            file(
                csv_text(
                    [(*row, "5", "6") for row in ROWS],
                    ("id", "NPS score", "why", "Nps Score", "nps score"),
                )
            ),
            Refused("columns could be the score"),
        ),
        Case(
            area,
            "a name of 10,000 characters",
            file(csv_text([(*row, "x") for row in ROWS], (*HEADER, "n" * 10_000))),
            Read(),
        ),
        Case(
            area,
            "names with line breaks, markup and escapes",
            file(
                csv_text(
                    [(*row, *"abc") for row in ROWS],
                    (
                        "id",
                        "nps\nscore",
                        "why\x1b[31m <script>alert(1)</script>",
                        "{0}%s",
                        "=1+1",
                        "#set page()",
                    ),
                )
            ),
            Read(),
        ),
        Case(
            area,
            "two columns that could be the score",
            file(
                csv_text(
                    [(row[0], row[1], "9", row[2]) for row in ROWS], ("id", "nps_a", "nps_b", "why")
                )
            ),
            Refused('"nps_a", "nps_b"; name one with --score'),
        ),
        Case(
            area,
            "a named column that is missing",
            file(PLAIN, "survey.csv", "--score", "npss"),
            Refused('no column "npss" for the score: did you mean "nps"'),
        ),
        Case(
            area,
            "one column named for two roles",
            file(PLAIN, "survey.csv", "--score", "nps", "--segment", "nps"),
            Refused("both score and segments"),
        ),
        Case(
            area,
            "an empty name given",
            file(PLAIN, "survey.csv", "--score", ""),
            Refused('no column ""'),
        ),
    ]


def cases() -> list[Case]:
    return [*_shapes(), *_headers()]
