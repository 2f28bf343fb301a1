"""The hand-coded sample: drawn, written, read back, and what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from feedback_nlp.errors import FeedbackError
from feedback_nlp.validation.corrected_shares import corrected_share
from feedback_nlp.validation.report import (
    ValidationSample,
    draw_validation_sample,
    read_validation_sheet,
    validation_report,
    write_validation_sheet,
)

THEMES = pd.DataFrame(
    {
        "theme_id": ["price", "fees", "app", "visits"],
        "label": ["Price, in short", "Fees", "The app", "Engineer visits"],
        "parent_id": [None, "price", None, None],
    }
)
TOP = ["price", "app", "visits"]


class Survey:
    """A survey in which the truth is known: who speaks of what, and what a model makes of it."""

    def __init__(self, n: int, seed: int, missed: float = 0.3, invented: float = 0.04) -> None:
        random = np.random.default_rng(seed)
        detractor = random.random(n) < 0.4
        ids = np.array([f"R{number}" for number in range(n)])
        rows, truth, seen = [], [], []
        for person in range(n):
            rates = [0.5, 0.2, 0.03] if detractor[person] else [0.15, 0.2, 0.03]
            for number in range(1, 1 + random.integers(1, 4)):
                bears = random.random(3) < np.array(rates)
                wrong = np.where(bears, random.random(3) < missed, random.random(3) < invented)
                rows.append((f"{ids[person]}#{number}", ids[person]))
                truth.append(bears)
                seen.append(bears ^ wrong)
        self.truth = np.array(truth)
        mentions = pd.DataFrame(rows, columns=["mention_id", "response_id"])
        self.mentions = mentions.assign(text="=1+1 is what I pay")
        where, which = np.nonzero(np.array(seen))
        links = self.mentions.iloc[where][["mention_id", "response_id"]]
        theme = np.array(["fees", "app", "visits"])[which]
        self.links = links.assign(theme_id=theme).reset_index(drop=True)
        self.responses = pd.DataFrame(
            {
                "response_id": ids,
                "answer": "@home it is dear",
                "group": np.where(detractor, "detractor", "promoter"),
                "has_content": True,
            }
        )

    def sample(self, n: int, seed: int = 0) -> ValidationSample:
        return draw_validation_sample(*self.tables, n=n, seed=seed)

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        return self.responses, self.mentions, self.links, THEMES

    def codes(self, sample: ValidationSample) -> pd.DataFrame:
        row = pd.Series(np.arange(len(self.mentions)), index=self.mentions["mention_id"])
        ids = sample.sheet["mention_id"]
        coded = [
            frozenset(theme for theme, is_so in zip(TOP, self.truth[row[i]], strict=True) if is_so)
            for i in ids
        ]
        index = pd.Index(ids, name="mention_id")
        return pd.DataFrame({"coder_1": coded, "coder_2": None}, index=index, dtype=object)


@pytest.fixture(scope="module")
def survey() -> Survey:
    return Survey(1200, seed=1)


def test_sample_holds_whole_answers_of_every_stratum(survey: Survey) -> None:
    sample = survey.sample(100)
    assert len(sample.design) == 100
    assert sample.design["response_id"].is_unique
    assert set(sample.design["stratum"]) == {"price", "app", "visits", "_no_theme"}
    assert sample.design["stratum"].value_counts().min() >= 4
    of = survey.mentions.set_index("mention_id")["response_id"][sample.sheet["mention_id"]]
    drawn = survey.mentions["response_id"].isin(sample.design["response_id"])
    assert len(sample.sheet) == drawn.sum()
    assert of.drop_duplicates().tolist() == sample.design["response_id"].tolist()
    assert list(sample.sheet) == ["mention_id", "answer", "text", "coder_1", "coder_2"]
    pd.testing.assert_frame_equal(sample.sheet, survey.sample(100).sheet)
    assert not sample.sheet.equals(survey.sample(100, seed=1).sheet)


def test_more_than_there_are_is_everybody() -> None:
    small = Survey(40, seed=2)
    assert len(small.sample(500).design) == 40
    with pytest.raises(FeedbackError, match="too few"):
        small.sample(5)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_sheet_comes_back_and_holds_no_formula(survey: Survey, ending: str, tmp_path: Path) -> None:
    sample = survey.sample(30)
    file, second, key = write_validation_sheet(sample, tmp_path / f"coding.{ending}", coders=2)
    assert second.name == f"coding_coder_2.{ending}"
    assert key.name == f"coding_themes.{ending}"
    if ending == "csv":
        text = file.read_text("utf-8-sig")
        assert ",=1+1" not in text
        assert ",@home" not in text
        lines = text.splitlines()
        assert lines[0] == "mention_id,answer,text,coder_1"
        lines[1] += "1; ENGINEER VISITS"
        lines[2] += '"Price, in short"'
        file.write_text("\n".join(lines), "utf-8")
        lines = second.read_text("utf-8-sig").splitlines()
        lines[1] += "none"
        second.write_text("\n".join(lines), "utf-8")
    else:
        book = openpyxl.load_workbook(file)
        page = book.active
        assert page is not None
        assert page["C2"].value == "'=1+1 is what I pay"
        assert page["D1"].value == "coder_1"
        page["D2"], page["D3"] = "1; ENGINEER VISITS", 1
        book.save(file)
        book = openpyxl.load_workbook(second)
        assert book.active is not None
        book.active["D2"] = "none"
        book.save(second)
    codes = read_validation_sheet(file, sample)
    assert codes["coder_1"].tolist() == [{"price", "visits"}, {"price"}]
    assert codes["coder_2"].tolist() == [frozenset(), None]
    assert codes.index.tolist() == sample.sheet["mention_id"].tolist()[:2]


def test_mistakes_in_a_sheet_are_named_with_their_row(survey: Survey, tmp_path: Path) -> None:
    sample = survey.sample(30)
    first, second = sample.sheet["mention_id"][:2]

    def read(rows: str) -> pd.DataFrame:
        file = tmp_path / "coding.csv"
        file.write_text("mention_id;coder_1\n" + rows, "utf-8")
        return read_validation_sheet(file, sample)

    assert read(f"{first};2\n").loc[first, "coder_1"] == {"app"}
    for rows, says in (
        (f"{first};1\n{second};pricing\n", "row 3: 'pricing' is no theme"),
        (f"{first};1\nR9999#9;1\n", "row 3: the mention 'R9999#9' is not in this run's"),
        (f"{first};1\n{first};1\n", "row 3: .* stands there twice"),
        (f"{first};\n", "no codes yet"),
        (f"{first};99\n\n{second};x\n", "row 2: '99' is no theme.* More mistakes in row 4"),
    ):
        with pytest.raises(FeedbackError, match=says):
            read(rows)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FeedbackError, match="mention_id"):
        read_validation_sheet(tmp_path / "other.csv", sample)
    (tmp_path / "broken.xlsx").write_text("no workbook")
    with pytest.raises(FeedbackError, match="cannot be read"):
        read_validation_sheet(tmp_path / "broken.xlsx", sample)


def test_when_all_is_coded_the_report_is_the_truth() -> None:
    survey = Survey(300, seed=3)
    sample = survey.sample(300)
    report = validation_report(survey.codes(sample), sample, *survey.tables)
    assert report.n_respondents == 300
    accuracy = report.accuracy.set_index("theme_id")
    seen = np.zeros_like(survey.truth)
    place = {"fees": 0, "app": 1, "visits": 2}
    row = pd.Series(np.arange(len(survey.mentions)), index=survey.mentions["mention_id"])
    seen[row[survey.links["mention_id"]], survey.links["theme_id"].map(place)] = True
    for number, theme in enumerate(TOP):
        truth, found = survey.truth[:, number], seen[:, number]
        both = (truth & found).sum()
        assert accuracy.loc[theme, "precision"] == pytest.approx(both / found.sum())
        assert accuracy.loc[theme, "recall"] == pytest.approx(both / truth.sum())
        person = survey.mentions["response_id"].to_numpy()
        share = pd.Series(truth).groupby(person).any().mean()
        shares = report.shares.set_index(["theme_id", "group"])
        assert shares.loc[(theme, "all"), "share"] == pytest.approx(share)
    assert np.isnan(accuracy["agreement"]).all()


def test_kappa_is_cohens() -> None:
    """Cohen (1960), formula 1: agreement of 0.9 where chance alone would give 0.68."""
    from feedback_nlp.validation.report import _kappa

    first = np.repeat([True, True, False, False], [75, 5, 5, 15])
    second = np.repeat([True, False, True, False], [75, 5, 5, 15])
    kappa, low, high = _kappa(first, second, np.ones(100), 0.95)
    assert kappa == pytest.approx((0.9 - 0.68) / (1 - 0.68))
    assert low < kappa < high
    perfect = _kappa(first, first, np.ones(100), 0.95)
    assert perfect[0] == pytest.approx(1)
    assert 0.7 < perfect[1] < 1


def test_two_coders_are_compared_on_what_both_have_coded(survey: Survey) -> None:
    sample = survey.sample(60)
    codes = survey.codes(sample)
    assert (validation_report(codes, sample, *survey.tables).accuracy["agreement"].isna()).all()
    codes["coder_2"] = codes["coder_1"]
    same = validation_report(codes, sample, *survey.tables).accuracy.set_index("theme_id")
    assert same.loc["_all", "agreement"] == pytest.approx(1)
    codes["coder_2"] = [frozenset()] * len(codes)
    none = validation_report(codes, sample, *survey.tables).accuracy.set_index("theme_id")
    assert none.loc["price", "agreement"] == pytest.approx(0)


def test_a_sheet_coded_in_part_counts_whole_answers_only(survey: Survey) -> None:
    sample = survey.sample(60)
    codes = survey.codes(sample)
    report = validation_report(codes.head(41), sample, *survey.tables)
    of = survey.mentions.set_index("mention_id")["response_id"][codes.index]
    assert report.n_respondents in (of[:41].nunique() - 1, of[:41].nunique())
    long = of[of.duplicated(keep=False)].index[:1]
    with pytest.raises(FeedbackError, match="coded in full"):
        validation_report(codes.loc[long], sample, *survey.tables)


def test_corrected_share_is_power_tuned_ppi() -> None:
    """ppi_mean_pointestimate and ppi_mean_ci of ppi-python 0.2.3, lam = 70/80 - 24/120."""
    truth = np.repeat([True, False, True, False], [70, 10, 24, 96])
    seen = np.repeat([True, False], [80, 120])
    everybody = np.arange(5000) < 1700
    found = corrected_share(truth, seen, everybody)
    assert found.share == pytest.approx(0.4295, abs=1e-9)
    assert found.low == pytest.approx(0.3769, abs=0.005)
    assert found.high == pytest.approx(0.4821, abs=0.005)


@pytest.mark.parametrize(
    ("missed", "invented"), [(0.1, 0.01), (0.4, 0.1), (0.9, 0.6)], ids=["good", "poor", "useless"]
)
def test_intervals_hold_the_true_share_whatever_the_model_does(
    missed: float, invented: float
) -> None:
    """Coverage over 200 surveys, each with a stratified sample of 120; nominal 95 %."""
    covered, biased, n = 0, 0, 0
    random = np.random.default_rng(11)
    for _ in range(200):
        bears = random.random(1500) < 0.15
        wrong = np.where(bears, random.random(1500) < missed, random.random(1500) < invented)
        seen = bears ^ wrong
        drawn = np.concatenate(
            [random.choice(np.flatnonzero(seen == side), 60, replace=False) for side in (0, 1)]
        )
        weights = np.repeat([(~seen).sum() / 60, seen.sum() / 60], 60)
        found = corrected_share(bears[drawn], seen[drawn], seen, weights)
        covered += found.low <= 0.15 <= found.high
        biased += abs(seen.mean() - 0.15) > 0.02
        n += 1
    assert covered / n >= 0.93
    if missed > 0.1:
        assert biased / n > 0.5


def test_weights_of_the_survey_count_in_the_corrected_share() -> None:
    """All is coded, so the corrected share is the weighted share of the codes."""
    survey = Survey(300, seed=3)
    sample = survey.sample(300)
    weighted = survey.responses.assign(w=np.where(survey.responses["group"] == "detractor", 3, 1))
    report = validation_report(
        survey.codes(sample), sample, weighted, *survey.tables[1:], weight="w"
    )
    person = survey.mentions["response_id"].to_numpy()
    weight = weighted.set_index("response_id")["w"]
    shares = report.shares.set_index(["theme_id", "group"])
    for number, theme in enumerate(TOP):
        bears = pd.Series(survey.truth[:, number]).groupby(person).any()
        true = np.average(bears, weights=weight.loc[bears.index])
        assert shares.loc[(theme, "all"), "share"] == pytest.approx(true)


def test_no_shares_are_given_for_a_group_of_few() -> None:
    survey = Survey(300, seed=3)
    few = survey.responses["response_id"].isin([f"R{n}" for n in range(9)])
    responses = survey.responses.assign(group=survey.responses["group"].mask(few, "passive"))
    sample = survey.sample(300)
    report = validation_report(survey.codes(sample), sample, responses, *survey.tables[1:])
    assert set(report.shares["group"]) == {"all", "detractor", "promoter"}


@pytest.mark.slow
def test_coverage_of_the_whole_report() -> None:
    """Shares by group of 60 surveys, sampled, coded and corrected as a user would."""
    rows = []
    for seed in range(60):
        survey = Survey(800, seed=seed)
        sample = survey.sample(150, seed=seed)
        shares = validation_report(survey.codes(sample), sample, *survey.tables).shares
        rows.append(shares.assign(seed=seed))
    table = pd.concat(rows)
    mean_mentions = np.array([1, 2, 3])
    rates = {("price", "detractor"): 0.5, ("price", "promoter"): 0.15}
    rates |= {("app", group): 0.2 for group in ("detractor", "promoter")}
    rates |= {("visits", group): 0.03 for group in ("detractor", "promoter")}
    for (theme, group), rate in rates.items():
        true = float(np.mean(1 - (1 - rate) ** mean_mentions))
        part = table[(table["theme_id"] == theme) & (table["group"] == group)]
        covered = ((part["ci_low"] <= true) & (true <= part["ci_high"])).mean()
        assert covered >= 0.9, (theme, group, covered)
        if theme == "price":
            assert not ((part["share_assigned"] - true).abs() < 0.01).all()
