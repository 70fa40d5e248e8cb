"""The alarm for modality dominance: what is left of a fused model when a stream is taken away, against an expert.

A model that fuses two streams of the same content can be as good as its better stream and still have learned nothing
from the other, or fall apart when one of them stops. Neither shows while both are there. So each stream is taken away
in turn, as if it had stopped, and the R2 of what is left is divided by the R2 of the expert that was trained on that
one stream alone (Wang, Tran & Feiszli 2020 hold fused models against unimodal ones in the same way).

Everything goes through exported files and ONNX Runtime, hop after hop, as in the job.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from entrain_model import contract as contracts
from entrain_model import evaluate
from entrain_model.contract import Contract
from entrain_model.evaluate import Decoded
from entrain_model.windows import Stream

SHARE = 0.9
"""Of the expert's R2: below it the alarm sounds."""
STARVED_SHARE = 0.5
"""Below it less than half of what the stream holds has been learned."""
SILENT_R2 = 0.02
"""Of an expert that finds next to nothing: a share of it means nothing."""


class AlarmError(ValueError):
    """Files that cannot be compared: the message says what, the value and what would be right."""


@dataclass(frozen=True)
class Alone:
    """What a model does with the stream `left` when `removed` is gone, against the expert of `left`.

    `share` is R2 over the expert's R2, `low` and `high` its 95 % interval over blocks of time. `verdict` is `sound`;
    `fragile` where the share is below the bound: what the stream holds was learned, but the model leans on the other;
    `starved` where not even half of it was learned; `silent` where the expert itself finds next to nothing."""

    removed: str
    left: str
    r2: float
    expert_r2: float
    share: float
    low: float
    high: float
    verdict: str


def without(stream: Stream, modality: str) -> Stream:
    """The same panes as if a stream had never come: rows zero, masks zero."""
    rows, masks = dict(stream.rows), dict(stream.masks)
    rows[modality], masks[modality] = np.zeros_like(rows[modality]), np.zeros_like(masks[modality])
    return dataclasses.replace(stream, rows=rows, masks=masks)


def verdict(share: float, expert_r2: float, bound: float = SHARE) -> str:
    """`silent`, `sound`, `fragile` or `starved`, as described at `Alone`."""
    if expert_r2 < SILENT_R2:
        return "silent"
    if share >= bound:
        return "sound"
    return "starved" if share < STARVED_SHARE else "fragile"


def alarm(path: Path, experts: list[Path], streams: list[Stream], bound: float = SHARE) -> list[Alone]:
    """One row for each stream that is left; `experts` in any order, one for each modality of the model at `path`."""
    contract = contracts.read(path)
    told = _by_modality(contract, path, experts)
    first = max(contracts.read(file).warmup_hops for file in (path, *experts))
    own = {n: evaluate.decode(file, streams, start_hop=first) for n, file in told.items()}
    rows = []
    for left, other in (list(told), list(told)[::-1]):
        alone = evaluate.decode(path, [without(s, other) for s in streams], start_hop=first)
        rows.append(_row(left, other, alone, own[left], bound))
    return rows


def _row(left: str, other: str, alone: Decoded, expert: Decoded, bound: float) -> Alone:
    r2, expert_r2 = (evaluate.r2(d.mean, d.targets) for d in (alone, expert))
    share = r2 / expert_r2
    drawn = evaluate.bootstrap_r2([alone, expert])
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    figures = (round(float(x), 4) for x in (r2, expert_r2, share, low, high))
    return Alone(other, left, *figures, verdict(share, expert_r2, bound))


def _by_modality(contract: Contract, path: Path, experts: list[Path]) -> dict[str, Path]:
    """The expert of each of the model's two modalities, in the model's order."""
    wanted = [m.name for m in contract.modalities]
    if len(wanted) != 2:
        raise AlarmError(f"{path}: fuses {len(wanted)} streams {wanted}, the alarm needs a model of 2")
    found: dict[str, Path] = {}
    for file in experts:
        expert = contracts.read(file)
        names = [m.name for m in expert.modalities]
        if len(names) != 1 or names[0] not in wanted:
            raise AlarmError(f"{file}: an expert of {names}, must be of one stream of {wanted}")
        if (expert.hop_millis, expert.outputs[0].components) != (contract.hop_millis, contract.outputs[0].components):
            raise AlarmError(f"{file}: hop or outputs are not those of {path}")
        found[names[0]] = file
    missing = [n for n in wanted if n not in found]
    if missing:
        raise AlarmError(f"no expert of {missing[0]!r}; the alarm needs one of each of {wanted}")
    return {n: found[n] for n in wanted}


def lines(rows: list[Alone]) -> list[str]:
    """For a person to read."""
    return [
        f"without {r.removed}: R2 {r.r2:.3f}, {100 * r.share:.0f} % ({100 * r.low:.0f} to {100 * r.high:.0f}) of the "
        f"{r.expert_r2:.3f} that the expert of {r.left} has: {r.verdict}"
        for r in rows
    ]
