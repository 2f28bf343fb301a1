"""Public data sets: read from a folder, downloaded whole or not at all, with clear errors."""

from __future__ import annotations

import base64
import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

import feedback_nlp as fn
from feedback_nlp import datasets
from feedback_nlp.cli import main
from feedback_nlp.datasets import DATA_SETS
from feedback_nlp.r_tables import read_r_tables

# Shaped like the publisher's file; the reviews are made up.
SEATS = (
    '"airline_name","link","title","author","author_country","date","content","aircraft",'
    '"seat_layout","date_flown","cabin_flown","type_traveller","overall_rating",'
    '"seat_legroom_rating","seat_recline_rating","seat_width_rating","aisle_space_rating",'
    '"viewing_tv_rating","power_supply_rating","seat_storage_rating","recommended"\n'
    '"kite-air","/seat-reviews/kite-air","Kite Air customer review","Ann Example","Malta",'
    '"2015-03-01","Knees in the tray table, but a ""wide"" screen.","A320","3x3","","Economy",'
    '"Business","3.0","1","2","3","3","0.0","","","0"\n'
    '"kite-air","/seat-reviews/kite-air","Kite Air customer review","Bo Example","",'
    '"2015-03-02","Row 12 has all the room one can wish for.","A320","3x3","","Economy","Business",'
    '"9.0","5","4","4","4","4.0","2.0","5.0","1"\n'
)
TIDY_SEATS = (
    "airline_name,title,author_country,date,content,aircraft,seat_layout,date_flown,cabin_flown,"
    "type_traveller,overall_rating,seat_legroom_rating,seat_recline_rating,seat_width_rating,"
    "aisle_space_rating,viewing_tv_rating,power_supply_rating,seat_storage_rating,recommended\n"
    'kite-air,Kite Air customer review,Malta,2015-03-01,"Knees in the tray table, but a ""wide"" '
    'screen.",A320,3x3,,Economy,Business,3.0,1,2,3,3,0.0,,,0\n'
    "kite-air,Kite Air customer review,,2015-03-02,Row 12 has all the room one can wish for.,"
    "A320,3x3,,Economy,Business,9.0,5,4,4,4,4.0,2.0,5.0,1\n"
)


class Publisher(http.server.BaseHTTPRequestHandler):
    """Serves a file, a file that breaks off, an error page, or another file."""

    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/missing.csv":
            self.send_error(404)
            return
        content = SEATS.replace("wide", "narrow") if self.path == "/changed.csv" else SEATS
        content = "<html>Please log in</html>" if self.path == "/login.csv" else content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        half = len(content) // 2 if self.path == "/cut.csv" else len(content)
        self.wfile.write(content[:half].encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.delenv("FEEDBACK_NLP_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(Publisher, "asked", [])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def publish(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    digest = hashlib.sha256(TIDY_SEATS.encode()).hexdigest()
    changed = replace(DATA_SETS["skytrax_seat"], url=url, sha256=digest)
    monkeypatch.setitem(datasets.DATA_SETS, "skytrax_seat", changed)


def test_a_download_is_tidied_checked_kept_and_not_repeated(
    publisher, tmp_path, monkeypatch, capsys
):
    publish(monkeypatch, f"{publisher}/seat.csv")
    survey = fn.fetch_skytrax("seat", data_home=tmp_path)
    said = capsys.readouterr().err
    assert "licence: not stated by Skytrax" in said
    assert "quankiquanki" in said
    assert (tmp_path / "skytrax_seat.csv").read_text() == TIDY_SEATS
    assert [path.name for path in tmp_path.iterdir()] == ["skytrax_seat.csv"]
    assert survey.responses["score"].tolist() == [3, 9]
    assert survey.responses["seat_legroom_rating"].tolist() == [1, 5]
    assert survey.columns.outcomes == ("recommended",)
    fn.fetch_skytrax("seat", data_home=tmp_path, download_if_missing=False)
    assert Publisher.asked == ["/seat.csv"]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("changed.csv", "not the table that figures were measured on"),
        ("cut.csv", "broke off"),
        ("missing.csv", "error 404"),
        ("login.csv", "is not the file that skytrax_seat is made from"),
    ],
)
def test_a_download_that_fails_is_one_sentence_and_leaves_nothing(
    page, says, publisher, tmp_path, monkeypatch
):
    publish(monkeypatch, f"{publisher}/{page}")
    with pytest.raises(fn.FeedbackError, match=says) as caught:
        fn.fetch_skytrax("seat", data_home=tmp_path)
    assert "nothing was kept" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_offline_is_said_and_leaves_nothing(publisher, tmp_path, monkeypatch):
    publish(monkeypatch, "http://127.0.0.1:9/seat.csv")
    with pytest.raises(fn.FeedbackError, match=r"could not be reached.*FEEDBACK_NLP_DATA"):
        fn.fetch_skytrax("seat", data_home=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_damaged_copy_in_the_cache_is_named_and_not_used(publisher, tmp_path, monkeypatch):
    publish(monkeypatch, f"{publisher}/seat.csv")
    (tmp_path / "skytrax_seat.csv").write_text(TIDY_SEATS[:-40])
    with pytest.raises(fn.FeedbackError, match="SHA-256 differs"):
        fn.fetch_skytrax("seat", data_home=tmp_path)
    assert not Publisher.asked


def test_nothing_is_downloaded_unless_it_may_be(publisher, tmp_path, monkeypatch):
    publish(monkeypatch, f"{publisher}/seat.csv")
    with pytest.raises(fn.FeedbackError, match="downloading was not allowed"):
        fn.fetch_skytrax("seat", data_home=tmp_path, download_if_missing=False)
    monkeypatch.setenv("FEEDBACK_NLP_DATA", str(tmp_path))
    with pytest.raises(fn.FeedbackError, match="the folder that FEEDBACK_NLP_DATA names"):
        fn.fetch_skytrax("seat")
    assert main(["datasets"]) == 0
    assert not Publisher.asked


def test_there_are_two_parts_of_the_reviews():
    with pytest.raises(fn.FeedbackError, match="seat and lounge"):
        fn.fetch_skytrax("airline")


def test_the_command_lists_what_there_is_and_where(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FEEDBACK_NLP_DATA", str(tmp_path))
    (tmp_path / "telecom_nps.csv").write_text("")
    assert main(["datasets"]) == 0
    said = capsys.readouterr().out
    for data_set in DATA_SETS.values():
        assert data_set.about in said
        assert data_set.source in said
        assert data_set.licence in said
    assert str(tmp_path / "telecom_nps.csv") in said
    assert said.count("not on this machine") == 3


@pytest.mark.parametrize(
    ("fetch", "rows", "scores", "group_of"),
    [
        (lambda: fn.fetch_telecom_nps(verbose=False), 2385, 2353, {"T0002": "promoter"}),
        (lambda: fn.fetch_skytrax("seat", verbose=False), 1258, 1257, {}),
        (lambda: fn.fetch_skytrax("lounge", verbose=False), 2264, 2192, {}),
        # "Very good" is the best of five.
        (
            lambda: fn.fetch_nhs_fft(verbose=False),
            5096,
            5018,
            {"NEAS PTS 531 - Q1": "promoter", "NEAS PTS 615 - Q1": "detractor"},
        ),
    ],
    ids=["telecom", "seat", "lounge", "nhs"],
)
def test_the_real_surveys_are_read_from_a_folder(
    fetch, rows, scores, group_of, shared, monkeypatch
):
    monkeypatch.setenv("FEEDBACK_NLP_DATA", str(shared))
    survey = fetch()
    assert survey.counts["responses"] == rows
    assert survey.counts["score_given"] == scores
    found = survey.responses.set_index("response_id")["group"]
    assert {name: found[name] for name in group_of} == group_of
    for name in survey.columns.csat:
        assert not survey.scales[name].refused
        # 0 stands for an aspect that was not rated.
        assert survey.scales[name].oriented(survey.responses[name]).min() == 1


def test_the_nhs_file_is_cut_down_to_one_trust(tmp_path):
    made = DATA_SETS["nhs_fft"].tidy(
        b"Comment ID,Trust,FFT answer,Person identifiable info?,Parking\n"
        b'1,NEAS,"Late, again",,1\n2,NHFT,Fine,,\n3,NEAS,N/A,1,\n'
    )
    assert made == b'Comment ID,Trust,FFT answer,Parking\n1,NEAS,"Late, again",1\n3,NEAS,N/A,\n'


def test_an_r_data_file_is_read_and_brought_into_shape():
    content = base64.b64decode(R_FILE)
    (table,) = read_r_tables(content).values()
    assert table["NPS_SCORE"].tolist() == ["7.0", ""]
    assert table["SURVEY_SUB_TYPE"].tolist() == ["Order", "First Payment"]
    assert DATA_SETS["telecom_nps"].tidy(content).decode().splitlines()[1] == (
        "T0000,11/04/2018 20:09,Order,Passive,7.0,The line was fast – mostly"
    )
    for size in range(len(content)):
        with pytest.raises(ValueError, match=r"R data file|cut off"):
            read_r_tables(content[:size])


# Written by the package rdata 1.1: a data frame of two made-up answers.
R_FILE = (
    "QlpoOTFBWSZTWT9B62sAAPN/4f/7yQRAA/5w/6PfYL/v/eDAAAgAEAFAQbABOFqEUwSaAAaaDQAAAwjQ0DCAGQCKnt"
    "J6gYp6kzI0jyEMIeoMQbUYRkPKMIPU2oJFI1T1PUB6nqaNAyAAAaaAAANAD0iNNUlWjRehitNnnVL1RDGnrQrFeMZG"
    "xtA76iS5dge39JCs5UPCvIk6SNK5C/j6YGvT8TCQTMEosHalgErjbhFyuG3J+UzissSzUIYARaRBDTYNiQSNAFTXa6"
    "WpWBM0oOy6Ci5Xpu4cI8vl+2i3w56wKguMD1zCAwKgeekYFkAGcoknr4NtMci4hNuNEdQLmcG67Ig/ESZY5koDTaqy"
    "JF/tFoTn9VBKwZBahBa7D3DWUDRGrTRhzfZ7ieAWMzyJ/kpKTKD6iLozpxjMN+35QyFjkIFGVN8SfUJMzNzKr9B13O"
    "3O/5mAnoKjJNjzwpQD0BmkAZiJR+jrTVfIFg4wIJMj+gIFlbMc4OEgZ3FnVE74e9Hy2ffQIQmDN/i7kinChIH6D1tY"
)
