"""The noise at which a model loses the lag: forecast from little noise, and measured.

A window of EVIDENCE_SECONDS of evidence S finds the lag where the true lag's score stands above the largest of the
others. The margin of a window is (S(true) - mean of S elsewhere) / (sd of S elsewhere), and breakdown is where its mean
falls to the expected maximum of N - 1 others, c(N - 1) (docs/critical-noise.md): half of the windows then find the lag.

Noise lowers the margin as it lowers the correlation of each stream's features with their clean selves. Spurious Poisson
events at sigma times each channel's rate add sigma times the variance that counts have anyway; white noise of sigma
times a channel's sd adds sigma^2 times the sd's square. With one coefficient a stream, fitted at sigma <= 1,

    margin(sigma) = margin_0 / sqrt(prod over event streams (1 + a sigma) * prod over sample streams (1 + b sigma^2))

Each coefficient is read from noise in that stream alone: in both at once they could not be told apart.

Shapes: W windows, L lags.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from entrain_model import contract as contracts
from entrain_model.contract import Contract, ContractError
from entrain_model.evaluate import each_hop
from entrain_model.lag_filter import EVIDENCE_SECONDS, expected_maximum
from entrain_model.windows import Stream, noisy

CALIBRATED_NOISE = (0.5, 1.0)
"""Of one stream at a time: the forecast may use no more."""
WARMUP_SECONDS = 3.0
HIT_MILLIS = 30.0
NEAR_STEPS = 3.5
"""Grid points about the true lag that are no distractors: they share its peak."""
RESAMPLES = 400
BLOCK_WINDOWS = 5
LARGEST_NOISE = 100.0


@dataclass(frozen=True, eq=False)
class Windows:
    """`margin` [W], and whether the largest evidence lay within 30 ms of the true lag, `hit` [W]."""

    margin: np.ndarray
    hit: np.ndarray


def windows(path: Path, streams: list[Stream]) -> list[Windows]:
    """The windows of each stream, side by side through the file: one for every EVIDENCE_SECONDS after the warm-up."""
    contract = contracts.read(path)
    kept = next((s for s in contract.states if s.name == "lag_evidence"), None)
    if contract.lag is None or kept is None:
        raise ContractError(f"{path}: no lag and state 'lag_evidence', which a forecast reads its margins from")
    every = round(EVIDENCE_SECONDS * 1000 / contract.hop_millis)
    first = round(WARMUP_SECONDS * 1000 / contract.hop_millis)
    rows, hops = [], []
    for hop, result in each_hop(path, streams, range(min(s.hops for s in streams))):
        if hop >= first and (hop - first) % every == 0:
            rows.append(result[kept.next])
            hops.append(hop)
    evidence = np.stack(rows, axis=1)  # [S, W, L]
    return [judged(e, s.lag_millis[hops], contract) for e, s in zip(evidence, streams, strict=True)]


def judged(evidence: np.ndarray, truth: np.ndarray, contract: Contract) -> Windows:
    """Windows of evidence [W, L] and their true lags [W] in ms."""
    grid = np.asarray(contract.lag.grid_millis)
    step = grid[1] - grid[0]
    away = np.abs(grid - truth[:, None]) > NEAR_STEPS * step
    others = np.ma.masked_array(evidence.astype(np.float64), ~away)
    true = np.ma.masked_array(evidence.astype(np.float64), away).max(1)
    margin = (true - others.mean(1)) / np.maximum(others.std(1), 1e-9)
    hit = np.abs(grid[evidence.argmax(1)] - truth) <= max(HIT_MILLIS, step)
    return Windows(margin.filled(0.0), hit.astype(float))


@dataclass(frozen=True, eq=False)
class Forecast:
    """`coefficients` by modality; `events` names those that hold events; noise is in units of each channel's sd or of
    each unit's rate."""

    margin: float
    coefficients: dict[str, float]
    events: tuple[str, ...]
    critical: float

    def at(self, noise: np.ndarray) -> np.ndarray:
        """Expected margin at each noise."""
        fall = np.ones_like(noise, dtype=np.float64)
        for name, value in self.coefficients.items():
            fall = fall * (1 + value * (noise if name in self.events else noise**2))
        return self.margin / np.sqrt(fall)

    @property
    def breakdown_noise(self) -> float:
        """Where the margin falls to the critical one; at most LARGEST_NOISE."""
        grid = np.linspace(0, LARGEST_NOISE, 20001)
        below = np.flatnonzero(self.at(grid) <= self.critical)
        return float(grid[below[0]]) if below.size else LARGEST_NOISE


def calibration(panes: Stream, seed: int) -> dict[tuple[str, float], Stream]:
    """The clean stream and, for each modality, the stream with noise in that modality alone."""
    streams = {("", 0.0): panes}
    for i, m in enumerate(panes.contract.modalities):
        for j, sigma in enumerate(CALIBRATED_NOISE):
            streams[m.name, sigma] = noisy(panes, sigma, seed + 10 * i + j, only=m.name)
    return streams


def forecast(found: dict[tuple[str, float], Windows], contract: Contract) -> tuple[Forecast, tuple[float, float]]:
    """The forecast of the breakdown noise, and the 95 % band of a bootstrap over blocks of windows."""
    margins = {key: w.margin for key, w in found.items()}
    count = min(len(m) for m in margins.values())
    rng, blocks = np.random.default_rng(0), -(-count // BLOCK_WINDOWS)
    noises = []
    for _ in range(RESAMPLES):
        starts = rng.integers(0, max(1, count - BLOCK_WINDOWS + 1), blocks)
        rows = (starts[:, None] + np.arange(BLOCK_WINDOWS)).flatten() % count
        noises.append(_fitted({key: float(m[rows].mean()) for key, m in margins.items()}, contract).breakdown_noise)
    low, high = np.quantile(noises, (0.025, 0.975))
    return _fitted({key: float(m.mean()) for key, m in margins.items()}, contract), (float(low), float(high))


def _fitted(margins: dict[tuple[str, float], float], contract: Contract) -> Forecast:
    """Least squares of (margin_0 / margin)^2 - 1 through the origin, for each modality."""
    clean, coefficients = margins["", 0.0], {}
    events = tuple(m.name for m in contract.modalities if m.kind == "events")
    for m in contract.modalities:
        x = np.array([s if m.name in events else s**2 for s in CALIBRATED_NOISE])
        y = np.array([(clean / max(margins[m.name, s], 1e-6)) ** 2 - 1 for s in CALIBRATED_NOISE])
        coefficients[m.name] = max(0.0, float((x * y).sum() / (x * x).sum()))
    return Forecast(clean, coefficients, events, expected_maximum(len(contract.lag.grid_millis) - 1))


def measured(noises: list[float], hits: list[np.ndarray]) -> tuple[float, tuple[float, float]]:
    """The noise at which half of the windows hit, between the noises that were run (linear), and the 95 % interval of a
    bootstrap over blocks of windows; `hits` [W] for each noise. Infinite where more than half hit at every noise."""
    rng, drawn = np.random.default_rng(0), []
    for _ in range(RESAMPLES):
        rates = []
        for hit in hits:
            starts = rng.integers(0, max(1, len(hit) - BLOCK_WINDOWS + 1), -(-len(hit) // BLOCK_WINDOWS))
            rates.append(hit[(starts[:, None] + np.arange(BLOCK_WINDOWS)).flatten() % len(hit)].mean())
        drawn.append(_half(noises, rates))
    low, high = np.quantile(drawn, (0.025, 0.975), method="nearest")
    return _half(noises, [float(h.mean()) for h in hits]), (float(low), float(high))


def _half(noises: list[float], rates: list[float]) -> float:
    for i in range(1, len(noises)):
        if rates[i] < 0.5 <= rates[i - 1]:
            part = (rates[i - 1] - 0.5) / (rates[i - 1] - rates[i])
            return noises[i - 1] + part * (noises[i] - noises[i - 1])
    return float("inf") if rates[0] >= 0.5 else noises[0]
