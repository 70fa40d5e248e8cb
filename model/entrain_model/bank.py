"""Training windows as the job would see them, cut from features that were computed once.

Filters do not depend on where a window begins, so the filtered samples of a whole session are kept, and filtered white
noise beside them: a window is a slice of the one plus a slice of the other from anywhere, then the powers, so that no
two windows have the same noise; a gap hides the features whose filters touch it. Events are re-stamped
for every window: a spike at true time s is stamped s + lag(s) + jitter of its packet and counted by its stamp, so with
a lag of +150 ms the newest 150 ms of a window hold nothing yet: what a model sees in training is what has arrived.
Spurious spikes of noise travel in the same packets: where two overlap all units are loud together.
"""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from entrain_model import features
from entrain_model.contract import Contract
from entrain_model.features import EventTokens, SampleTokens
from entrain_model.recording import Samples, Session
from entrain_model.windows import NANOS, PACKET_NANOS, label_rows

NOISE_TOKENS = 30_000
"""Length of the filtered noise that windows take a slice of: five minutes at 10 ms."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """What goes wrong in training windows. Probabilities are for each window and modality.

    The lag at a window's end is uniform within +-`lag_millis`; before it, it drifts along a slope in half the windows
    and walks at random in the others; in `jump_share` of them it jumps. `jitter_millis` and `noise` are drawn from."""

    lag_millis: float = 150.0
    slope_millis_per_second: float = 30.0
    walk_millis: float = 19.0
    """Sd of the random walk in one second."""
    jump_share: float = 0.1
    jitter_millis: tuple[float, ...] = (*6 * (0.0,), *6 * (8.0,), 30.0, 80.0)
    noise: tuple[float, ...] = (0.0, 0.0, 0.5, 1.0, 2.0, 4.0)
    """Of each modality; in half the windows all modalities have the same."""
    gap_share: float = 0.15
    gap_millis: tuple[float, float] = (100.0, 300.0)
    missing_share: float = 0.1
    cold_share: float = 0.05


@dataclass(frozen=True, eq=False)
class Batch:
    """`raws` by modality [B, F, T]: features before normalisation; `masks` [B, 1, past + T]; `targets` [B, T, K] at
    each token's end; `lag_millis` [B, H] at each hop's end."""

    raws: dict[str, Tensor]
    masks: dict[str, Tensor]
    targets: Tensor
    lag_millis: Tensor


class Bank:
    """Draws augmented windows of a session between two of its times.

    Args:
        tokens: the feature extractor of each modality, as in the networks.
        between: [start, end) in nanoseconds; no event, sample or label outside is used.
        lag_of: the modality that is delayed.
    """

    def __init__(
        self,
        session: Session,
        contract: Contract,
        between: tuple[int, int],
        augmentation: Augmentation,
        lag_of: str,
        *,
        seed: int,
    ) -> None:
        self.session, self.contract, self.augmentation, self.lag_of = session, contract, augmentation, lag_of
        self.hop = contract.hop_millis * NANOS
        self.per_hop = contract.tokens_per_hop
        self.token = self.hop // self.per_hop
        self.start = -(-between[0] // self.hop) * self.hop
        labelled = int(session.labels.times_nanos[-1]) + 1
        self.hops = (min(between[1], -(-labelled // self.hop) * self.hop) - self.start) // self.hop
        self.tokens = {m.name: features.tokens_of(m, contract.hop_millis, self.per_hop) for m in contract.modalities}
        ends = self.start + (np.arange(self.hops * self.per_hop) + 1) * self.token
        rows = label_rows(session.labels.times_nanos, ends)
        self.labels = torch.from_numpy(session.labels.values[np.maximum(rows, 0)])
        self.rng = np.random.default_rng(seed)
        self.filtered: dict[str, tuple[Tensor, Tensor]] = {}
        for name, extractor in self.tokens.items():
            stream = session.streams[name]
            if isinstance(stream, Samples):
                self.filtered[name] = self._filter(extractor, stream)

    def _filter(self, extractor: SampleTokens, stream: Samples) -> tuple[Tensor, Tensor]:
        """Filtered samples of the whole stretch [tokens, P * C], and filtered white noise with each channel's sd."""
        first = (self.start - self.session.start_nanos) * stream.rate_hz // 1_000_000_000
        total = self.hops * self.per_hop * extractor.stride
        sd = stream.values[:: max(1, len(stream.values) // 20000)].std(0)
        noise = sd * self.rng.standard_normal((NOISE_TOKENS * extractor.stride, stream.channels), np.float32)
        filtered = []
        for values in (stream.values[first : first + total], noise):
            before = np.zeros((extractor.past, stream.channels), np.float32)
            whole = torch.from_numpy(np.concatenate([before, values]))
            chunk = 1000 * extractor.stride
            parts = [
                extractor.linear(whole[None, i : i + extractor.past + chunk])[0].T for i in range(0, len(values), chunk)
            ]
            filtered.append(torch.cat(parts))
        return filtered[0], filtered[1]

    def aligned(self) -> Bank:
        """The same bank without lag, gaps or heavy noise: what canonical correlations are fitted on."""
        still, a = copy.copy(self), self.augmentation
        still.augmentation = dataclasses.replace(
            a,
            lag_millis=0.0,
            slope_millis_per_second=0.0,
            walk_millis=0.0,
            jump_share=0.0,
            jitter_millis=(0.0,),
            noise=tuple(s for s in a.noise if s <= 1.0),
            gap_share=0.0,
            missing_share=0.0,
            cold_share=0.0,
        )
        return still

    def fit(self, extractors: dict[str, EventTokens | SampleTokens], tokens: int = 200) -> None:
        """Sets the normalisation of a network's features from windows of training data, noise and lag included."""
        batches = [self.batch(32, tokens) for _ in range(6)]
        for name, extractor in extractors.items():
            rows = torch.cat([b.raws[name].transpose(1, 2)[b.masks[name][:, 0, -tokens:] > 0] for b in batches])
            features.fit(extractor, rows)

    def batch(self, size: int, tokens: int) -> Batch:
        """Windows of `tokens` tokens, a whole number of hops."""
        a, rng, hops = self.augmentation, self.rng, tokens // self.per_hop
        if self.hops <= hops:
            seconds, needed = self.hops * self.hop / 1e9, hops * self.hop / 1e9
            raise ValueError(f"{self.session.name}: {seconds:.1f} s to train on, need more than {needed:.1f} s")
        last = rng.integers(hops, self.hops, size)  # windows end with this hop
        begin = self.start + (last + 1 - hops) * self.hop
        margin = int((a.lag_millis + 5 * max(a.jitter_millis)) * NANOS / self.hop) + 2
        lag = self._lags(size, hops, margin)
        missing, cold = self._missing(size), (rng.random(size) < a.cold_share) * rng.uniform(0, 0.9, size)
        raws, masks = {}, {}
        together, alike = rng.choice(a.noise, size), rng.random(size) < 0.5
        for name, extractor in self.tokens.items():
            sigma = np.where(alike, together, rng.choice(a.noise, size))
            past = extractor.past_tokens
            masks[name] = self._masks(size, past + tokens, missing == name, cold, past)
            if name in self.filtered:
                rows = ((last + 1 - hops) * self.per_hop)[:, None] + np.arange(tokens)
                raws[name] = extractor.powers(self._noisy(name, sigma, rows))
            else:
                path = (lag, margin) if name == self.lag_of else None
                raws[name] = extractor.raw(torch.from_numpy(self.counts(name, begin, tokens, path, sigma)))
        ends = ((last + 1 - hops) * self.per_hop)[:, None] + np.arange(tokens)
        truth = torch.from_numpy(lag[:, margin + 1 : margin + 1 + hops].astype(np.float32))
        return Batch(raws, masks, self.labels[ends], truth)

    def _noisy(self, name: str, sigma: np.ndarray, rows: np.ndarray) -> Tensor:
        """Filtered samples [B, P * C, T] of the given tokens [B, T], with noise of `sigma` [B] from a random place."""
        signal, noise = self.filtered[name]
        values = signal[rows]
        for i in np.flatnonzero(sigma):
            at = int(self.rng.integers(0, len(noise) - rows.shape[1]))
            values[i].add_(noise[at : at + rows.shape[1]], alpha=float(sigma[i]))
        return values.transpose(1, 2)

    def _lags(self, size: int, hops: int, margin: int) -> np.ndarray:
        """Lag in ms at every hop's start from `margin` hops before the window to as many after it,
        [B, hops + 2 margin + 1]."""
        a, rng = self.augmentation, self.rng
        points = hops + 2 * margin + 1
        seconds = (np.arange(points) - (margin + hops)) * self.hop / 1e9
        slope = rng.uniform(-1, 1, size) * a.slope_millis_per_second
        steps = rng.standard_normal((size, points)) * a.walk_millis * np.sqrt(self.hop / 1e9)
        walk = np.cumsum(steps, axis=1)
        walk -= walk[:, margin + hops, None]
        walks = rng.random(size) < 0.5
        path = np.where(walks[:, None], walk, slope[:, None] * seconds)
        path += rng.uniform(-a.lag_millis, a.lag_millis, size)[:, None]
        before = rng.uniform(-a.lag_millis, a.lag_millis, size)
        jump = rng.integers(margin, margin + hops, size)
        jumps = (rng.random(size) < a.jump_share)[:, None] & (np.arange(points) < jump[:, None])
        return np.clip(np.where(jumps, before[:, None], path), -a.lag_millis, a.lag_millis)

    def counts(
        self,
        name: str,
        begin: np.ndarray,
        tokens: int,
        path: tuple[np.ndarray, int] | None,
        sigma: np.ndarray | None = None,
    ) -> np.ndarray:
        """Counts [B, tokens, C] from `begin` [B] on, with spurious events at `sigma` [B] times each channel's rate,
        after re-stamping by `path`: the lag in ms at every hop's start [B, ...] and the number of hops before the
        window that it starts."""
        stream = self.session.streams[name]
        size, span = len(begin), tokens * self.token
        reach = path[1] * self.hop if path else 0
        left = np.searchsorted(stream.times_nanos, begin - reach)
        right = np.searchsorted(stream.times_nanos, begin + span + reach)
        length = right - left
        window = np.repeat(np.arange(size), length)
        place = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + left[window]
        since, channel = stream.times_nanos[place] - begin[window], stream.channel[place]
        if sigma is not None and sigma.any():
            whole = self.session.end_nanos - self.session.start_nanos
            more = self.rng.poisson(sigma * len(stream.times_nanos) * ((span + 2 * reach) / whole))
            window = np.concatenate([window, np.repeat(np.arange(size), more)])
            since = np.concatenate([since, self.rng.integers(-reach, span + reach, more.sum())])
            channel = np.concatenate([channel, self.rng.choice(stream.channel, more.sum())])
        if path:
            lag, _ = path
            at = (since + reach) / self.hop
            whole = at.astype(np.int64)
            part = at - whole
            millis = lag[window, whole] * (1 - part) + lag[window, np.minimum(whole + 1, lag.shape[1] - 1)] * part
            jitter = self.rng.choice(self.augmentation.jitter_millis, size)
            packets = (span + 2 * reach) // PACKET_NANOS + 2
            draws = self.rng.standard_normal((size, packets)) * jitter[:, None]
            millis += draws[window, (since + reach) // PACKET_NANOS]
            since = since + (millis * NANOS).astype(np.int64)
        row = since // self.token
        inside = (row >= 0) & (row < tokens)
        flat = (window[inside] * tokens + row[inside]) * stream.channels + channel[inside]
        counts = np.bincount(flat, minlength=size * tokens * stream.channels)
        return counts.reshape(size, tokens, stream.channels).astype(np.float32)

    def _missing(self, size: int) -> np.ndarray:
        """Name of the modality that is missing from each window, or none: without any there is nothing to learn."""
        names = list(self.tokens)
        if len(names) < 2:
            return np.full(size, "")
        share = self.augmentation.missing_share * len(names)
        return np.where(self.rng.random(size) < share, self.rng.choice(names, size), "")

    def _masks(self, size: int, tokens: int, missing: np.ndarray, cold: np.ndarray, past: int) -> Tensor:
        """[B, 1, past + T]: gaps, cold starts, and whole streams that are missing."""
        a, rng, at = self.augmentation, self.rng, np.arange(tokens)
        millis = self.token / NANOS
        length = np.round(rng.uniform(*a.gap_millis, size) / millis)
        first = rng.integers(-length.astype(int), tokens)
        gap = (rng.random(size) < a.gap_share)[:, None] & (at >= first[:, None]) & (at < (first + length)[:, None])
        begun = at >= np.where(cold > 0, past + cold * (tokens - past), 0)[:, None]
        mask = ~missing[:, None] & ~gap & begun
        return torch.from_numpy(mask.astype(np.float32)).unsqueeze(1)
