"""Files of text: encodings, delimiters and quotation marks."""

from __future__ import annotations

from collections.abc import Sequence

from case import ANSWERS, ROWS, Case, Read, Refused, csv_text, file

PLAIN = csv_text()
FRENCH = (
    "Très cher, mais le café était bon",
    "Ça marche à peu près, dès que ça démarre",
    "Le technicien est arrivé en retard à cause de la neige",
)
JAPANESE = (
    "対応がとても早くて助かりました。また利用したいです",
    "電話がつながらず、一時間も待たされました",
    "料金は安いですが、アプリが遅いと感じます",
)
RUSSIAN = (
    "Обслуживание было отличным, мастер приехал вовремя и всё объяснил",
    "Интернет постоянно отключается, поддержка отвечает только через час",
    "Цена выросла второй раз за год, и никто не предупредил об этом",
)
CHINESE = (
    "师傅准时到达，安装得很快，态度也非常好",
    "打电话等了一个小时也没有人接，非常失望",
    "价格合理，但是手机应用程序经常打不开",
)


def told(answers: Sequence[str]) -> str:
    return csv_text([(*row[:2], answer) for row, answer in zip(ROWS, answers, strict=True)])


def _encodings() -> list[Case]:
    area = "encoding"
    return [
        Case(area, "UTF-8", file(told(FRENCH).encode()), Read(texts=FRENCH, says="utf-8")),
        Case(
            area,
            "UTF-8 with a byte order mark",
            file(told(FRENCH).encode("utf-8-sig")),
            Read(texts=FRENCH, says="utf-8-sig", ids=["007", "008", "009"]),
        ),
        Case(
            area,
            "Windows-1252, with € and curly quotes",
            file(told(("“Worth” every €", *FRENCH[1:])).encode("cp1252")),
            Read(texts=("“Worth” every €", *FRENCH[1:]), says="cp1252"),
        ),
        Case(
            area,
            "UTF-16 as Excel saves it",
            file(told(FRENCH).encode("utf-16")),
            Read(texts=FRENCH),
        ),
        Case(
            area,
            "UTF-16 big-endian",
            file(b"\xfe\xff" + told(FRENCH).encode("utf-16-be")),
            Read(texts=FRENCH),
        ),
        Case(
            area,
            "UTF-16 without a mark",
            file(told(FRENCH).encode("utf-16-le")),
            Read(texts=FRENCH, says="utf-16-le"),
        ),
        Case(area, "UTF-32", file(told(FRENCH).encode("utf-32")), Read(texts=FRENCH)),
        Case(
            area,
            "UTF-16 cut off in the middle of a character",
            file(told(FRENCH).encode("utf-16")[:-3]),
            Read(texts=None),
        ),
        Case(area, "Shift-JIS", file(told(JAPANESE).encode("shift-jis")), Read(texts=JAPANESE)),
        Case(area, "EUC-JP", file(told(JAPANESE).encode("euc-jp")), Read(texts=JAPANESE)),
        Case(area, "GB 18030", file(told(CHINESE).encode("gb18030")), Read(texts=CHINESE)),
        Case(
            area, "Windows-1251, Russian", file(told(RUSSIAN).encode("cp1251")), Read(texts=RUSSIAN)
        ),
        Case(
            area,
            "UTF-8 with one broken character",
            file(told(FRENCH).encode().replace("Très".encode(), b"Tr\xc3s")),
            Read(
                texts=("Tr\ufffds cher, mais le café était bon", *FRENCH[1:]), says="1 characters"
            ),
        ),
        Case(
            area,
            "UTF-8 cut off in the middle of a character",
            file(told((*FRENCH[:2], "Trop d'été")).encode().rstrip()[:-1]),
            Read(texts=(*FRENCH[:2], "Trop d'ét\ufffd")),
        ),
        Case(
            area,
            "two files joined, the second with its own byte order mark",
            file(
                PLAIN.encode("utf-8-sig")
                + csv_text([("010", "9", "Quick to answer")]).encode("utf-8-sig")
            ),
            Read(4, 4, 4, texts=(*ANSWERS, "Quick to answer")),
        ),
        Case(
            area,
            "half UTF-8, half Windows-1252",
            file(
                csv_text([("1", "9", FRENCH[0]), ("2", "3", FRENCH[1])]).encode()
                + '3,8,"Réparé à la première visite"\n'.encode("cp1252")
            ),
            Read(texts=None),
        ),
        Case(
            area,
            "surrogates encoded as if they were characters",
            file(PLAIN.encode().replace(b"kind", b"kind \xed\xa0\xbd\xed\xb8\x80")),
            Read(texts=None),
        ),
        Case(
            area,
            "NUL characters inside answers",
            file(PLAIN.replace("kind", "ki\0nd\0")),
            Read(says="2 NUL characters"),
        ),
        Case(
            area,
            "control characters and terminal escapes in answers",
            file(csv_text([("1", "9", "\x1b[2J\x1b]0;owned\x07 gone"), *ROWS[1:]])),
            Read(texts=("\x1b[2J\x1b]0;owned\x07 gone", *ANSWERS[1:])),
        ),
        Case(area, "an empty file", file(b""), Refused("is empty")),
        Case(area, "nothing but a byte order mark", file(b"\xef\xbb\xbf"), Refused("is empty")),
        Case(area, "nothing but blank lines", file("\n \n\t\r\n"), Refused("is empty")),
        Case(area, "random bytes", file(bytes(range(256)) * 20), Refused("binary data")),
        Case(area, "only NUL bytes", file(bytes(4096)), Refused("binary data")),
    ]


def _delimiters() -> list[Case]:
    area = "delimiters and quotes"
    quoted = ("He said \"no\", then 'maybe'", 'Say "hello";\tor | nothing', ANSWERS[2])
    numbers = [
        ("1", "9", "1,5", FRENCH[0]),
        ("2", "3", "2,0", FRENCH[1]),
        ("3", "8", "0,5", FRENCH[2]),
    ]
    return [
        *(
            Case(area, name, file(csv_text(delimiter=mark)), Read(says=name))
            for mark, name in [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
        ),
        Case(
            area,
            "semicolons with decimal commas",
            file(csv_text(numbers, ("id", "nps", "weight", "why"), ";")),
            Read(texts=FRENCH, says="weight"),
        ),
        Case(
            area,
            "Excel's line sep=; above the header",
            file("sep=;\r\n" + csv_text(delimiter=";")),
            Read(says="semicolon"),
        ),
        Case(area, "quotation marks doubled in cells", file(told(quoted)), Read(texts=quoted)),
        Case(
            area,
            "quotation marks in the middle of unquoted cells",
            file('id,nps,why\n1,9,The so-called "expert" came\n2,3,A 6" pipe\n3,8,Fine by me\n'),
            Read(texts=('The so-called "expert" came', 'A 6" pipe', "Fine by me")),
        ),
        Case(
            area,
            "a quotation mark never closed, near the end",
            file('id,nps,why\n1,9,Good work\n2,3,"Slow to answer\n3,8,Fine by me\n'),
            Refused("quotation mark.*line 3 "),
        ),
        Case(
            area,
            "a quotation mark never closed, before 20,000 rows",
            file(
                'id,nps,why\n0,9,"Good work\n'
                + "".join(f"{n},3,Slow again\n" for n in range(20_000))
            ),
            Refused("quotation mark.*line 2 "),
        ),
        Case(
            area,
            "a stray quotation mark that hides rows",
            file(
                "id,nps,region,why\n"
                + "".join(f"{n},{n % 11},north,{'“' if n else ''}Answer {n}\n" for n in range(5))
                + '5,9,north,"Opens here\n'
                + "".join(f"{n},3,north,Hidden {n}\n" for n in range(6, 30))
                + '30,9,north,Closes here"\n'
            ),
            Refused("24 further rows"),
        ),
        Case(
            area,
            "line breaks of three kinds inside cells",
            file(told(("One\nTwo\n\nThree", "Four\r\nFive", "Six\rSeven"))),
            Read(texts=("One\nTwo\n\nThree", "Four\r\nFive", "Six\rSeven")),
        ),
        Case(area, "lines ended by CR LF", file(csv_text(end="\r\n")), Read()),
        Case(area, "lines ended by CR alone, as old Macs do", file(csv_text(end="\r")), Read()),
        Case(
            area,
            "lines ended in different ways",
            file(
                "id,nps,why\r\n" + ",".join(ROWS[0]) + "\n" + "008,2,Nobody called\r009,8,Fine\r\n"
            ),
            Read(texts=(ANSWERS[0], "Nobody called", "Fine")),
        ),
        Case(
            area,
            "Unicode line separators inside cells",
            file(told(("Good\u2028work", "Slow\x85answer", "Dear\x0cme"))),
            Read(texts=("Good\u2028work", "Slow\x85answer", "Dear\x0cme")),
        ),
        Case(
            area,
            "quotation marks escaped by backslashes",
            file('id,nps,why\n1,9,"She said \\"well done\\" twice"\n2,3,Slow\n3,8,Fine\n'),
            Read(texts=None),
        ),
        Case(
            area,
            "header parted by commas, rows by semicolons",
            file("id,nps,why\n" + "".join(";".join(row) + "\n" for row in ROWS)),
            Refused("."),
        ),
        Case(area, "one column", file("why\nGood, really\nBad\n"), Refused("only one column")),
        Case(
            area,
            "no line break at the end, blanks around cells",
            file("id , nps , why \n007 , 10 , Kind \n008 , 2 , Slow \n009 , 8 , Dear "),
            Read(texts=(" Kind ", " Slow ", " Dear ")),
        ),
    ]


def cases() -> list[Case]:
    return [*_encodings(), *_delimiters()]
