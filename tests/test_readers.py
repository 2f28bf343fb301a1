"""Reading survey files as they come: any encoding, any format, any damage."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.readers import read_survey

ROWS = [
    ("007", "9", "Café staff were lovely, “worth every £” as they say"),
    ("008", "2", "The lift was broken;\nnobody told us"),
    ("009", "", 'He said "not my job" and hung up'),
    ("010", "10 - Extremely likely", ""),
]
ANSWERS = [row[2] for row in ROWS]


def written(rows: Sequence[tuple[str, ...]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(("id", "nps", "comment"))
    writer.writerows(rows)
    return text.getvalue()


def saved(folder: Path, content: str | bytes, name: str = "survey.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(FeedbackError) as error:
        read_survey(path, **options)  # type: ignore[arg-type]
    message = str(error.value)
    assert message.isprintable()
    return message


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(
    tmp_path: Path, encoding: str, found: str, delimiter: str
) -> None:
    survey = read_survey(saved(tmp_path, written(ROWS, delimiter).encode(encoding)))
    assert survey.source["encoding"] == found
    assert survey.responses["response_id"].tolist() == ["007", "008", "009", "010"]
    assert survey.responses["raw_answer"].tolist() == ANSWERS
    assert survey.responses["score"].tolist() == [9, 2, pd.NA, 10]


def test_utf_16_big_endian_with_its_mark(tmp_path: Path) -> None:
    content = b"\xfe\xff" + written(ROWS).encode("utf-16-be")
    assert read_survey(saved(tmp_path, content)).responses["raw_answer"].tolist() == ANSWERS


def test_a_legacy_encoding_beyond_the_west_is_recognised(tmp_path: Path) -> None:
    answers = [
        "Обслуживание было отличным, мастер приехал вовремя и всё объяснил",
        "Интернет постоянно отключается, поддержка отвечает только через час",
        "Цена выросла второй раз за год, и никто не предупредил об этом",
    ]
    rows = [(str(at), str(at), answer) for at, answer in enumerate(answers, start=6)]
    survey = read_survey(saved(tmp_path, written(rows).encode("cp1251")))
    assert survey.responses["raw_answer"].tolist() == answers


def test_utf_8_with_one_broken_character_stays_utf_8(tmp_path: Path) -> None:
    answers = ["Très cher, mais le café était bon", "Ça marche à peu près, dès que ça démarre"]
    rows = [(str(at), "9", answer) for at, answer in enumerate(answers * 2)]
    content = written(rows).encode().replace("Très".encode(), b"Tr\xc3s", 1)
    survey = read_survey(saved(tmp_path, content))
    assert survey.responses["raw_answer"].tolist()[1:] == [answers[1], *answers]
    assert survey.source["unreadable"] == "1 characters"


def test_nul_characters_are_removed_and_counted(tmp_path: Path) -> None:
    content = written(ROWS).replace("lovely", "lo\0vely\0")
    survey = read_survey(saved(tmp_path, content))
    assert survey.responses["raw_answer"].tolist() == ANSWERS
    assert survey.source["removed"] == "2 NUL characters"


def test_excels_own_line_about_the_delimiter_and_titles_are_passed_over(tmp_path: Path) -> None:
    survey = read_survey(saved(tmp_path, "sep=;\r\n" + written(ROWS, ";")))
    assert survey.responses["raw_answer"].tolist() == ANSWERS
    survey = read_survey(saved(tmp_path, "Customer survey, spring\n\n" + written(ROWS, ";")))
    assert survey.responses["raw_answer"].tolist() == ANSWERS
    assert survey.source["skipped"] == "2 lines above the header"


def test_short_rows_are_filled_and_empty_extra_cells_forgiven(tmp_path: Path) -> None:
    survey = read_survey(saved(tmp_path, "id,nps,comment\n1,9\n2,3,Slow,,\n\n3,8,Fine\n"))
    assert survey.responses["raw_answer"].tolist() == ["", "Slow", "Fine"]
    assert survey.counts["rows_read"] == 4
    assert survey.counts["rows_blank"] == 1


def test_a_row_with_more_cells_than_the_header_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path, 'id,nps,comment\n1,9,"Good\nand fast"\n2,3,Slow, and dear\n3,8,Fine\n')
    message = refusal(path)
    assert "Line 4 " in message
    assert "4 cells where the header has 3" in message


def test_a_quotation_never_closed_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path, 'id,nps,comment\n1,9,"Good\nand fast"\n2,3,"Slow\n3,8,Fine\n')
    message = refusal(path)
    assert "quotation mark" in message
    assert "line 4 " in message


def test_rows_hidden_by_a_stray_quotation_mark_are_not_lost_silently(tmp_path: Path) -> None:
    rows = [f"{at},9,north,Answer number {at}" for at in range(40)]
    rows[5] = '5,9,north,"Answer that opens'
    rows[30] = '30,9,north,Answer that closes"'
    message = refusal(saved(tmp_path, "\n".join(["id,nps,region,comment", *rows])))
    assert "24 further rows" in message


def test_a_long_answer_of_many_lines_is_no_damage(tmp_path: Path) -> None:
    letter = "Dear all,\n\nI waited, and waited.\nThen, at last, it came.\n\n\nYours, a customer\n"
    rows = [("1", "9", letter), ("2", "3", "Slow")]
    survey = read_survey(saved(tmp_path, written(rows)))
    assert survey.responses["raw_answer"].tolist() == [letter, "Slow"]


def test_headers_are_made_unique(tmp_path: Path) -> None:
    path = saved(tmp_path, "nps,comment, region ,region,,\n9,Good,a,b,c,\n2,Bad,a,b,c,\n")
    responses = read_survey(path, segments=[]).responses
    assert list(responses.columns[4:]) == ["region", "region_2", "column_5"]


def test_the_question_may_be_a_text_a_column_or_the_header(tmp_path: Path) -> None:
    path = saved(tmp_path, "nps,Why did you say so?,asked\n9,Good,Q one\n2,Bad,Q one\n")
    survey = read_survey(path, answer="Why did you say so?")
    assert (survey.question, survey.columns.question) == ("Why did you say so?", None)
    survey = read_survey(path, answer="Why did you say so?", question="What for?")
    assert (survey.question, survey.columns.question) == ("What for?", None)
    survey = read_survey(path, answer="Why did you say so?", question="asked")
    assert (survey.question, survey.columns.question) == (None, "asked")


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def test_excel_takes_the_first_sheet_that_holds_a_table(tmp_path: Path) -> None:
    table: list[list[object]] = [
        ["Export of May"],
        [],
        ["id", "nps", "comment", "date"],
        ["007", 9, "Good value", pd.Timestamp("2024-05-02 09:00")],
        [8, 2.0, "=HYPERLINK(1)", None],
    ]
    path = workbook(tmp_path / "s.xlsx", {"Notes": [["Read me"]], "Data": table, "More": table})
    renamed = path.rename(tmp_path / "really_excel.csv")
    survey = read_survey(renamed)
    assert survey.source["format"] == "excel"
    assert survey.source["sheet"] == "Data, the first of 3 sheets that holds a table"
    assert survey.responses["response_id"].tolist() == ["007", "8"]
    assert survey.responses["score"].tolist() == [9, 2]
    assert survey.responses["date"][0] == pd.Timestamp("2024-05-02 09:00")
    assert read_survey(renamed, sheet="more").source["sheet"] == "More"
    assert '"Notes", "Data", "More"' in refusal(renamed, sheet="Results")
    assert "no table" in refusal(renamed, sheet="Notes")


def test_parquet_of_any_types(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "id": [2**60 + 1, 5, 6, 7],
            "nps": pd.array([9, None, 3, 10], dtype="Int64"),
            "comment": [*ANSWERS[:3], None],
            "date": pd.to_datetime(
                pd.Series(["2024-05-01", "", "2024-05-03", "2024-05-04"])
            ).to_numpy(),
            "region": pd.Categorical(["north", "south", "north", "south"]),
            "ease rating": [4.0, np.nan, 1.0, 5.0],
        },
        index=[3, 4, 9, 11],
    )
    path = tmp_path / "s.parquet"
    table.to_parquet(path)
    survey = read_survey(path)
    assert survey.responses["response_id"][0] == str(2**60 + 1)
    assert survey.responses["score"].tolist() == [9, pd.NA, 3, 10]
    assert survey.responses["raw_answer"].tolist() == [*ANSWERS[:3], ""]
    assert survey.columns.segments == ("region",)
    assert survey.columns.csat == ("ease rating",)
    assert not [name for name in survey.responses if str(name).startswith("__")]


def test_spss_keeps_the_numbers_of_scales_and_the_labels_of_codes(tmp_path: Path) -> None:
    path = tmp_path / "s.sav"
    pyreadstat.write_sav(
        pd.DataFrame(
            {
                "Q1": [9.0, 0.0, 10.0, np.nan],
                "Q2": ["Quick and friendly", "My order came in pieces", "A fair price", ""],
                "REG": [1.0, 2.0, 1.0, 2.0],
                "Q3": [1.0, 5.0, 4.0, 2.0],
            }
        ),
        path,
        column_labels=[
            "How likely are you to recommend us?",
            "What is the main reason for your score?",
            "Region",
            "How satisfied are you overall?",
        ],
        variable_value_labels={
            "Q1": {0: "Not at all likely", 10: "Extremely likely"},
            "REG": {1: "North", 2: "South"},
            "Q3": {1: "Very bad", 2: "Bad", 3: "Neither", 4: "Good", 5: "Very good"},
        },
    )
    survey = read_survey(path)
    assert survey.source["format"] == "spss"
    assert survey.responses["score"].tolist() == [9, 0, 10, pd.NA]
    assert survey.question == "What is the main reason for your score?"
    assert survey.columns.segments == ("REG",)
    assert survey.responses["REG"].tolist() == ["North", "South", "North", "South"]
    assert survey.responses["Q3"].tolist() == [1.0, 5.0, 4.0, 2.0]
    assert read_survey(path, csat=["REG"]).responses["REG"].tolist() == [1.0, 2.0, 1.0, 2.0]


def test_the_name_and_the_source_say_where_a_survey_came_from(tmp_path: Path) -> None:
    survey = read_survey(saved(tmp_path, written(ROWS), "Spring Wave (2).csv"))
    assert survey.name == "spring_wave_2"
    assert survey.source["path"] == "Spring Wave (2).csv"
    assert len(survey.source["sha256"]) == 64
    assert read_survey(tmp_path / "Spring Wave (2).csv", name="../Wave 2").name == "wave_2"


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
ENCRYPTED = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n \n\t\n", "is empty"),
        ("mark.csv", b"\xef\xbb\xbf", "is empty"),
        ("picture.csv", PNG, "a PNG picture"),
        ("noise.csv", bytes(range(256)) * 20, "binary data"),
        ("report.csv", b"%PDF-1.7 ...", "a PDF document"),
        ("packed.csv", b"\x1f\x8b\x08\0\0\0\0\0", "unpack it"),
        ("header.csv", b"id,nps,comment\n", "has no rows"),
        ("rows.csv", b"id,nps,comment\n,,\n , ,\n", "no rows"),
        ("one.csv", b"comment\nGood, really\nBad\n", "only one column"),
        ("single.csv", b"nps\n9\n2\n", "only one column"),
        ("locked.xlsx", ENCRYPTED, "protected by a password"),
        ("old.xls", ENCRYPTED[:300], "old Office format"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100), "damaged"),
        ("cut.parquet", b"PAR1" + bytes(40), "damaged or cut off"),
        ("cut.sav", b"$FL2@(#) SPSS" + bytes(40), "damaged or cut off"),
    ],
)
def test_what_is_no_survey_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = saved(tmp_path, content, name)
    with pytest.raises(FeedbackError, match=says) as error:
        read_survey(path)
    assert str(error.value).isprintable()
    assert str(error.value).endswith(".")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "absent.csv")
    assert "is a folder" in refusal(tmp_path)
    assert "sheets" in refusal(saved(tmp_path, written(ROWS)), sheet="Data")


def test_a_file_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, written(ROWS))
    path.chmod(0)
    if os.access(path, os.R_OK):  # the administrator may read everything

        def forbidden(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", forbidden)
    assert "no permission" in refusal(path)


def test_packed_files_and_damaged_workbooks_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no .xlsx workbook" in refusal(other)
    whole = workbook(tmp_path / "whole.xlsx", {"Data": [["nps", "comment"], [9, "Good"]]})
    hollow = tmp_path / "hollow.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(hollow, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            target.writestr(member, content[:40] if "sheet1" in member else content)
    assert "damaged" in refusal(hollow)


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    pd.DataFrame({"nps": [9], "comment": ["Good"]}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-30])
    assert "cut off" in refusal(path)


# cp1252 holds these; what cannot be encoded at all is no question of reading.
letters = st.characters(codec="cp1252", exclude_characters="\0", exclude_categories=["Cc"])
answer = st.text(st.one_of(letters, st.sampled_from('\n,;"|\t')), max_size=30)
rows = st.lists(st.tuples(st.sampled_from(["0", "7", "10", ""]), answer), max_size=8)


@settings(max_examples=120, deadline=None)
@given(
    rows=rows,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    delimiter=st.sampled_from(",;\t|"),
)
def test_a_written_table_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
    encoding: str,
    delimiter: str,
) -> None:
    folder = tmp_path_factory.getbasetemp()
    # Mostly ASCII, as Western text is; a file of accents alone may be taken for another encoding.
    plain = "Fine — déjà vu, " + "and nothing more to say " * 50
    numbered = [("0", "9", plain.strip()), *((str(at), *row) for at, row in enumerate(rows, 1))]
    path = saved(folder, written(numbered, delimiter).encode(encoding), "round.csv")
    survey = read_survey(path, score="nps", answer="comment", response_id="id")
    expected = [row[2] if row[2].strip() else "" for row in numbered]
    assert survey.responses["raw_answer"].tolist() == expected
    scores = [row[1] for row in numbered]
    assert survey.responses["score"].astype("string").fillna("").tolist() == scores
