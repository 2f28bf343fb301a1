"""The follow-up list: who is on it, in what order, with which words; and files safe to open."""

from __future__ import annotations

import pandas as pd
import pytest
from openpyxl import load_workbook

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.actions import follow_up, write_follow_up
from feedback_nlp.findings.playbook import DEFAULT_PLAYBOOK, read_playbook
from feedback_nlp.spreadsheets import formula_safe, write_csv, write_excel

RESPONSES = pd.DataFrame(
    {
        "response_id": ["a", "b", "c", "d", "e", "f"],
        "score": pd.array([2, 5, 8, 10, 0, None], dtype="Int64"),
        "answer": ["Nobody came. Twice.", "Dear", "Fine", "Lovely Jo", "Broken", "Hm"],
        "ok": pd.array([True, True, True, True, None, True], dtype="boolean"),
        "date": pd.to_datetime(["2025-06-01"] * 6),
        "value": [100.0, 100.0, 100.0, 100.0, 100.0, 100.0],
    }
)
MENTIONS = pd.DataFrame(
    {
        "mention_id": ["a#1", "a#2", "b#1", "c#1", "d#1"],
        "response_id": ["a", "a", "b", "c", "d"],
        "text": ["Nobody came.", "Twice.", "Dear", "Fine", "Lovely Jo"],
        "sentiment": [-0.6, -0.1, -0.4, 0.1, 0.9],
    }
)
LINKS = pd.DataFrame(
    {
        "mention_id": ["a#1", "b#1"],
        "response_id": ["a", "b"],
        "theme_id": ["late", "fees"],
    }
)
THEMES = pd.DataFrame(
    {
        "theme_id": ["appointments", "late", "price", "fees"],
        "label": ["Appointments", "Late engineer", "Price", "Fees"],
        "parent_id": [None, "appointments", None, "price"],
    }
)


def listed(responses=RESPONSES, playbook=None, **options):
    options = {"today": "2025-06-03", "consent": "ok", "date": "date", "value": "value"} | options
    playbook = playbook or read_playbook()
    return follow_up(responses, MENTIONS, LINKS, THEMES, playbook, **options)


# --- who is listed ------------------------------------------------------------------------------


def test_those_who_agreed_and_scored_are_listed_most_urgent_first():
    table = listed()
    assert table["response_id"].tolist() == ["a", "b", "c", "d"]
    assert table["rule"].tolist() == ["danger zone", "detractor", "passive", "promoter"]
    assert table["priority"].is_monotonic_increasing


def test_no_consent_no_contact():
    assert "e" not in set(listed()["response_id"])
    none = listed(consent=None)
    assert none.empty
    assert none.attrs["note"] == (
        "follow_up.xlsx is empty: the survey has no column of consent; name one with --consent."
    )
    refused = listed(RESPONSES.assign(ok=False))
    assert refused.empty
    assert refused.attrs["note"] == (
        "follow_up.xlsx is empty: nobody of 6 respondents agreed to be contacted."
    )
    assert refused.attrs["counts"]["without_consent"] == 6


def test_an_empty_list_says_why_where_some_agreed():
    table = listed(today="2027-01-01")
    assert table.empty
    assert table.attrs["note"].startswith("follow_up.xlsx is empty: of 6 respondents, 1 gave no")
    assert "answered more than 120 days ago" in table.attrs["note"]


def test_a_theme_of_the_playbook_that_the_survey_lacks_is_named(tmp_path):
    text = DEFAULT_PLAYBOOK.read_text("utf-8")
    path = tmp_path / "playbook.yaml"
    path.write_text(text.replace("scores: [0, 3]", "scores: [0, 3]\n    themes: [prise]", 1))
    note = listed(playbook=read_playbook(path)).attrs["note"]
    assert "the theme 'prise', which this survey does not have; did you mean \"price\"?" in note


def test_everybody_is_accounted_for():
    table = listed(already_contacted=pd.DataFrame({"response_id": ["b"]}))
    counts = dict(table.attrs["counts"])
    assert counts.pop("responses") == sum(counts.values()) == 6
    assert table.attrs["note"] == (
        "3 of 6 respondents are listed; of the others, 1 gave no consent, 1 gave no score, "
        "1 were contacted in the last 90 days."
    )


@pytest.mark.parametrize(
    ("on", "is_listed"),
    [("2025-05-01", False), ("2025-03-06", False), ("2025-03-05", True), (None, False)],
)
def test_nobody_is_contacted_twice_in_a_quarter(on, is_listed):
    contacted = pd.DataFrame({"response_id": ["a"], "contacted_on": [on]})
    assert ("a" in set(listed(already_contacted=contacted)["response_id"])) is is_listed


def test_a_person_with_several_answers_is_listed_once_for_the_most_urgent():
    responses = RESPONSES.assign(customer=["x", "y", "x", "x", "z", "z"])
    table = listed(responses, person="customer")
    assert table["response_id"].tolist() == ["a", "b"]
    contacted = pd.DataFrame({"customer": ["x"], "contacted_on": ["2025-06-01"]})
    again = listed(responses, person="customer", already_contacted=contacted)
    assert again["response_id"].tolist() == ["b"]


def test_larger_accounts_and_recent_answers_come_first():
    responses = RESPONSES.assign(score=5, ok=True, value=[1.0, 9.0, 1.0, 1.0, 1.0, None])
    responses["date"] = pd.to_datetime([f"2025-05-2{n}" for n in range(6)])
    table = listed(responses)
    assert table["response_id"].tolist() == ["b", "e", "d", "c", "a", "f"]
    # b is the largest fifth of the accounts, and goes one priority up
    assert table["priority"].tolist() == [2, 3, 3, 3, 3, 3]


# --- what is said -------------------------------------------------------------------------------


def test_the_reason_is_in_the_customers_words():
    table = listed().set_index("response_id")
    assert table.loc["a", "reason"] == "Nobody came. Twice."
    assert table.loc["a", "theme"] == "Appointments"
    assert table.loc["d", "reason"] == "Lovely Jo"


def test_of_a_long_answer_the_sharpest_mention_is_given():
    responses = RESPONSES.assign(answer=["word " * 100, *RESPONSES["answer"][1:]])
    assert listed(responses).set_index("response_id").loc["a", "reason"] == "Nobody came."


def test_who_said_nothing_is_thanked_too():
    table = follow_up(
        RESPONSES.assign(answer=""),
        MENTIONS.iloc[:0],
        LINKS.iloc[:0],
        THEMES,
        read_playbook(),
        today="2025-06-03",
        consent="ok",
    )
    assert set(table["reason"]) == {"No comment was left."}
    assert table["action"].str.startswith("Thank them").all()
    assert table["value"].isna().all()


def test_the_window_counts_from_the_answer():
    table = listed().set_index("response_id")
    assert table.loc["a", "contact_from"] == pd.Timestamp("2025-06-03")
    assert table.loc["a", "contact_by"] == pd.Timestamp("2025-06-08")
    assert not table["late"].any()


def test_once_the_window_has_passed_something_else_is_done():
    table = listed(today="2025-06-20").set_index("response_id")
    assert table.loc["a", "late"]
    assert "Do not reopen" in table.loc["a", "action"]
    assert table.loc["a", "contact_by"] >= pd.Timestamp("2025-06-20")
    assert not table.loc["c", "late"]
    assert listed(today="2026-06-20").attrs["counts"]["too_old"] == 4


def test_without_dates_days_count_from_today():
    table = listed(date=None).set_index("response_id")
    assert table.loc["a", "contact_by"] == pd.Timestamp("2025-06-10")
    assert pd.isna(table.loc["a", "answered"])


def test_words_and_score_that_disagree_are_marked():
    table = listed(disagreeing={"b"}).set_index("response_id")
    assert table["read_first"].to_dict() == {"a": False, "b": True, "c": False, "d": False}


def test_one_respondent_and_none():
    assert len(listed(RESPONSES.head(1))) == 1
    none = listed(RESPONSES.head(0))
    assert none.empty
    assert none.dtypes.to_dict() == listed().dtypes.to_dict()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"today": "soon"}, "is no date"),
        ({"consent": "agreed"}, "no column 'agreed'"),
        ({"date": "ok"}, "does not hold dates"),
        ({"already_contacted": pd.DataFrame({"who": ["a"]})}, "'response_id' among the contacts"),
    ],
)
def test_what_cannot_be_used_is_named(options, message):
    with pytest.raises(FeedbackError, match=message):
        listed(**options)


# --- the playbook -------------------------------------------------------------------------------


def written(tmp_path, *changes):
    text = DEFAULT_PLAYBOOK.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_bundled_playbook_keeps_to_good_practice():
    playbook = read_playbook()
    rules = {rule.name: rule for rule in playbook.rules}
    assert sorted(s for r in playbook.rules for s in range(r.scores[0], r.scores[1] + 1)) == list(
        range(11)
    )
    for name in ("danger zone", "detractor"):
        first, last = rules[name].contact_days
        assert 1 <= first <= last <= 14
        assert rules[name].goal
    assert "sales pitch" in rules["promoter"].avoid
    assert "review" in rules["promoter"].action
    assert "not dissatisfaction" in rules["passive"].action
    assert playbook.days_between_contacts >= 90


def test_a_rule_for_a_theme_or_a_large_account_goes_before_the_others(tmp_path):
    own = (
        "rules:\n  - name: fees\n    scores: [0, 8]\n    themes: [price]\n    priority: 1\n"
        "    contact_days: [1, 3]\n    goal: Explain the fee.\n    action: Send the price list.\n"
        "  - name: giants\n    scores: [0, 10]\n    value_at_least: 1000\n    priority: 1\n"
        "    contact_days: [0, 1]\n    goal: Keep them.\n    action: The director calls.\n"
    )
    playbook = read_playbook(written(tmp_path, ("rules:\n", own)))
    table = listed(RESPONSES.assign(value=[1.0, 1.0, 5000.0, 1.0, 1.0, 1.0]), playbook)
    rules = table.set_index("response_id")["rule"]
    # the theme of b is a sub-theme of the one that the rule names
    assert rules.to_dict() == {"b": "fees", "c": "giants", "a": "danger zone", "d": "promoter"}


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("scores: [0, 3]", "scores: [0, 30]", "scores: [0, 3]", "`scores` is needed, as two"),
        ("priority: 2", "priority: urgent", "priority: 2", "`priority` is needed, as a number"),
        ("priority: 2", "urgency: 2", "priority: 2", "`urgency` is not known"),
        ("    contact_days: [2, 7]\n", "", "name: danger zone", "`contact_days` is needed"),
        ("contact_days: [2, 7]", "contact_days: [7, 2]", "contact_days: [2", "`contact_days`"),
        ("between_contacts: 90", "between_contacts: -1", "between_contacts: 90", "is needed"),
        ("goal: Understand", "goal: 5 #", "goal: Understand", "`goal` is needed, as text"),
        ("rules:\n", "rules: none\n_: |\n", "rules:", "`_` is not known"),
    ],
)
def test_mistakes_are_shown_with_their_line(tmp_path, old, new, at, message):
    lines = DEFAULT_PLAYBOOK.read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if at in line)
    number += new.startswith("rules: none")
    with pytest.raises(FeedbackError, match=f"line {number}: .*{message}"):
        read_playbook(written(tmp_path, (old, new)))


def test_broken_yaml_is_shown_with_its_line(tmp_path):
    with pytest.raises(FeedbackError, match=r"no valid YAML at line \d+: "):
        read_playbook(written(tmp_path, ("thanks: Thank", "thanks: [")))


@pytest.mark.parametrize("text", ["", "- a\n", "just words", "!!python/object/apply:os.system [x]"])
def test_what_is_no_playbook_is_refused(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(FeedbackError, match="must hold `thanks` and `rules`"):
        read_playbook(path)
    with pytest.raises(FeedbackError, match="cannot be read"):
        read_playbook(tmp_path / "missing.yaml")


# --- files --------------------------------------------------------------------------------------

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    '=HYPERLINK("x")',
]


def test_no_cell_of_either_file_starts_a_formula(tmp_path):
    table = listed()
    table = pd.concat([table] * 3, ignore_index=True).head(10)
    table["reason"] = DANGEROUS
    table = table.rename(columns={"goal": "=goal"})
    paths = write_follow_up(table, tmp_path / "new folder")
    read = pd.read_csv(paths["csv"], dtype=str, keep_default_na=False)
    assert read["reason"].str.startswith("'").all()
    assert "'=goal" in read.columns
    sheet = load_workbook(paths["xlsx"]).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not any(text.lstrip().startswith(("=", "+", "-", "@", "＝")) for text in texts)
    assert not any(cell.hyperlink for cell in cells)


def test_harmless_text_and_numbers_stay_as_they_are(tmp_path):
    table = pd.DataFrame({"text": ["fine – é", "a=b", None], "n": [-1.5, 2, None], "t": [True] * 3})
    pd.testing.assert_frame_equal(formula_safe(table), table.astype({"text": "object"}))
    path = write_csv(table, tmp_path / "t.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(path)["text"].tolist()[:2] == ["fine – é", "a=b"]
    sheet = load_workbook(write_excel(table, tmp_path / "t.xlsx")).active
    assert [cell.value for cell in sheet["B"]] == ["n", -1.5, 2, None]


def test_the_same_table_gives_the_same_bytes(tmp_path):
    paths = [write_follow_up(listed(), tmp_path / name) for name in ("one", "two")]
    for kind in ("csv", "xlsx"):
        assert paths[0][kind].read_bytes() == paths[1][kind].read_bytes()


def test_a_failed_write_leaves_the_old_file_and_no_scratch(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(FeedbackError, match="1,048,575"):
        write_excel(pd.DataFrame({"n": range(1_048_576)}), path)
    with pytest.raises(FeedbackError, match="cannot be written"):
        write_csv(listed(), tmp_path / "missing" / "t.csv")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.xlsx"]


def test_very_long_text_is_cut_where_excel_would_drop_it(tmp_path):
    sheet = load_workbook(
        write_excel(pd.DataFrame({"text": ["x" * 40_000]}), tmp_path / "t.xlsx")
    ).active
    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("…")
