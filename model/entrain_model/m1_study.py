"""The study of M1 reaching: every model on splits of the recording's units into two populations.

Trains what is missing, scores what was not scored yet, and writes tables. A result is kept for each split, seed and
model, so that a study that was stopped goes on where it was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from entrain_model import contract as contracts
from entrain_model import evaluate, judge, splits, verdicts
from entrain_model.export import file_hash
from entrain_model.judge import Verdict
from entrain_model.produce import RECORDING_LIMITS, Origin, produce
from entrain_model.recipe import ALIGNED, RECORDING, Recipe, Task
from entrain_model.rivals import RIVALS
from entrain_model.splits import CONDITIONS, Split

LAG_0 = "early-cnn-lag-0"
"""Early fusion trained at lag 0 alone."""
MODELS = tuple(dict.fromkeys((*ALIGNED, "early-cnn", "reference-only", LAG_0, *RIVALS)))
"""All of them, in the order of what is worth training first."""
NEAR_MILLIS = 50.0
Progress = Callable[[int, int, str], None]


def recipe_of(model: str, recipe: Recipe = RECORDING) -> tuple[str, Recipe]:
    """The architecture of a model, and its recipe."""
    if model != LAG_0:
        return model, recipe
    still = dataclasses.replace(recipe.augmentation, lag_millis=0.0, jump_share=0.0)
    return "early-cnn", dataclasses.replace(recipe, augmentation=still)


@dataclasses.dataclass(frozen=True)
class Study:
    """Where things are: the session file that is split, its data, the models, the results."""

    base: Path
    data: Path
    models: Path
    results: Path
    recipe: Recipe = RECORDING

    def result(self, split: Split, seed: int, model: str) -> Path:
        return self.results / "verdicts" / f"{split.name}-seed-{seed}-{model}.json"

    def run(self, split: Split, seed: int, model: str, progress: Progress, *, train: bool) -> list[Verdict] | None:
        """The verdicts on one model, trained first if it is not there; None where it is not there and `train` is
        false."""
        folder = self.models / f"{split.name}-seed-{seed}"
        path, kept = folder / f"{model}.onnx", self.result(split, seed, model)
        known = verdicts.load(kept, file_hash(path) if path.is_file() else None)
        if known is not None:
            return known
        if not path.is_file() and not train:
            return None
        made = splits.task(splits.write(split, self.base, self.models / "sessions"), self.data)
        if not path.is_file():
            origin = Origin(
                data=made.train[0][0].source,
                split=f"{split.name}; trained on the first 70 % of the time, chosen on the next 10 %, reported on the "
                "last 20 %",
                limits=RECORDING_LIMITS,
            )
            kind, recipe = recipe_of(model, self.recipe)
            produce(made, recipe, kind, model, seed, folder, origin, progress)
        found = judged(path, model, f"{split.name}-seed-{seed}", made, self.recipe)
        verdicts.store(kept, file_hash(path), found)
        return found


def judged(path: Path, model: str, run: str, made: Task, recipe: Recipe) -> list[Verdict]:
    """The file at `path` under every condition; a model that aligns also told the true lag."""
    stepwise = path.with_name(f"{path.stem}-incremental.onnx")
    whole, path = path, stepwise if stepwise.is_file() else path
    contract, found = contracts.read(path), []
    for condition in CONDITIONS:
        streams = splits.streams(condition, made, recipe, contract)
        for oracle in (False, True) if model in ALIGNED else (False,):
            decoded = evaluate.decode(path, streams, oracle=oracle, start_hop=recipe.context_hops)
            steady = condition == "constant" and decoded.lag_millis is not None and not oracle
            more = cold(path, whole, made, recipe) if steady else {}
            found.append(judge.verdict(decoded, model + (", true lag" if oracle else ""), run, condition, more))
    return found


def cold(path: Path, whole: Path, made: Task, recipe: Recipe) -> dict[str, float]:
    """Share of windows in which a belief that knew nothing before is within 50 ms after 2 s and after 4 s."""
    (session, span) = made.report[0]
    contract = contracts.read(whole)
    streams = splits.cold_streams(session, span, contract, made.lag_of, recipe.augmentation.lag_millis)
    decoded = evaluate.decode(path, streams, start_hop=0)
    near = np.abs(decoded.lag_millis - decoded.true_lag_millis) <= NEAR_MILLIS  # [hops, windows]
    half = contract.context_hops // 2
    return {
        "cold_within_50_millis_2_s": round(float(near[half - 1].mean()), 4),
        "cold_within_50_millis_4_s": round(float(near[-1].mean()), 4),
    }
