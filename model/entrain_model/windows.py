"""What the job would have assembled: windows of a session under a lag, jitter, noise and losses of our choosing.

A spike at true time s is stamped s + lag(s) + jitter of its packet, then binned by its stamp, so with a lag of +150 ms
the newest 150 ms of a window hold nothing yet: what a model sees in training is what has arrived.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from entrain_model.contract import Contract
from entrain_model.recording import Events, Session

NANOS = 1_000_000
"""Nanoseconds in a millisecond."""
PACKET_NANOS = 20 * NANOS
"""Devices send a packet every 20 ms; the events of one packet share its jitter."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """What goes wrong in training windows. Probabilities are for each window and modality."""

    lag_millis: float = 150.0
    slope_millis_per_second: float = 30.0
    jitter_millis: float = 8.0
    jitter_share: float = 0.5
    noise: tuple[float, ...] = (0.0, 0.0, 0.5, 1.0, 2.0, 4.0)
    gap_share: float = 0.15
    gap_millis: tuple[float, float] = (100.0, 300.0)
    missing_share: float = 0.1
    cold_share: float = 0.05


@dataclass(frozen=True, eq=False)
class Batch:
    """`inputs` by tensor name, float32 [B, ...]; `targets` [B, T, K] at the end of each token of the window; the lag
    [B] in milliseconds at the window's end."""

    inputs: dict[str, np.ndarray]
    targets: np.ndarray
    lag_millis: np.ndarray


def count(stamps: np.ndarray, channel: np.ndarray, start: int, width: int, bins: int, channels: int) -> np.ndarray:
    """Events per bin, float32 [bins, channels]: an event belongs to the bin [start + i width, start + (i + 1) width)
    that holds its stamp; others are left out."""
    place = (stamps - start) // width
    inside = (place >= 0) & (place < bins)
    flat = place[inside] * channels + channel[inside]
    return np.bincount(flat, minlength=bins * channels).reshape(bins, channels).astype(np.float32)


def label_rows(label_times: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """For each end E the index of the last label before E."""
    return np.searchsorted(label_times, ends, side="left") - 1


class Sampler:
    """Draws augmented training windows of a session between two of its times.

    Args:
        contract: names the modalities, hop, context and the lagging stream.
        between: [start, end) in nanoseconds; no event, sample or label outside is used.
        lag_of: the modality that is delayed (None: the contract's lag.of, if it has one).
    """

    def __init__(
        self,
        session: Session,
        contract: Contract,
        between: tuple[int, int],
        augmentation: Augmentation,
        lag_of: str | None = None,
    ) -> None:
        self.session, self.contract, self.augmentation = session, contract, augmentation
        self.lag_of = lag_of or (contract.lag.of if contract.lag else None)
        self.hop = contract.hop_millis * NANOS
        per_hop = contract.tokens_per_hop
        self.tokens, self.token = contract.context_hops * per_hop, self.hop // per_hop
        self.span = contract.context_hops * self.hop
        margin = int((augmentation.lag_millis + 5 * augmentation.jitter_millis) * NANOS)
        margin += int(augmentation.slope_millis_per_second * self.span / 1e3)
        self.margin = margin
        self.first = -(-(between[0] + self.span + margin) // self.hop)
        self.last = (between[1] - margin) // self.hop
        if self.last <= self.first:
            seconds = (between[1] - between[0]) / 1e9
            needed = (self.span + 2 * margin) / 1e9
            raise ValueError(f"{session.name}: {seconds:.1f} s to train on, need more than {needed:.1f} s")
        seconds = (session.end_nanos - session.start_nanos) / 1e9
        self.rates, self.sds = {}, {}
        for m in contract.modalities:
            stream = session.streams[m.name]
            if isinstance(stream, Events):
                per_second = np.bincount(stream.channel, minlength=stream.channels) / seconds
                self.rates[m.name] = per_second * self.hop / 1e9 / m.bins_per_hop
            else:
                self.sds[m.name] = stream.values[:: max(1, len(stream.values) // 20000)].std(0)

    def batch(self, size: int, rng: np.random.Generator) -> Batch:
        ends = rng.integers(self.first, self.last, size) * self.hop
        lags = rng.uniform(-self.augmentation.lag_millis, self.augmentation.lag_millis, size)
        inputs = {name: np.zeros((size, *shape), np.float32) for name, shape in self._tensors().items()}
        for i, (end, lag) in enumerate(zip(ends, lags, strict=True)):
            for name, value in self.window(int(end), float(lag), rng).items():
                inputs[name][i] = value
        labels = self.session.labels
        token_ends = ends[:, None] - np.arange(self.tokens - 1, -1, -1)[None, :] * self.token
        return Batch(inputs, labels.values[label_rows(labels.times_nanos, token_ends)], lags.astype(np.float32))

    def _tensors(self) -> dict[str, tuple[int, ...]]:
        states = {s.name for s in self.contract.states}
        return {name: shape for name, shape in self.contract.inputs().items() if name not in states}

    def window(self, end: int, lag_millis: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """One window [end - span, end): values and masks by tensor name."""
        a = self.augmentation
        slope = rng.uniform(-a.slope_millis_per_second, a.slope_millis_per_second)
        jitter = a.jitter_millis if rng.random() < a.jitter_share else 0.0
        missing = self._missing(rng)
        cold = int(rng.uniform(0, 0.9) * self.span) if rng.random() < a.cold_share else 0
        values = {}
        for m in self.contract.modalities:
            rows, sigma = self.contract.rows(m), float(rng.choice(a.noise))
            if m.kind == "events":
                path = (lag_millis, slope, jitter) if m.name == self.lag_of else (0.0, 0.0, 0.0)
                x = self.counts(m.name, end, rows, path, rng)
                if sigma > 0:
                    x += rng.poisson(sigma * self.rates[m.name], x.shape)
            else:
                x = self.samples(m.name, end, rows)
                if sigma > 0:
                    x = x + (sigma * self.sds[m.name]) * rng.standard_normal(x.shape, np.float32)
            mask = self._mask(rows, m.name == missing, cold, rng)
            values[m.name], values[f"{m.name}_mask"] = x * mask[:, None], mask
        return values

    def counts(
        self, name: str, end: int, rows: int, path: tuple[float, float, float], rng: np.random.Generator
    ) -> np.ndarray:
        """Events re-stamped by `path` = (lag at the end, slope, sd of packet jitter) in ms, ms/s, ms; then binned."""
        lag, slope, jitter = path
        stream = self.session.streams[name]
        begin = end - self.span
        left, right = np.searchsorted(stream.times_nanos, (begin - self.margin, end + self.margin))
        times, channel = stream.times_nanos[left:right], stream.channel[left:right]
        shift = lag * NANOS + slope * 1e-3 * (times - end)
        if jitter > 0:
            packet = times // PACKET_NANOS - (begin - self.margin) // PACKET_NANOS
            draws = rng.standard_normal((self.span + 2 * self.margin) // PACKET_NANOS + 2)
            shift = shift + jitter * NANOS * draws[packet]
        stamps = times + shift.astype(np.int64)
        return count(stamps, channel, begin, self.span // rows, rows, stream.channels)

    def samples(self, name: str, end: int, rows: int) -> np.ndarray:
        stream = self.session.streams[name]
        stop = (end - self.session.start_nanos) * stream.rate_hz // 1_000_000_000
        return stream.values[stop - rows : stop]

    def _missing(self, rng: np.random.Generator) -> str | None:
        """At most one modality is missing from a window: without any there is nothing to learn from it."""
        names = [m.name for m in self.contract.modalities]
        share = self.augmentation.missing_share * len(names)
        return names[rng.integers(len(names))] if len(names) > 1 and rng.random() < share else None

    def _mask(self, rows: int, missing: bool, cold: int, rng: np.random.Generator) -> np.ndarray:
        a = self.augmentation
        mask = np.zeros(rows, np.float32) if missing else np.ones(rows, np.float32)
        mask[: cold * rows // self.span] = 0
        if rng.random() < a.gap_share:
            length = int(rng.uniform(*a.gap_millis) * NANOS * rows // self.span)
            start = rng.integers(-length, rows)
            mask[max(start, 0) : start + length] = 0
        return mask


def wandering_lag(
    sd_millis: float, time_constant_seconds: float, limit_millis: float, seconds: float, seed: int
) -> Callable[[np.ndarray], np.ndarray]:
    """An Ornstein-Uhlenbeck lag from its stationary law, clipped to +-limit: a function of seconds since the start
    (linear between points 20 ms apart, constant outside) to milliseconds."""
    rng = np.random.default_rng(seed)
    step = 0.02
    points = int(np.ceil(seconds / step)) + 1
    decay = np.exp(-step / time_constant_seconds)
    kicks = rng.standard_normal(points) * sd_millis * np.sqrt(1 - decay**2)
    path = np.empty(points)
    path[0] = rng.standard_normal() * sd_millis
    for i in range(1, points):
        path[i] = decay * path[i - 1] + kicks[i]
    path = np.clip(path, -limit_millis, limit_millis)
    grid = np.arange(points) * step
    return lambda t: np.interp(t, grid, path)


@dataclass(frozen=True, eq=False)
class Stream:
    """A whole stretch as the job sees it, hop after hop.

    `rows[modality]` float32 [hops * steps, C]; `targets` [hops, K]; `lag_millis` [hops] at each hop's label."""

    rows: dict[str, np.ndarray]
    targets: np.ndarray
    lag_millis: np.ndarray
    contract: Contract

    @property
    def hops(self) -> int:
        return len(self.targets)

    def windows(self, hops: np.ndarray) -> dict[str, np.ndarray]:
        """Inputs of the windows that end with the given hops, [len(hops), ...]; before the stretch all is missing."""
        inputs = {}
        for m in self.contract.modalities:
            steps, rows = m.steps(self.contract.hop_millis), self.contract.rows(m)
            place = ((hops + 1) * steps)[:, None] - rows + np.arange(rows)[None, :]
            mask = (place >= 0).astype(np.float32)
            inputs[m.name] = self.rows[m.name][np.maximum(place, 0)] * mask[:, :, None]
            inputs[f"{m.name}_mask"] = mask
        return inputs


def noisy(panes: Stream, sigma: float, seed: int) -> Stream:
    """The same panes under noise: spurious events at `sigma` times each channel's rate, white noise of `sigma` times
    each channel's sd on samples."""
    rng, rows = np.random.default_rng(seed), {}
    for m in panes.contract.modalities:
        values = panes.rows[m.name]
        if m.kind == "events":
            rows[m.name] = values + rng.poisson(sigma * values.mean(0), values.shape).astype(np.float32)
        else:
            rows[m.name] = values + sigma * values.std(0) * rng.standard_normal(values.shape, np.float32)
    return dataclasses.replace(panes, rows=rows)


def stream(
    session: Session,
    contract: Contract,
    between: tuple[int, int],
    lag: Callable[[np.ndarray], np.ndarray] | None = None,
    lag_of: str | None = None,
) -> Stream:
    """The panes of [start, end), start rounded up to a whole hop. With `lag` (of seconds since `start` to ms) the
    events of `lag_of` are re-stamped first; without, the session's own stamps and its own true lag are used."""
    hop = contract.hop_millis * NANOS
    start = -(-between[0] // hop) * hop
    labelled = min(between[1], -(-int(session.labels.times_nanos[-1] + 1) // hop) * hop)
    hops = (labelled - start) // hop
    rows = {}
    for m in contract.modalities:
        data = session.streams[m.name]
        total = hops * m.steps(contract.hop_millis)
        if isinstance(data, Events):
            stamps = data.times_nanos
            if lag is not None and m.name == lag_of:
                stamps = stamps + (lag((stamps - start) / 1e9) * NANOS).astype(np.int64)
            rows[m.name] = count(stamps, data.channel, start, hop // m.bins_per_hop, total, data.channels)
        else:
            first = (start - session.start_nanos) * data.rate_hz // 1_000_000_000
            rows[m.name] = data.values[first : first + total]
    ends = start + (np.arange(hops) + 1) * hop
    row = label_rows(session.labels.times_nanos, ends)
    times = session.labels.times_nanos[row]
    if lag is not None:
        lag_millis = lag((times - start) / 1e9)
    elif session.lag is not None:
        lag_millis = np.interp(times, session.lag.times_nanos, session.lag.millis)
    else:
        lag_millis = np.zeros(hops)
    return Stream(rows, session.labels.values[row], lag_millis, contract)
