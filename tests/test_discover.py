"""Themes: what is talked about, not how."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from feedback_nlp.encoding import encode
from feedback_nlp.sentiment import score_sentiment
from feedback_nlp.themes import discover
from feedback_nlp.themes.bagging import bagged_centres
from feedback_nlp.themes.clustering import learn_space, unit
from feedback_nlp.themes.discover import discover_themes
from feedback_nlp.themes.label_words import MEANINGS
from feedback_nlp.themes.phrases import phrases_of, topic_texts


def mentions_of(texts):
    return pd.DataFrame(
        {
            "mention_id": [f"R{i}#1" for i in range(len(texts))],
            "response_id": [f"R{i}" for i in range(len(texts))],
            "text": texts,
            "sentiment": score_sentiment(texts),
            "content_kind": "reason",
        }
    )


def test_the_tone_is_taken_out_of_what_a_mention_is_about(sample_run):
    """Praise and complaint of the same thing come closer, beside other things."""
    mentions = sample_run.mentions
    vectors = encode(mentions["text"].tolist())
    space = learn_space(vectors, mentions["sentiment"].to_numpy(float))
    pairs = [
        ("the engineer was brilliant", "the engineer was useless"),
        ("excellent value for money", "terrible value for money"),
        ("the router is great", "the router is awful"),
        ("love the app", "hate the app"),
    ]
    praise, complaint = (encode([pair[side] for pair in pairs]) for side in (0, 1))
    before = np.sum(praise * complaint, axis=1) - np.sum(praise * np.roll(complaint, 1, 0), axis=1)
    praise, complaint = space.place(praise), space.place(complaint)
    after = np.sum(praise * complaint, axis=1) - np.sum(praise * np.roll(complaint, 1, 0), axis=1)
    assert after.mean() > before.mean()
    assert (after > 0).all()


def test_themes_are_nested_counted_and_stable_between_zero_and_one(sample_run):
    themes = sample_run.themes
    top = set(themes.loc[themes["parent_id"].isna(), "theme_id"])
    assert set(themes["parent_id"].dropna()) <= top
    assert themes["theme_id"].is_unique
    assert themes["stability"].between(0, 1).all()
    assert set(sample_run.mention_themes["theme_id"]) <= set(themes["theme_id"])
    links = sample_run.mention_themes
    n = links.groupby("theme_id")["response_id"].nunique()
    leaves = themes[themes["theme_id"].isin(n.index)].set_index("theme_id")["n_responses"]
    assert leaves.to_dict() == n.to_dict()


def test_too_few_reasons_are_said_and_verdicts_still_count():
    mentions = mentions_of(["great service", "terrible service", "the bill was wrong"])
    mentions["content_kind"] = ["verdict_only", "verdict_only", "reason"]
    found = discover_themes(mentions, encode(mentions["text"].tolist()))
    assert "50" in found.note
    assert set(found.themes["theme_id"]) == {"general_praise", "general_complaint"}


def test_one_giant_theme_and_identical_answers_do_not_break_it():
    texts = [f"the bill of {month} was wrong" for month in range(60)] + ["same"] * 200
    found = discover_themes(mentions_of(texts), encode(texts), stability_resamples=2)
    assert len(found.mention_themes) <= len(texts)
    assert found.themes["label"].is_unique


def test_the_number_of_themes_can_be_chosen(sample_run):
    mentions = sample_run.mentions
    vectors = encode(topic_texts(mentions["text"].tolist()))
    found = discover_themes(mentions, vectors, n_themes=4, stability_resamples=1)
    general = {"general_praise", "general_complaint"}
    top = found.themes[found.themes["parent_id"].isna()]
    assert len(set(top["theme_id"]) - general) == 4


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("the engineer appointments were a shambles", {"engineer appointment"}),
        ("spoke to [NAME] about my [ACCOUNT] yesterday", set()),
        ("terrible customer service", {"customer"} - {"customer"}),
        ("far too expensive", {"prices"}),
        ("quick service", {"speed of service"}),
    ],
)
def test_phrases_name_things_without_tone_names_or_empty_nouns(text, things):
    keys = {phrase.key for phrase in phrases_of([text])[0]}
    assert things <= keys
    assert not {"name", "account", "shambles", "service", "yesterday"} & keys


# --- several themes, many mentions -------------------------------------------------------------


def planted(n, groups, dimensions=24, seed=0):
    """Vectors around as many directions as there are groups, with sentences about each."""
    things = ["router", "invoice", "engineer", "website", "parcel", "contract", "queue", "signal"]
    random = np.random.default_rng(seed)
    directions = unit(random.normal(size=(groups, dimensions)))
    group = random.integers(groups, size=n)
    vectors = unit(directions[group] + random.normal(0, 0.06, (n, dimensions)))
    texts = [f"the {things[g % 8]} in house {i}" for i, g in enumerate(group)]
    mentions = pd.DataFrame(
        {
            "mention_id": [f"M{i}" for i in range(n)],
            "response_id": [f"R{i // 2}" for i in range(n)],
            "text": texts,
            "sentiment": np.resize([0.8, -0.8, 0.0], n),
            "content_kind": "reason",
        }
    )
    return mentions, vectors, group


def agreement(found, mentions, group):
    from sklearn.metrics import adjusted_rand_score

    theme = found.mention_themes.drop_duplicates("mention_id").set_index("mention_id")["theme_id"]
    return adjusted_rand_score(group, mentions["mention_id"].map(theme).fillna("none"))


def test_a_large_survey_is_learnt_on_a_sample_and_wholly_assigned(monkeypatch):
    monkeypatch.setattr(discover, "LEARNT_FROM_AT_MOST", 2_000)
    mentions, vectors, group = planted(12_000, groups=8)
    found = discover_themes(mentions, vectors, n_themes=8, stability_resamples=0)
    assert "Learnt from" in found.note
    assert "12000 distinct" in found.note
    assert found.mention_themes["mention_id"].nunique() >= 0.99 * len(mentions)
    assert agreement(found, mentions, group) > 0.95


@pytest.mark.slow
def test_three_hundred_thousand_mentions_are_learnt_on_a_sample():
    mentions, vectors, group = planted(300_000, groups=8)
    found = discover_themes(mentions, vectors, n_themes=8, stability_resamples=2)
    assert "Learnt from" in found.note
    assert "300000 distinct" in found.note
    assert found.mention_themes["mention_id"].nunique() >= 0.99 * len(mentions)
    assert agreement(found, mentions, group) > 0.95


def test_planted_groups_are_found_again_by_every_resample():
    mentions, vectors, _ = planted(1_500, groups=8)
    found = discover_themes(mentions, vectors, n_themes=8, stability_resamples=3)
    assert found.themes.loc[found.themes["parent_id"].isna(), "stability"].min() > 0.95


def test_themes_of_noise_do_not_come_back():
    mentions, _, _ = planted(1_500, groups=8)
    noise = unit(np.random.default_rng(1).normal(size=(1_500, 24)))
    found = discover_themes(mentions, noise, n_themes=8, stability_resamples=3)
    assert found.themes["stability"].mean() < 0.5


def test_a_mention_that_lists_two_things_has_two_themes():
    random = np.random.default_rng(3)
    halves = ["quick delivery of the parcel", "friendly staff in the shop", "the price is too high"]
    texts = [
        f"{halves[random.integers(3)]} on visit {i}" + random.choice(["", ", really", " today"])
        for i in range(1_200)
    ]
    texts += ["quick delivery of the parcel and friendly staff in the shop"] * 3
    found = discover_themes(mentions_of(texts), encode(texts), n_themes=3, stability_resamples=0)
    parents = found.themes.set_index("theme_id")["parent_id"]
    links = found.mention_themes
    top = links["theme_id"].map(parents).fillna(links["theme_id"])
    themes = top[links["mention_id"].isin([f"R{i}#1" for i in (1200, 1201, 1202)])]
    assert themes.nunique() == 2


def test_bagged_groups_do_not_depend_on_the_order_of_rows_alone():
    _, vectors, group = planted(900, groups=6)
    centres = bagged_centres(vectors, 6, seed=0)
    found = (vectors @ centres.T).argmax(axis=1)
    assert len(set(zip(found, group, strict=True))) == 6


@pytest.mark.slow
def test_two_processes_find_the_same(sample_path):
    script = (
        "import sys, hashlib, feedback_nlp as fn, tempfile\n"
        "run = fn.analyse(fn.read_survey(sys.argv[1]), tempfile.mkdtemp() + '/r', resamples=100)\n"
        "tables = run.themes.to_json() + run.mention_themes.to_json()\n"
        "print(hashlib.sha256(tables.encode()).hexdigest())"
    )
    command = [sys.executable, "-c", script, str(sample_path)]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
        for _ in range(2)
    )
    assert first == second


# --- what a label must not be ------------------------------------------------------------------

VERDICTS = set(
    """
    good great excellent brilliant fantastic amazing awesome perfect fine ok okay nice lovely best
    better bad poor terrible awful horrible worst worse useless rubbish shocking disgusting
    appalling disappointing disappointed happy unhappy satisfied dissatisfied pleased annoyed
    charlatan charlatans shambles joke disgrace nightmare
    """.split()
)
NAMES_NOTHING = set(
    """
    thing things way lot bit reason reasons issue issues something anything nothing everything
    stuff person people one someone customer's number numbers occasion occasions overall overalls
    time day days week weeks month months year years today yesterday tomorrow january february
    march april june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday mins hrs numerous several multiple various different previous
    recent evasive everyday clue premise lady man guy girl boy mum husband wife hand
    """.split()
)
STOP_WORDS = set(
    """
    a an the and or but of to in on at by for from with without is are was were be been being i me
    my we our you your he she it its they them their this that these those not no very so too just
    because as if then than also can could will would should do did does have has had
    """.split()
)
PLACES_AND_BRANDS = set(
    """
    bkk lhr jfk dubai bangkok london heathrow gatwick manchester newcastle sunderland durham paris
    singapore sydney qantas virgin emirates lufthansa etihad branson openreach durhamshire atlantic
    """.split()
)
MISSPELT = {"explaination", "opionion", "fut", "becauve", "helpfull", "proffecional", "recieved"}
STOPGAP = re.compile(r"\w+ remarks")


def wrong_with(label):
    """What keeps a label from standing in a slide; empty where nothing does."""
    words = label.casefold().split()
    wrong = []
    if not 2 <= len(words) <= 5:
        wrong.append("not two to five words")
    if not label[:1].isupper():
        wrong.append("no capital")
    if not re.fullmatch(r"[A-Za-z'\- ]+", label):
        wrong.append("digits, marks or placeholders")
    if label.casefold() not in MEANINGS and (words[0] in STOP_WORDS or words[-1] in STOP_WORDS):
        wrong.append("begins or ends with a stop word")
    for name, listed in (
        ("verdict", VERDICTS),
        ("names nothing", NAMES_NOTHING),
        ("place or brand", PLACES_AND_BRANDS),
        ("misspelt", MISSPELT),
    ):
        if set(words) & listed:
            wrong.append(f"{name}: {sorted(set(words) & listed)}")
    content = [word for word in words if word not in STOP_WORDS | {"general", "other"}]
    if not content:
        wrong.append("no content")
    if len({word.rstrip("s") for word in content}) < len(content):
        wrong.append("says a thing twice")
    return wrong


@pytest.mark.parametrize(
    "label",
    [
        "Good",
        "0_the_to_and",
        "Evasive charlatans",
        "Bkk and airlines",
        "The engineer",
        "Engineer",
        "[NAME] and staff",
        "Opionion and explaination",
        "Numerous occasions",
        "Order and orders",
        "very long waiting times on the phone",
    ],
)
def test_the_list_knows_a_wrong_label(label):
    assert wrong_with(label)


@pytest.mark.parametrize(
    "label", ["Engineer appointments", "Price rises", "Crew kindness", "Being listened to"]
)
def test_the_list_lets_a_right_label_pass(label):
    assert not wrong_with(label)


def check_labels(themes, texts):
    """Every label passes; few are stopgaps; the customers use the words; no two are alike."""
    labels = themes.loc[themes["source"] == "discovered", "label"].tolist()
    real = [label for label in labels if not STOPGAP.fullmatch(label)]
    assert len(labels) - len(real) <= max(2, 0.1 * len(labels)), labels
    assert not {label: wrong_with(label) for label in real if wrong_with(label)}
    assert len({" ".join(sorted(label.casefold().split())) for label in labels}) == len(labels)
    said = Counter(re.findall(r"[a-z]+", " ".join(texts).casefold()))
    meanings = {word for meaning in MEANINGS for word in meaning.split()}
    ours = meanings | STOP_WORDS | {"general", "contact", "praise", "complaint", "other", "remarks"}
    rare = {
        word
        for label in real
        for word in re.findall(r"[a-z]+", label.casefold())
        if word not in ours and max(said[word], said[word.rstrip("s")], said[word + "s"]) < 2
    }
    assert not {w for w in rare if not any(w.endswith(m.split()[-1]) for m in MEANINGS)}


def test_labels_of_the_sample_can_stand_in_a_slide(sample_run):
    check_labels(sample_run.themes, sample_run.mentions["text"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("telecom_nps.csv", "text"),
        ("nhs_fft_labelled.csv", "FFT answer"),
        ("skytrax_seat.csv", "content"),
        ("skytrax_lounge.csv", "content"),
    ],
)
def test_labels_of_real_surveys_can_stand_in_a_slide(shared, file, column):
    from feedback_nlp.cleaning import clean_answers, content_kinds
    from feedback_nlp.mentions import cut_mentions

    table = pd.read_csv(shared / file, keep_default_na=False, dtype=str)
    responses = clean_answers(table[column])
    responses.insert(0, "response_id", [f"R{row}" for row in range(len(responses))])
    mentions = cut_mentions(responses)
    texts = mentions["text"].tolist()
    mentions["sentiment"] = score_sentiment(texts)
    mentions["content_kind"] = content_kinds(texts)
    found = discover_themes(mentions, encode(topic_texts(texts)), stability_resamples=0)
    check_labels(found.themes, texts)
