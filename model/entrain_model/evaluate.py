"""Runs exported models as the job does, hop after hop with the state carried, and scores what they decode.

R2 is 1 - squared error / squared deviation from the mean of the scored stretch, averaged over components. Intervals
are 95 %, from a bootstrap over blocks of 5 s. Scoring starts after the contract's `warmup_hops`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from entrain_model import contract as contracts
from entrain_model.contract import Contract
from entrain_model.windows import Stream

BLOCK_SECONDS = 5.0
RESAMPLES = 1000
NORMAL_90 = 1.6449
"""Half the width, in sd, of the central 90 % of a normal distribution."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """Everything a model said on S equally long streams: each array [hops, S, ...], hops after warm-up only."""

    name: str
    contract: Contract
    mean: np.ndarray
    log_variance: np.ndarray
    targets: np.ndarray
    lag_millis: np.ndarray | None
    true_lag_millis: np.ndarray


def session_of(path: Path) -> onnxruntime.InferenceSession:
    """One thread and no spinning, as in the job."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def decode(path: Path, streams: list[Stream]) -> Decoded:
    """Runs the file at `path` over all streams side by side, one batch a hop."""
    contract, session = contracts.read(path), session_of(path)
    names = list(contract.results())
    states = {}
    for s in contract.states:
        initial = np.broadcast_to(np.asarray(s.initial, np.float32), (int(np.prod(s.shape)),)).reshape(s.shape)
        states[s.name] = np.repeat(initial[None], len(streams), axis=0)
    hops = min(s.hops for s in streams)
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for hop in range(hops):
        each = [s.windows(np.array([hop])) for s in streams]
        feeds = {name: np.concatenate([w[name] for w in each]) for name in each[0]}
        result = dict(zip(names, session.run(names, feeds | states), strict=True))
        states = {s.name: result[s.next] for s in contract.states}
        for name in names:
            kept[name].append(result[name])
    scored = slice(contract.warmup_hops, hops)
    output = contract.outputs[0]
    return Decoded(
        name=contract.name,
        contract=contract,
        mean=np.stack(kept[output.name])[scored],
        log_variance=np.stack(kept[output.log_variance])[scored],
        targets=np.stack([s.targets[scored] for s in streams], axis=1),
        lag_millis=np.stack(kept[contract.lag.millis])[scored] if contract.lag else None,
        true_lag_millis=np.stack([s.lag_millis[scored] for s in streams], axis=1),
    )


def r2(mean: np.ndarray, targets: np.ndarray) -> float:
    """R2 over all leading dimensions, averaged over the last one (the components)."""
    mean, targets = mean.reshape(-1, mean.shape[-1]), targets.reshape(-1, targets.shape[-1])
    error = ((mean - targets) ** 2).sum(0)
    return float(np.mean(1 - error / ((targets - targets.mean(0)) ** 2).sum(0)))


def bootstrap_r2(decoded: list[Decoded], seed: int = 0) -> np.ndarray:
    """R2 of each model in each resample of time blocks, [RESAMPLES, models]: the same blocks for every model, so that
    differences between columns are paired. Streams of one stretch of time are resampled together."""
    first = decoded[0]
    hops = len(first.targets)
    block = max(1, round(BLOCK_SECONDS * 1000 / first.contract.hop_millis))
    count = max(1, hops // block)
    sums = []  # for each block: n, sum y, sum y^2, and each model's squared error
    for b in range(count):
        rows = slice(b * block, (b + 1) * block if b + 1 < count else hops)
        y = first.targets[rows].reshape(-1, first.targets.shape[-1]).astype(np.float64)
        errors = [((d.mean[rows] - d.targets[rows]) ** 2).sum((0, 1)) for d in decoded]
        sums.append(np.stack([np.full(y.shape[1], float(len(y))), y.sum(0), (y**2).sum(0), *errors]))
    sums = np.stack(sums)
    rng = np.random.default_rng(seed)
    drawn = sums[rng.integers(0, count, (RESAMPLES, count))].sum(1)  # [RESAMPLES, 3 + models, K]
    n, total, squares, errors = drawn[:, 0], drawn[:, 1], drawn[:, 2], drawn[:, 3:]
    deviation = squares - total**2 / n
    return (1 - errors / deviation[:, None]).mean(-1)


def scores(decoded: Decoded) -> dict[str, float]:
    """Plain figures of one model: R2 with its interval, coverage of 90 % intervals, and the error of its lag."""
    low, high = np.quantile(bootstrap_r2([decoded])[:, 0], (0.025, 0.975))
    sd = np.exp(0.5 * decoded.log_variance)
    inside = np.abs(decoded.mean - decoded.targets) <= NORMAL_90 * sd
    figures = {"r2": r2(decoded.mean, decoded.targets), "r2_low": float(low), "r2_high": float(high)}
    figures["coverage_90"] = float(inside.mean())
    if decoded.lag_millis is not None:
        error = decoded.lag_millis - decoded.true_lag_millis
        figures["lag_rmse_millis"] = float(np.sqrt((error**2).mean()))
        figures["lag_median_error_millis"] = float(np.median(np.abs(error)))
        figures["lag_bias_millis"] = float(error.mean())
    return {name: round(value, 4) for name, value in figures.items()}


def compare(decoded: list[Decoded]) -> list[dict[str, object]]:
    """One row of figures for each model; from the second on with the lead of the first over it and its interval."""
    drawn = bootstrap_r2(decoded)
    rows = []
    for i, d in enumerate(decoded):
        row: dict[str, object] = {"model": d.name} | scores(d)
        if i > 0:
            low, high = np.quantile(drawn[:, 0] - drawn[:, i], (0.025, 0.975))
            lead = r2(decoded[0].mean, decoded[0].targets) - r2(d.mean, d.targets)
            row |= {"lead": round(lead, 4), "lead_low": round(float(low), 4), "lead_high": round(float(high), 4)}
        rows.append(row)
    return rows
