"""The steps of a run, each saved before the next begins."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from feedback_nlp.options import Options
from feedback_nlp.provenance import code_digest, table_digest, versions
from feedback_nlp.run_folder import (
    RECORD,
    Run,
    Steps,
    file_sha256,
    key_of,
    read_table,
    write_json,
)
from feedback_nlp.survey import Survey

STEPS_BAR = "{desc}: {n_fmt}/{total_fmt} steps, {elapsed}"
_PLACEHOLDER = re.compile(r"\[([A-Z]+)(?: \d+)?\]")


class Analysis:
    """The steps of one run, in order; each works on what the one before has saved."""

    def __init__(self, survey: Survey, folder: Path, options: Options, progress: bool) -> None:
        self.survey, self.options, self.progress = survey, options, progress
        self.steps = Steps(folder)
        self.folder = folder
        self.models = _models(options)
        self.reused: list[str] = []
        self.seconds: dict[str, float] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.key = ""

    def run(self) -> Run:
        key = key_of(
            self.survey.source.get("sha256") or table_digest(self.survey.responses),
            self.survey.columns.by_role(),
            self.survey.question,
            asdict(self.options),
            [
                file_sha256(Path(path)) if path and Path(path).is_file() else path
                for path in (
                    self.options.codebook,
                    self.options.playbook,
                    self.options.invitations,
                    self.options.margins,
                )
            ],
            self.models,
            versions(),
            code_digest(),
        )
        plan: list[tuple[str, str, Callable[[], tuple[dict[str, pd.DataFrame], dict[str, Any]]]]]
        plan = [
            ("answers", "Cleaning and redacting answers", self._answers),
            ("mentions", "Cutting mentions and scoring sentiment", self._mentions),
            ("themes", "Finding themes", self._themes),
            ("findings", "Computing findings", self._findings),
        ]
        with tqdm(total=len(plan), disable=not self.progress, bar_format=STEPS_BAR) as bar:
            for step, doing, work in plan:
                bar.set_description(doing)
                key = key_of(key, step)
                note = self.steps.finished(step, key)
                started = time.perf_counter()
                if note is None:
                    # The record stands for a finished run: no old one over new tables.
                    (self.folder / RECORD).unlink(missing_ok=True)
                    tables, note = work()
                    self.steps.finish(step, key, tables, note)
                else:
                    self.reused.append(step)
                self.seconds[step] = round(time.perf_counter() - started, 3)
                self.notes[step] = note
                bar.update()
            bar.set_description("Done")
        self.key = key
        if self.progress and self.reused:
            print(f"Used again from an earlier run: {', '.join(self.reused)}.", file=sys.stderr)
        record = self._record()
        write_json(record, self.folder / RECORD)
        return Run(self.folder, record)

    def _answers(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        from feedback_nlp.cleaning import clean_answers, count_copies
        from feedback_nlp.language import detect_languages
        from feedback_nlp.privacy import redact

        raw = self.survey.responses.reset_index(drop=True)
        cleaned = clean_answers(raw["raw_answer"])
        options = self.options
        cleaned["answer"] = redact(
            cleaned["answer"].tolist(), keep=options.keep_names, number_names=options.number_names
        )
        cleaned["n_copies"] = count_copies(cleaned["answer"]).to_numpy()
        found = detect_languages(cleaned["answer"].tolist(), options.language)
        cleaned[["language", "language_confidence"]] = found.to_numpy()
        cleaned = cleaned.astype({"language": "str", "language_confidence": "float64"})
        ids, n_ids = _safe_ids(raw["response_id"])
        own = raw[list(_kept_columns(self.survey))].copy()
        for column in self.survey.columns.segments:
            own[column] = _redacted_levels(own[column])
        responses = pd.concat(
            [
                ids,
                raw[["score", "group"]],
                cleaned,
                own.drop(columns=["question"], errors="ignore"),
            ],
            axis=1,
        )
        asked = self.survey.columns.question
        responses["question"] = raw[asked].astype("str") if asked else (self.survey.question or "")
        responses = responses.astype({"question": "str", "answer": "str", "content_kind": "str"})
        marks = cleaned["answer"].str.extractall(_PLACEHOLDER)[0].value_counts()
        note = {
            "counts": {
                **{f"answer_{kind}": int(n) for kind, n in _counted(cleaned["content_kind"])},
                "other_language": int(_other_language(responses, options.language).sum()),
                "copies": int((cleaned["n_copies"] > 1).sum()),
                "ids_replaced": n_ids,
            },
            "redacted": {str(label): int(n) for label, n in sorted(marks.items())},
            "languages": {str(code): int(n) for code, n in _counted(cleaned["language"])},
        }
        return {"steps/answers": responses}, note

    def _mentions(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        from feedback_nlp.cleaning import content_kinds
        from feedback_nlp.mentions import cut_mentions
        from feedback_nlp.sentiment import answer_sentiment, label_sentiment, score_sentiment

        responses = read_table(self.folder, "steps/answers")
        mentions = cut_mentions(responses)
        asked = responses.set_index("response_id")["question"]
        questions = mentions["response_id"].map(asked).replace("", None)
        mentions["sentiment"] = score_sentiment(
            mentions["text"].tolist(),
            questions.tolist(),
            model=self.options.sentiment_model,
            progress=self.progress,
        )
        mentions["sentiment_label"] = pd.Series(
            label_sentiment(mentions["sentiment"]), index=mentions.index, dtype="str"
        )
        mentions["content_kind"] = pd.Series(
            content_kinds(mentions["text"].tolist()), index=mentions.index, dtype="str"
        )
        # Read whole, an answer's sentiment follows the score more closely than the mean of its
        # mentions (telecom: Spearman 0.765 against 0.734); the mentions say whether it is mixed.
        whole = responses["answer"].where(responses["has_content"])
        sentiment = score_sentiment(
            whole.tolist(),
            responses["question"].replace("", None).tolist(),
            model=self.options.sentiment_model,
            progress=self.progress,
        )
        mixed = answer_sentiment(mentions).set_index("response_id")["mixed"]
        where = list(responses.columns).index("language_confidence") + 1
        for name, column in (
            ("mixed", responses["response_id"].map(mixed).fillna(False).astype(bool)),
            ("sentiment", pd.Series(sentiment, index=responses.index, dtype="float64")),
        ):
            responses.insert(where, name, column)
        note = {
            "counts": {
                "mentions": len(mentions),
                "mixed_answers": int(responses["mixed"].sum()),
                **{f"mentions_{k}": int(n) for k, n in _counted(mentions["sentiment_label"])},
            }
        }
        return {"responses": responses, "mentions": mentions}, note

    def _themes(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        from feedback_nlp.encoding import encode
        from feedback_nlp.themes.phrases import topic_texts

        responses = read_table(self.folder, "responses")
        mentions = read_table(self.folder, "mentions")
        texts = topic_texts(mentions["text"].tolist())
        vectors = encode(texts, self.options.encoder, progress=self.progress)
        foreign = set(responses["response_id"][_other_language(responses, self.options.language)])
        kinds = mentions["content_kind"].mask(
            mentions["response_id"].isin(foreign), "other_language"
        )
        readable = mentions.assign(content_kind=kinds)
        tables, counts, note = (
            self._themes_of_codebook(readable, vectors)
            if self.options.codebook
            else self._discovered_themes(readable, vectors)
        )
        themes, links = tables["themes"], tables["mention_themes"]
        with_content = responses.loc[responses["has_content"], "response_id"]
        themed = with_content.isin(set(links["response_id"]))
        found = {
            "counts": {
                "with_content": len(with_content),
                "with_theme": int(themed.sum()),
                "without_theme": int((~themed).sum()),
                "themes": int(themes["parent_id"].isna().sum()),
                "sub_themes": int(themes["parent_id"].notna().sum()),
                **counts,
            },
            "themes_note": note,
        }
        return tables, found

    def _discovered_themes(
        self, mentions: pd.DataFrame, vectors: Any
    ) -> tuple[dict[str, pd.DataFrame], dict[str, int], str]:
        from feedback_nlp.themes.discover import discover_themes

        found = discover_themes(
            mentions, vectors, seed=self.options.seed, n_themes=self.options.n_themes
        )
        return {"themes": found.themes, "mention_themes": found.mention_themes}, {}, found.note

    def _themes_of_codebook(
        self, mentions: pd.DataFrame, vectors: Any
    ) -> tuple[dict[str, pd.DataFrame], dict[str, int], str]:
        from feedback_nlp.themes.assign import assign_themes
        from feedback_nlp.themes.codebook import read_codebook, themes_table

        codebook = read_codebook(str(self.options.codebook))
        found = assign_themes(
            mentions, vectors, codebook, seed=self.options.seed, encoder=self.options.encoder
        )
        tables = {
            "themes": themes_table(codebook, found.mention_themes),
            "mention_themes": found.mention_themes,
            "new_themes": found.new_themes,
        }
        counts = {f"codebook_{name}": int(n) for name, n in found.counts.items()}
        return tables, counts, " ".join([found.note, *map(str, codebook.problems)]).strip()

    def _findings(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        from feedback_nlp.encoding import encode
        from feedback_nlp.findings.playbook import read_playbook
        from feedback_nlp.findings.raking import margin_shares
        from feedback_nlp.findings.survey_findings import FindingRoles, survey_findings
        from feedback_nlp.population import read_invitations, read_margins
        from feedback_nlp.themes.phrases import topic_texts

        responses, mentions, links, themes = (
            read_table(self.folder, name)
            for name in ("responses", "mentions", "mention_themes", "themes")
        )
        columns, options = self.survey.columns, self.options
        asked = read_invitations(options.invitations) if options.invitations else None
        found = survey_findings(
            responses,
            mentions,
            links,
            themes,
            encode(topic_texts(mentions["text"].tolist()), options.encoder),
            FindingRoles(
                columns.segments, columns.date, columns.weight, columns.value, columns.consent
            ),
            read_playbook(options.playbook),
            target=options.target,
            event=options.event,
            today=options.today,
            invitations=asked.table if asked else None,
            invited=asked.counted if asked else None,
            smallest=options.smallest_group,
            resamples=options.resamples,
            seed=options.seed,
        )
        tables, notes = found.tables, found.notes
        if options.margins and columns.weight:
            tables["margins"] = margin_shares(
                responses, read_margins(options.margins), columns.weight
            )
        return tables, {"counts": {}, "findings_notes": notes}

    def _record(self) -> dict[str, Any]:
        survey = self.survey
        counts = dict(survey.counts)
        for note in self.notes.values():
            counts.update(note["counts"])
        columns = asdict(survey.columns)
        why = columns.pop("why")
        return {
            "input": {"name": survey.name, **survey.source},
            "question": survey.question,
            "columns": columns,
            "columns_why": dict(why),
            "options": asdict(self.options),
            "seed": self.options.seed,
            "key": self.key,
            "counts": counts,
            "redacted": self.notes["answers"]["redacted"],
            "languages": self.notes["answers"]["languages"],
            "themes_note": self.notes["themes"]["themes_note"],
            "findings_notes": self.notes["findings"]["findings_notes"],
            "versions": versions(),
            "models": self.models,
            "seconds": self.seconds,
            "reused": self.reused,
        }


def _models(options: Options) -> dict[str, str]:
    from feedback_nlp.encoding import load_encoder
    from feedback_nlp.language_models import spacy_model_name
    from feedback_nlp.sentiment import model_fingerprint

    return {
        "encoder": options.encoder,
        "encoder_fingerprint": load_encoder(options.encoder).fingerprint,
        "sentiment": options.sentiment_model or "shipped",
        "sentiment_fingerprint": model_fingerprint(options.sentiment_model),
        "spacy": spacy_model_name(),
    }


def _kept_columns(survey: Survey) -> list[str]:
    """Only columns with a role are saved: what else a file holds may be personal."""
    columns = survey.columns
    named = [
        columns.date,
        *columns.segments,
        *columns.csat,
        columns.weight,
        columns.value,
        columns.consent,
    ]
    return [name for name in dict.fromkeys(named) if name is not None]


def _safe_ids(ids: pd.Series) -> tuple[pd.Series, int]:
    """Identifiers that are personal data themselves (an e-mail address) are replaced."""
    from feedback_nlp.privacy import find_personal_data

    ids = ids.astype("str")
    personal = {"EMAIL", "PHONE", "NAME", "IBAN", "CARD"}
    if any(one.label in personal for found in find_personal_data(ids.tolist()) for one in found):
        made = pd.Series([f"R{n:06d}" for n in range(1, len(ids) + 1)], dtype="str")
        return made.rename("response_id"), len(ids)
    return ids.rename("response_id"), 0


def _redacted_levels(column: pd.Series) -> pd.Series:
    from feedback_nlp.personal_data.identifiers import find_identifiers
    from feedback_nlp.privacy import redact

    levels = [level for level in column.dropna().unique() if find_identifiers(str(level))]
    return column.replace(dict(zip(levels, redact([str(level) for level in levels]), strict=True)))


def _other_language(responses: pd.DataFrame, expected: str) -> pd.Series:
    return responses["has_content"] & ~responses["language"].isin([expected, "und"])


def _counted(column: pd.Series) -> list[tuple[str, int]]:
    return sorted((str(value), int(n)) for value, n in column.value_counts().items())
