"""Scores files under the suite's conditions and pools them over runs.

A verdict is what one file did under one condition: plain figures and the block sums that intervals are made from. Runs
(subject and seed) are drawn with replacement, and blocks of 5 s within each, so that an interval speaks of new subjects
and new time; a difference between models draws the same runs and blocks for both.
"""

from __future__ import annotations

import functools
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from entrain_model import contract as contracts
from entrain_model import evaluate, suite
from entrain_model.evaluate import RESAMPLES, Decoded
from entrain_model.export import file_hash
from entrain_model.recording import Session
from entrain_model.suite import Run
from entrain_model.windows import stream

RELOCK_MILLIS = 30.0
RELOCK_SHARE = 0.85
RELOCK_SECONDS = 6.0
JUMP_MILLIS = 40.0
"""Smaller jumps are no test: the estimate is almost right before it moves."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """`sums` by output: [blocks, 4, K]; `relock` [1 + hops]: count of jumps, then how many were within 30
    ms at each hop after; empty where nothing jumped."""

    model: str
    run: str
    condition: str
    figures: dict[str, float]
    sums: dict[str, np.ndarray]
    relock: np.ndarray


def verdict(decoded: Decoded, model: str, run: str, condition: str, more: dict[str, float] | None = None) -> Verdict:
    """What was decoded as a verdict, with `more` figures beside the usual ones."""
    return Verdict(
        model=model,
        run=run,
        condition=condition,
        figures=evaluate.scores(decoded) | (more or {}),
        sums={o.name: evaluate.block_sums(decoded, o.name) for o in decoded.contract.outputs},
        relock=relock(decoded),
    )


def verdicts(path: Path, model: str, run: str, sessions: dict[str, Session], *, oracle: bool = False) -> list[Verdict]:
    """One verdict for each condition. The sessions run through the file side by side: a row's result does not depend on
    its batch, and a batch costs little more than a row."""
    contract = contracts.read(path)
    streams = [stream(s, contract, (s.start_nanos, s.end_nanos)) for s in sessions.values()]
    apart = evaluate.decode(path, streams, oracle=oracle).apart()
    return [verdict(decoded, model, run, condition) for condition, decoded in zip(sessions, apart, strict=True)]


def relock(decoded: Decoded) -> np.ndarray:
    """[1 + hops]: jumps of more than 40 ms that had 6 s for themselves, then how many of them were within 30 ms at each
    hop after."""
    hops = round(RELOCK_SECONDS * 1000 / decoded.contract.hop_millis)
    if decoded.lag_millis is None or len(decoded.hops) < 2 or decoded.hops[1] - decoded.hops[0] != 1:
        return np.zeros(0)
    truth, error = decoded.true_lag_millis[:, 0], decoded.lag_millis[:, 0] - decoded.true_lag_millis[:, 0]
    every = np.flatnonzero(np.abs(np.diff(truth)) > 1) + 1
    big = np.flatnonzero(np.abs(np.diff(truth)) > JUMP_MILLIS) + 1
    kept = [j for j in big if j + hops < len(truth) and not ((every > j) & (every < j + hops)).any()]
    if not kept:
        return np.zeros(0)
    near = np.stack([np.abs(error[j : j + hops]) <= RELOCK_MILLIS for j in kept])
    return np.concatenate([[len(kept)], near.sum(0)]).astype(float)


def relock_seconds(verdicts: list[Verdict], hop_millis: int) -> float:
    """Seconds until 85 % of the hops at that distance from a jump are within 30 ms, over all runs; inf: never."""
    found = [v.relock for v in verdicts if v.relock.size]
    if not found:
        return float("nan")
    total = np.sum(found, axis=0)
    good = np.flatnonzero(total[1:] / total[0] >= RELOCK_SHARE)
    return float(good[0] * hop_millis / 1000) if good.size else float("inf")


def as_row(v: Verdict) -> dict[str, object]:
    """A verdict as JSON takes it; sums to seven digits, far below what an interval resolves."""
    sums = {n: [[[float(f"{x:.7g}") for x in r] for r in block] for block in s.tolist()] for n, s in v.sums.items()}
    row = {"model": v.model, "run": v.run, "condition": v.condition, "figures": v.figures, "sums": sums}
    return row | {"relock": v.relock.tolist()}


def from_row(row: dict) -> Verdict:
    sums = {name: np.asarray(values) for name, values in row["sums"].items()}
    relock = np.asarray(row.get("relock", []), float)
    return Verdict(row["model"], row["run"], row["condition"], row["figures"], sums, relock)


def cached(
    folder: Path, path: Path, model: str, run: Run, conditions: list[str], data: Path, *, oracle: bool
) -> list[Verdict]:
    """The verdicts, from `folder` where this very file has had them before."""
    kind = "oracle" if oracle else "own"
    files = {c: folder / f"{file_hash(path)[:16]}-{kind}-{c}.json" for c in conditions}
    missing = [c for c, file in files.items() if not file.is_file()]
    if missing:
        sessions = {c: _session(data, run.subject, c) for c in missing}
        folder.mkdir(parents=True, exist_ok=True)
        for found in verdicts(path, model, run.name, sessions, oracle=oracle):
            files[found.condition].write_text(json.dumps(as_row(found)))
    return [from_row(json.loads(file.read_text())) for file in files.values()]


@functools.lru_cache(maxsize=len(suite.CONDITIONS))
def _session(data: Path, subject: int, condition: str) -> Session:
    return suite.test_session(data, subject, condition)


def keep(folder: Path, found: list[Verdict]) -> None:
    """Writes each run's verdicts to RUN.json.gz, so that a table can be added to without the files it came from. Those
    of other models and conditions stay."""
    folder.mkdir(parents=True, exist_ok=True)
    together = {(v.run, v.model, v.condition): v for v in [*kept(folder), *found]}
    for run in dict.fromkeys(v.run for v in found):
        rows = [as_row(v) for v in together.values() if v.run == run]
        (folder / f"{run}.json.gz").write_bytes(gzip.compress(json.dumps(rows).encode(), mtime=0))


def kept(folder: Path) -> list[Verdict]:
    """What `keep` wrote to `folder`."""
    files = sorted(folder.glob("*.json.gz"))
    return [from_row(row) for file in files for row in json.loads(gzip.decompress(file.read_bytes()))]


def pooled(found: list[Verdict], output: str) -> tuple[float, np.ndarray]:
    """Mean R2 over the runs and its resamples [RESAMPLES]; `found` is one model's under one condition, run by run. Runs
    [N, R] are drawn, then blocks [N, R, B] within each; the same seed always, so that differences are paired."""
    blocks = min(len(v.sums[output]) for v in found)
    sums = np.stack([v.sums[output][:blocks] for v in found])  # [R, B, 4, K]
    rng = np.random.default_rng(0)
    run = rng.integers(0, len(found), (RESAMPLES, len(found), 1))
    drawn = sums[run, rng.integers(0, blocks, (RESAMPLES, len(found), blocks))].sum(2)
    return float(evaluate.r2_of(sums.sum(1)).mean()), evaluate.r2_of(drawn).mean(1)


def interval(drawn: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def mean_figure(verdicts: list[Verdict], name: str) -> float:
    values = [v.figures[name] for v in verdicts if name in v.figures]
    return float(np.mean(values)) if values else float("nan")


def rms_figure(verdicts: list[Verdict], name: str) -> float:
    values = [v.figures[name] ** 2 for v in verdicts if name in v.figures]
    return float(np.sqrt(np.mean(values))) if values else float("nan")
