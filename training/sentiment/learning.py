"""The model and how it learns: a MiniLM encoder whose mean token gives one polarity."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from training_data import Example
from transformers import AutoModel

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
    """Mean of the last layer's tokens, one linear unit, tanh."""

    def __init__(self, encoder: Path) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(
            encoder, attn_implementation="eager", local_files_only=True
        )
        self.head = torch.nn.Linear(self.model.config.hidden_size, 1)

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        states = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        return torch.tanh(self.head(mean))


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
        for ids, mask, bag, share, target, weight in plan:
            with torch.autocast("cpu", torch.bfloat16):
                polarity = model(ids, mask).float().squeeze(-1)
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


def _batches(
    examples: Sequence[Example], pieces: Any, random_: random.Random
) -> Iterator[tuple[torch.Tensor, ...]]:
    """One epoch: every example once, freshly varied, those of like length together."""
    varied = [_vary(example, random_) for example in examples]
    encoded = []
    for passages, question in varied:
        rows = pieces.encode_batch(
            [(question, passage) if question else passage for passage in passages]
        )
        encoded.append([row.ids for row in rows])
    order = list(range(len(examples)))
    random_.shuffle(order)
    order.sort(  # neighbours of like length, but shuffled among 40 groups
        key=lambda i: max(map(len, encoded[i])) + random_.random() * 6
    )
    batches: list[list[int]] = [[]]
    longest = 0
    for i in order:
        longest = max(longest, *map(len, encoded[i]))
        rows = sum(len(encoded[j]) for j in batches[-1]) + len(encoded[i])
        if batches[-1] and (rows * longest > TOKENS_A_BATCH or rows > 96):
            batches.append([])
            longest = max(map(len, encoded[i]))
        batches[-1].append(i)
    random_.shuffle(batches)
    for members in batches:
        rows = [row for i in members for row in encoded[i]]
        width = max(map(len, rows))
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        bag = torch.tensor([b for b, i in enumerate(members) for _ in encoded[i]])
        sizes = [len(row) for i in members for row in encoded[i]]
        totals = np.bincount(bag.numpy(), sizes)
        share = torch.tensor(np.array(sizes) / totals[bag.numpy()], dtype=torch.float32)
        target = torch.tensor([examples[i].polarity for i in members], dtype=torch.float32)
        weight = torch.tensor([examples[i].weight for i in members], dtype=torch.float32)
        yield ids, mask, bag, share, target, weight


def _vary(example: Example, random_: random.Random) -> tuple[list[str], str]:
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
    return [_slip(passage, random_) for passage in passages], question


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
