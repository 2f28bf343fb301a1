"""The model and how it learns: a MiniLM encoder whose mean token gives one polarity."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from training_data import Example
from transformers import AutoModel

from feedback_nlp.sentiment_models import joined_rows

LONGEST = 96  # word pieces of a passage and its question
TOKENS_A_BATCH = 2000
# Questions that lean to neither side, so that having a question says nothing by itself.
NEUTRAL_QUESTIONS = (
    "Any other comments?",
    "Is there anything else you would like to tell us?",
    "How was your experience with us?",
    "Please tell us about your visit.",
    "How do you feel about our service?",
    "Comments",
)
IMPROVE_QUESTIONS = (
    "What could we do better?",
    "How can we improve?",
    "What could we have done better?",
    "Is there anything we could improve?",
    "What should we change?",
)


class PolarityModel(torch.nn.Module):
    """One linear unit on each token; the polarity of a stretch is the tanh of its tokens' mean."""

    def __init__(self, encoder: Path) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(
            encoder, attn_implementation="eager", local_files_only=True
        )
        self.head = torch.nn.Linear(self.model.config.hidden_size, 1)

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        states = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        # No matrix product, which 8 bits would blur token by token.
        return (states * self.head.weight[0]).sum(-1) + self.head.bias


def train(
    model: PolarityModel,
    pieces: Any,
    examples: Sequence[Example],
    *,
    epochs: int,
    rate: float,
    seed: int,
    name: str,
) -> None:
    """Fit the model to the examples in place: AdamW, warm-up, linear decay, squared error."""
    random_ = random.Random(seed)
    torch.manual_seed(seed)
    decayed = [p for n, p in model.named_parameters() if p.dim() > 1]
    other = [p for n, p in model.named_parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": other, "weight_decay": 0.0}],
        lr=rate,
        fused=True,
    )
    plans = [list(_batches(examples, pieces, random_)) for _ in range(epochs)]
    steps = sum(map(len, plans))
    warm = max(1, int(0.06 * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (steps - step) / max(1, steps - warm))
    )
    model.train()
    begun, step, smooth = time.time(), 0, float("nan")
    for plan in plans:
        for ids, mask, stretches, bag, share, target, weight in plan:
            with torch.autocast("cpu", torch.bfloat16):
                tokens = model(ids, mask).float()
            polarity = torch.tanh((tokens[stretches[0]] * stretches[1]).sum(1))
            mean = torch.zeros(len(target)).index_add(0, bag, polarity * share)
            loss = (weight * (mean - target) ** 2).sum() / weight.sum()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
            step += 1
            now = loss.item()
            smooth = now if smooth != smooth else 0.98 * smooth + 0.02 * now
            if step % 25 == 0 or step == steps:
                print(
                    f"{name}: step {step}/{steps}, loss {smooth:.4f}, {time.time() - begun:.0f} s",
                    file=sys.stderr,
                    flush=True,
                )
    model.eval()


@dataclass(frozen=True)
class Stretch:
    """Tokens of a row whose mean is one polarity, and the share it has in its target's."""

    row: int
    first: int
    end: int
    target: int
    share: float


@dataclass(frozen=True)
class Encoded:
    """An example as the model reads it: rows of tokens, stretches of them, their targets."""

    rows: list[list[int]]
    stretches: list[Stretch]
    targets: list[float]
    weight: float


def _batches(
    examples: Sequence[Example], pieces: Any, random_: random.Random
) -> Iterator[tuple[Any, ...]]:
    """One epoch: every example once, freshly varied, those of like length together."""
    encoded = [_encoded(_vary(example, random_), pieces) for example in examples]
    order = list(range(len(encoded)))
    random_.shuffle(order)
    order.sort(  # neighbours of like length, but shuffled among 40 groups
        key=lambda i: max(map(len, encoded[i].rows)) + random_.random() * 6
    )
    batches: list[list[Encoded]] = [[]]
    longest = 0
    for i in order:
        longest = max(longest, *map(len, encoded[i].rows))
        rows = sum(len(one.rows) for one in batches[-1]) + len(encoded[i].rows)
        if batches[-1] and (rows * longest > TOKENS_A_BATCH or rows > 96):
            batches.append([])
            longest = max(map(len, encoded[i].rows))
        batches[-1].append(encoded[i])
    random_.shuffle(batches)
    yield from map(_tensors, batches)


def _tensors(batch: list[Encoded]) -> tuple[Any, ...]:
    rows = [row for one in batch for row in one.rows]
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    of_row, means, bag, share, target, weight = [], [], [], [], [], []
    first_row = 0
    for one in batch:
        for stretch in one.stretches:
            of_row.append(first_row + stretch.row)
            mean = torch.zeros(width)
            mean[stretch.first : stretch.end] = 1 / (stretch.end - stretch.first)
            means.append(mean)
            bag.append(len(target) + stretch.target)
            share.append(stretch.share)
        target += one.targets
        weight += [one.weight] * len(one.targets)
        first_row += len(one.rows)
    stretches = torch.tensor(of_row), torch.stack(means)
    return (
        ids, mask, stretches, torch.tensor(bag), torch.tensor(share),
        torch.tensor(target, dtype=torch.float32), torch.tensor(weight, dtype=torch.float32),
    )  # fmt: skip


def _encoded(example: Example, pieces: Any) -> Encoded:
    """Each passage a row read whole; or, where the example has parts, one row of all of them."""
    question = example.question
    if example.parts:
        row, ends = joined_rows(pieces, [(example.passages, question)], LONGEST)[0]
        stretches = [
            Stretch(0, first, end, number, 1.0) for number, (first, end) in enumerate(ends)
        ]
        return Encoded([row], stretches, list(example.parts), example.weight)
    rows = [
        encoding.ids
        for encoding in pieces.encode_batch(
            [(question, passage) if question else passage for passage in example.passages]
        )
    ]
    total = sum(map(len, rows))
    stretches = [Stretch(i, 0, len(row), 0, len(row) / total) for i, row in enumerate(rows)]
    return Encoded(rows, stretches, [example.polarity], example.weight)


def _vary(example: Example, random_: random.Random) -> Example:
    """Vary what must not matter: stops, slips of the finger, how a question is put."""
    passages = list(example.passages)
    if example.source.startswith("skytrax"):  # another passage of the review each time
        passages = [random_.choice(passages)]
    question = example.question
    if example.source == "nhs" and question:
        draw = random_.random()
        if draw < 0.2:
            question = ""
        elif draw < 0.5 and "improve" in question:
            question = random_.choice(IMPROVE_QUESTIONS)
    elif not question and random_.random() < 0.1:
        question = random_.choice(NEUTRAL_QUESTIONS)
    slipped = tuple(_slip(passage, random_) for passage in passages)
    return replace(example, passages=slipped, question=question)


def _slip(text: str, random_: random.Random) -> str:
    if random_.random() < 0.25:
        text = text.rstrip(".!") or text
    if random_.random() < 0.1 and len(text) > 12:
        place = random_.randrange(1, len(text) - 2)
        if text[place].isalpha() and text[place + 1].isalpha():
            kind = random_.random()
            if kind < 0.4:
                text = text[:place] + text[place + 1 :]
            elif kind < 0.8:
                text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            else:
                text = text[:place] + text[place] + text[place:]
    return text
