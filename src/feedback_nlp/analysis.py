"""The steps of a run, each saved before the next begins."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from feedback_nlp.codebook_runs import (
    CodebookThemes,
    codebook_themes,
    earlier_wave,
    in_other_language,
    readable_mentions,
    score_change,
)
from feedback_nlp.encoding import Vectors
from feedback_nlp.options import ROW_OPTIONS, THEME_OPTIONS, Options
from feedback_nlp.partitions import Partition, clear_tables, partitions_of
from feedback_nlp.provenance import code_digest, table_digest, versions
from feedback_nlp.reading.scales import Scale
from feedback_nlp.row_steps import RowPlan
from feedback_nlp.run_folder import (
    RECORD,
    Run,
    Steps,
    file_sha256,
    key_of,
    read_table,
    tables_digest,
    write_json,
)
from feedback_nlp.second_process import close_second_process, second_process
from feedback_nlp.stored_vectors import StoredVectors, open_vectors
from feedback_nlp.survey import Columns, Survey
from feedback_nlp.threads import fewer_collections
from feedback_nlp.validation.saved import STEP as CHECK_BY_HAND
from feedback_nlp.validation.saved import forget_stale

if TYPE_CHECKING:
    from feedback_nlp.findings.survey_findings import SurveyFindings

STEPS_BAR = "{desc}{n_fmt}/{total_fmt} steps, {elapsed}"
_NEEDED_LATER = (
    "feedback_nlp.findings.survey_findings",
    "ruamel.yaml",
    "ruptures",
    "scipy.stats",
    "sklearn.linear_model",
    "statsmodels.stats.proportion",
)
_LIKE_EACH_OTHER = 50
_SMALL = 50_000  # responses up to which memory is no concern


class Analysis:
    """The steps of one run, in order; each works on what the one before has saved."""

    def __init__(
        self,
        survey: Survey,
        folder: Path,
        options: Options,
        progress: bool,
        scheduler: str | None = None,
    ) -> None:
        self.survey, self.options, self.progress = survey, options, progress
        self.scheduler = scheduler
        self.folder = folder
        self.previous = earlier_wave(options.previous, folder) if options.previous else None
        if options.codebook:
            from feedback_nlp.themes.codebook import read_codebook

            # A mistake in it is told now, not when the answers have been read for minutes.
            read_codebook(options.codebook)
        self.models = _models(options)
        # Only now a folder is made: what was asked for can be had.
        self.steps = Steps(folder)
        self.keys = self._keys()
        self.reused: list[str] = []
        self.seconds: dict[str, float] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self._begun: Future[SurveyFindings] | None = None

    def run(self) -> Run:
        """Do what is not done yet.

        Raises
        ------
        FeedbackError
            An option cannot be used, or another run writes into the folder.
        """
        with self.steps.alone():
            return self._run()

    def _run(self) -> Run:
        plan: list[tuple[str, str, Callable[[], tuple[dict[str, pd.DataFrame], dict[str, Any]]]]]
        plan = [
            ("rows", "Reading answers", self._rows),
            ("themes", "Finding themes", self._themes),
            ("findings", "Computing findings", self._findings),
            ("satisfaction", "Setting satisfaction beside it", self._satisfaction),
        ]
        small, seldom = len(self.survey.responses) <= _SMALL, ("rows", "themes")
        with tqdm(total=len(plan), disable=not self.progress, bar_format=STEPS_BAR) as bar:
            for step, doing, work in plan:
                bar.set_description(doing)
                if step == "findings":
                    self._begin_satisfaction()
                note = self.steps.finished(step, self.keys[step])
                started = time.perf_counter()
                if note is None:
                    # The record stands for a finished run: no old one over new tables.
                    (self.folder / RECORD).unlink(missing_ok=True)
                    # Findings are many small products: threads would only wait for each other;
                    # of a million respondents they leave gigabytes, which collections give back.
                    with (
                        threadpool_limits(limits=None if step == "rows" else 1),
                        fewer_collections() if small or step in seldom else nullcontext(),
                    ):
                        tables, note = work()
                    beside = self._vector_files() if step == "rows" else ()
                    self.steps.finish(step, self.keys[step], tables, note, beside)
                else:
                    self.reused.append(step)
                if step == "rows":
                    clear_tables(self.folder, self._parts())
                if not small:
                    gc.collect()
                    pa.default_memory_pool().release_unused()  # of a million rows a gigabyte
                self.seconds[step] = round(time.perf_counter() - started, 3)
                self.notes[step] = note
                bar.update()
            bar.set_description("Done")
        if self.progress and self.reused:
            print(f"Used again from an earlier run: {', '.join(self.reused)}.", file=sys.stderr)
        if forget_stale(self.folder) and self.progress:
            print("The check by hand was of other themes and is set aside.", file=sys.stderr)
        self.steps.remove_strays([*self.keys, CHECK_BY_HAND])
        record = self._record()
        write_json(record, self.folder / RECORD)
        return Run(self.folder, record)

    def _keys(self) -> dict[str, str]:
        """A key for each step, of everything that shapes its tables and nothing else."""
        chosen = asdict(self.options)
        rows = key_of(
            table_digest(self.survey.responses),
            self.survey.columns.by_role(),
            self.survey.question,
            {name: chosen[name] for name in ROW_OPTIONS},
            self.models,
            versions(),
            code_digest(),
        )
        before = (
            tables_digest(self.previous.folder, ["responses", "mentions"]) if self.previous else ""
        )
        themes = key_of(
            rows,
            {name: chosen[name] for name in THEME_OPTIONS},
            _file_digest(self.options.codebook),
            before,
        )
        beside = [self.options.playbook, self.options.invitations, self.options.margins]
        scales = {name: scale.record() for name, scale in self.survey.scales.items()}
        findings = key_of(themes, chosen, [_file_digest(path) for path in beside], scales)
        satisfaction = key_of(findings, "satisfaction")
        keys = {"rows": rows, "themes": themes, "findings": findings}
        return keys | {"satisfaction": satisfaction}

    def _rows(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        """Everything that looks at one row at a time, slice by slice; then the whole tables."""
        from feedback_nlp.cleaning import count_copies
        from feedback_nlp.partitions import joined, prepare_partitions, redacted_in

        ids, n_ids = safe_ids(self.survey.responses["response_id"])
        plan = RowPlan.of(self.survey, self.options)
        with _loading_ahead() if second_process() else nullcontext():
            parts, kept = prepare_partitions(
                self.survey.responses.assign(response_id=ids.to_numpy()),
                plan,
                self.folder,
                self.keys["rows"],
                scheduler=self.scheduler,
                progress=self.progress,
            )
        if kept and self.progress:
            print(f"{kept} of {len(parts)} slices were finished before.", file=sys.stderr)
        responses = joined(self.folder, parts, "responses")
        mentions = joined(self.folder, parts, "mentions")
        where = list(responses.columns).index("language")
        responses.insert(where, "n_copies", count_copies(responses["answer"]).to_numpy())
        note = {
            "counts": {
                **{f"answer_{kind}": int(n) for kind, n in _counted(responses["content_kind"])},
                "other_language": int(in_other_language(responses, self.options.language).sum()),
                "copies": int((responses["n_copies"] > 1).sum()),
                "ids_replaced": n_ids,
                "mentions": len(mentions),
                "mixed_answers": int(responses["mixed"].sum()),
                **{f"mentions_{k}": int(n) for k, n in _counted(mentions["sentiment_label"])},
            },
            "redacted": redacted_in(self.folder, parts),
            "languages": {str(code): int(n) for code, n in _counted(responses["language"])},
            "parts": len(parts),
        }
        return {"responses": responses, "mentions": mentions}, note

    def _vectors(self) -> Vectors | StoredVectors:
        return open_vectors(self._vector_files())

    def _vector_files(self) -> list[Path]:
        return [part.vectors(self.folder) for part in self._parts()]

    def _parts(self) -> list[Partition]:
        plan = RowPlan.of(self.survey, self.options)
        return partitions_of(len(self.survey.responses), plan)

    def _themes(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        from feedback_nlp.themes.discover import Discovery, discover_themes

        responses = read_table(self.folder, "responses")
        mentions = read_table(self.folder, "mentions")
        options, weight = self.options, self.survey.columns.weight
        vectors = self._vectors()
        tables: dict[str, pd.DataFrame] = {}
        noted: dict[str, Any] = {}
        counts: dict[str, int] = {}
        found: CodebookThemes | Discovery
        if options.codebook:
            found = codebook_themes(
                responses,
                mentions,
                vectors,
                options.codebook,
                language=options.language,
                encoder=options.encoder,
                seed=options.seed,
                weight=weight,
                previous=self.previous,
                smallest=options.smallest_group,
            )
            tables["new_themes"] = found.new_themes
            if self.previous is not None and found.wave_changes is not None:
                tables["wave_changes"] = found.wave_changes
                noted["previous"] = score_change(self.previous, responses, weight)
            counts = {f"codebook_{name}": int(n) for name, n in found.counts.items()}
        else:
            readable = readable_mentions(responses, mentions, options.language)
            found = discover_themes(readable, vectors, seed=options.seed, n_themes=options.n_themes)
        tables |= {"themes": found.themes, "mention_themes": found.mention_themes}
        with_content = responses.loc[responses["has_content"], "response_id"]
        themed = with_content.isin(set(found.mention_themes["response_id"]))
        counted = {
            "with_content": len(with_content),
            "with_theme": int(themed.sum()),
            "without_theme": int((~themed).sum()),
            "themes": int(found.themes["parent_id"].isna().sum()),
            "sub_themes": int(found.themes["parent_id"].notna().sum()),
            **counts,
        }
        return tables, {"counts": counted, "themes_note": found.note, **noted}

    def _findings(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        from feedback_nlp.findings.playbook import read_playbook
        from feedback_nlp.findings.raking import margin_shares
        from feedback_nlp.findings.survey_findings import FindingRoles, survey_findings
        from feedback_nlp.population import read_invitations, read_margins

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
            self._vectors(),
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

    def _begin_satisfaction(self) -> None:
        """Have it computed beside the findings, which it does not need, or make room for them."""
        beside = second_process()
        finished = self.steps.finished("satisfaction", self.keys["satisfaction"]) is not None
        if beside is None or finished or len(self.survey.responses) > _SMALL:
            close_second_process()
        else:
            self._begun = beside.submit(_satisfaction_of, *self._to_satisfy())

    def _satisfaction(self) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
        found = self._begun.result() if self._begun else _satisfaction_of(*self._to_satisfy())
        return found.tables, {"counts": {}, "findings_notes": found.notes}

    def _to_satisfy(self) -> tuple[Path, Columns, dict[str, Scale], Options]:
        return self.folder, self.survey.columns, dict(self.survey.scales), self.options

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
            "scales": {name: scale.record() for name, scale in survey.scales.items()},
            "options": asdict(self.options),
            "seed": self.options.seed,
            "key": self.keys["findings"],
            "counts": counts,
            "redacted": self.notes["rows"]["redacted"],
            "languages": self.notes["rows"]["languages"],
            "themes_note": self.notes["themes"]["themes_note"],
            "previous": self.notes["themes"].get("previous"),
            "findings_notes": {
                **self.notes["findings"]["findings_notes"],
                **self.notes["satisfaction"]["findings_notes"],
            },
            "versions": versions(),
            "models": self.models,
            "seconds": self.seconds,
            "reused": self.reused,
        }


def _satisfaction_of(
    folder: Path, columns: Columns, scales: dict[str, Scale], options: Options
) -> SurveyFindings:
    from feedback_nlp.findings.csat.csat_findings import csat_findings
    from feedback_nlp.findings.survey_findings import FindingRoles

    responses, mentions, links, themes = (
        read_table(folder, name) for name in ("responses", "mentions", "mention_themes", "themes")
    )
    with threadpool_limits(1):
        return csat_findings(
            responses,
            mentions,
            links,
            themes,
            scales,
            FindingRoles(columns.segments, weight=columns.weight, value=columns.value),
            outcomes=columns.outcomes,
            score_column=columns.score,
            smallest=options.smallest_group,
            resamples=options.resamples,
            seed=options.seed,
        )


@contextmanager
def _loading_ahead() -> Iterator[None]:
    """Load what later steps need while this process waits for the second one."""
    from feedback_nlp.themes.labels import get_ready

    stopped = Event()

    def load() -> None:
        with suppress(Exception):  # the step that needs it will say so
            for module in _NEEDED_LATER:
                if stopped.is_set():
                    return
                import_module(module)
            get_ready()

    thread = Thread(target=load)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


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


def safe_ids(ids: pd.Series) -> tuple[pd.Series, int]:
    """Identifiers that are personal data themselves (an e-mail address) are replaced, all of them.

    Examples
    --------
    >>> safe_ids(pd.Series(["ann@example.com", "7"]))[0].tolist()
    ['R000001', 'R000002']
    """
    from feedback_nlp.privacy import find_personal_data

    ids = ids.astype("str")
    # Ids that differ in their digits alone are looked at a few times, not a million times.
    shape = ids.str.replace(r"\d", "9", regex=True)
    looked_at = ids[shape.groupby(shape).cumcount() < _LIKE_EACH_OTHER].tolist()
    personal = {"EMAIL", "PHONE", "NAME", "IBAN", "CARD"}
    if any(one.label in personal for found in find_personal_data(looked_at) for one in found):
        made = pd.Series([f"R{n:06d}" for n in range(1, len(ids) + 1)], dtype="str")
        return made.rename("response_id"), len(ids)
    return ids.rename("response_id"), 0


def _file_digest(path: str | None) -> str:
    return file_sha256(Path(path)) if path and Path(path).is_file() else str(path)


def _counted(column: pd.Series) -> list[tuple[str, int]]:
    return sorted((str(value), int(n)) for value, n in column.value_counts().items())
