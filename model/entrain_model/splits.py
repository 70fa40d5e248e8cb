"""Splits of a recording's units into two populations, and the lags that one of them is delayed by in a report.

A split deals the columns of a recording of counts anew: those of the reference stay, the others are delayed. Written as
a session file of its own, so that `replay` runs what was scored. By index, neighbouring units are on one side: a
control for what spike sorting leaves of one unit in its neighbours, which random splits put on both sides.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from entrain_model import recording
from entrain_model.contract import Contract
from entrain_model.recipe import Recipe, Task
from entrain_model.recording import RecordingError, Session
from entrain_model.windows import Stream, stream, wandering_lag

FEW = 15
"""Units of the smaller population: few enough that alignment matters."""
STREAMS = 8
"""Draws of the lag in each condition."""
CONDITIONS = ("lag-0", "constant", "drifting", "jittered")
MIX = CONDITIONS[1:]
"""What is pooled as `mix`."""


@dataclass(frozen=True)
class Split:
    """`kind`: half and half or 15 against the rest, at random or by index; `draw` seeds the random ones."""

    kind: str
    draw: int = 0

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.draw}" if self.draw else self.kind

    def reference(self, units: list[str]) -> list[str]:
        """The units of the reference, in the order of `units`."""
        size = FEW if self.kind.endswith("few") else len(units) // 2
        if self.kind.startswith("index"):
            return units[:size]
        drawn = np.random.default_rng([len(self.kind), self.draw]).choice(len(units), size, replace=False)
        return [units[i] for i in sorted(drawn)]


SPLITS = (
    *(Split("few", i) for i in range(1, 6)),
    *(Split("half", i) for i in range(1, 6)),
    Split("index-few"),
    Split("index-half"),
)


def write(split: Split, base: Path, folder: Path) -> Path:
    """Writes the session file of a split of the recording described by `base`, and returns it."""
    tree = copy.deepcopy(yaml.safe_load(base.read_text()))
    streams = {entry["modality"]: entry for entry in tree["streams"]}
    lagging = tree["lag"]["of"]
    if len(streams) != 2 or any(entry.get("layout") != "counts" for entry in streams.values()):
        raise RecordingError(f"{base}: has streams {sorted(streams)}, must be two of layout counts to be split anew")
    units = sorted(unit for entry in streams.values() for unit in entry["columns"])
    chosen = split.reference(units)
    for name, entry in streams.items():
        entry["columns"] = [u for u in units if (u not in chosen) == (name == lagging)]
    tree["name"] = f"{tree['name']}-{split.name}"
    tree.pop("models", None)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{split.name}.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False, width=120))
    return path


def task(path: Path, data: Path) -> Task:
    """Trains on the first 70 % of the time, chooses on the next 10 %, reports on the last 20 %."""
    session = recording.read(path, data)
    lag_of = yaml.safe_load(path.read_text())["lag"]["of"]
    parts = ([(session, span)] for span in session.parts(0.0, 0.7, 0.8, 1.0))
    reference = next(name for name in session.streams if name != lag_of)
    return Task(*parts, lag_of=lag_of, reference=reference)


def streams(condition: str, made: Task, recipe: Recipe, contract: Contract) -> list[Stream]:
    """The report stretch under a condition: STREAMS lags spread evenly over the range, each drawn within its part."""
    (session, span) = made.report[0]
    if condition == "lag-0":
        return [stream(session, contract, span, np.zeros_like, made.lag_of)]
    jitter = max(recipe.augmentation.jitter_millis) if condition == "jittered" else 0.0
    found = []
    for i in range(STREAMS):
        lag = _lag(condition, i, recipe, (span[1] - span[0]) / 1e9)
        found.append(stream(session, contract, span, lag, made.lag_of, jitter_millis=jitter, seed=3000 + i))
    return found


def _lag(condition: str, i: int, recipe: Recipe, seconds: float):
    limit = recipe.augmentation.lag_millis
    if condition == "drifting":
        return wandering_lag(recipe.wander_sd_millis, recipe.wander_seconds, limit, seconds, 2000 + i)
    millis = constant_lag(i, STREAMS, limit)
    return lambda t: np.full_like(t, millis, dtype=float)


def constant_lag(i: int, count: int, limit_millis: float) -> float:
    """The i-th of `count` lags in ms, each drawn from its own part of +-limit."""
    return -limit_millis + 2 * limit_millis / count * (i + np.random.default_rng(4000 + i).random())


def cold_streams(
    session: Session, span: tuple[int, int], contract: Contract, lag_of: str, limit: float
) -> list[Stream]:
    """Stretches of one window's length all over the report stretch, each with a constant lag: what a filter that begins
    anew finds in them is what that much evidence holds."""
    length = contract.context_hops * contract.hop_millis * 1_000_000
    starts = range(span[0], span[1] - length, length // 2)
    found = []
    for i, start in enumerate(starts):
        millis = constant_lag(i * 7 % len(starts), len(starts), limit)
        lag = lambda t, millis=millis: np.full_like(t, millis, dtype=float)  # noqa: E731
        found.append(stream(session, contract, (start, start + length), lag, lag_of))
    return found
