"""A stretch of a session as the job assembles it: panes, masks, targets and the true lag, hop after hop."""

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


def count(stamps: np.ndarray, channel: np.ndarray, start: int, width: int, bins: int, channels: int) -> np.ndarray:
    """Events per bin, float32 [bins, channels]: an event belongs to the bin [start + i width, start + (i + 1) width)
    that holds its stamp; others are left out."""
    place = (stamps - start) // width
    inside = (place >= 0) & (place < bins)
    flat = place[inside] * channels + channel[inside]
    return np.bincount(flat, minlength=bins * channels).reshape(bins, channels).astype(np.float32)


def binned(events: Events, stamps: np.ndarray, marks: tuple[str, ...], start: int, width: int, bins: int) -> np.ndarray:
    """Counts per bin and channel, then one plane of all channels for the sums of each mark, as the contract has them:
    float32 [bins, channels * (1 + marks)]. `stamps` int64 [N] stand for the events' own times."""
    unknown = [name for name in marks if name not in events.mark_names]
    if unknown:
        raise ValueError(
            f"{events.name}: mark {unknown[0]!r} is not recorded, must be one of {list(events.mark_names)}"
        )
    planes = [count(stamps, events.channel, start, width, bins, events.channels)]
    place = (stamps - start) // width
    inside = (place >= 0) & (place < bins)
    flat = place[inside] * events.channels + events.channel[inside]
    for name in marks:
        values = events.marks[inside, events.mark_names.index(name)]
        sums = np.bincount(flat, values, minlength=bins * events.channels)
        planes.append(sums.reshape(bins, events.channels).astype(np.float32))
    return np.concatenate(planes, axis=1)


def label_rows(label_times: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """For each end E the index of the last label before E."""
    return np.searchsorted(label_times, ends, side="left") - 1


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

    `rows[modality]` float32 [hops * steps, C], zero where `masks[modality]` [hops * steps] is; `targets` [hops, K];
    `lag_millis` [hops] at each hop's label."""

    rows: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    targets: np.ndarray
    lag_millis: np.ndarray
    contract: Contract

    @property
    def hops(self) -> int:
        return len(self.targets)


class Feed:
    """Inputs of a model at every hop of streams side by side, as its contract asks for them; before the streams begin
    all is missing."""

    def __init__(self, streams: list[Stream], contract: Contract) -> None:
        self.contract, self.hops = contract, min(s.hops for s in streams)
        self.whole: dict[str, np.ndarray] = {}
        for m in contract.modalities:
            before, total = contract.rows(m), self.hops * m.steps(contract.hop_millis)
            for name, parts in ((m.name, [s.rows for s in streams]), (f"{m.name}_mask", [s.masks for s in streams])):
                values = np.stack([part[m.name][:total] for part in parts]).astype(np.float32, copy=False)
                missing = np.zeros((len(streams), before, *values.shape[2:]), np.float32)
                self.whole[name] = np.concatenate([missing, values], axis=1)

    def at(self, hop: int) -> dict[str, np.ndarray]:
        """The windows that end with a hop, by tensor name [S, ...]."""
        inputs = {}
        for m in self.contract.modalities:
            rows, end = self.contract.rows(m), (hop + 1) * m.steps(self.contract.hop_millis)
            for name in (m.name, f"{m.name}_mask"):
                inputs[name] = np.ascontiguousarray(self.whole[name][:, end : end + rows])
        return inputs


def noisy(panes: Stream, sigma: float, seed: int, *, only: str | None = None) -> Stream:
    """The same panes under noise: spurious events at `sigma` times each channel's rate, white noise of `sigma` times
    each channel's sd on samples; in the modality `only` where that is given. These events come after the clock, evenly:
    `noisy_session` has those that a clock stamps."""
    rng, rows = np.random.default_rng(seed), dict(panes.rows)
    for m in panes.contract.modalities:
        if only is not None and m.name != only:
            continue
        values = panes.rows[m.name]
        if m.kind == "events":
            more = values + rng.poisson(sigma * values.mean(0), values.shape).astype(np.float32)
        else:
            more = values + sigma * values.std(0) * rng.standard_normal(values.shape, np.float32)
        rows[m.name] = more * panes.masks[m.name][:, None]
    return dataclasses.replace(panes, rows=rows)


def noisy_session(session: Session, sigma: float, between: tuple[int, int], seed: int) -> Session:
    """The session with noise as a sensor adds it, before any clock stamps it: from start to end of `between` spurious
    events at `sigma` times each channel's rate, each with the marks of another, and white noise of `sigma` times each
    channel's sd on samples."""
    rng, streams = np.random.default_rng(seed), {}
    start, end = between
    for name, data in session.streams.items():
        if isinstance(data, Events):
            known = len(data.times_nanos)
            more = rng.poisson(sigma * known * (end - start) / (session.end_nanos - session.start_nanos))
            alike = np.concatenate([np.arange(known), rng.integers(0, max(1, known), more if known else 0)])
            times = np.concatenate([data.times_nanos, rng.integers(start, end, len(alike) - known)])
            order = np.argsort(times, kind="stable")
            marks = None if data.marks is None else data.marks[alike[order]]
            streams[name] = dataclasses.replace(
                data, times_nanos=times[order], channel=data.channel[alike[order]], marks=marks
            )
        else:
            first, last = ((t - session.start_nanos) * data.rate_hz // 1_000_000_000 for t in between)
            values = data.values.copy()
            part = values[first:last]
            part += sigma * values.std(0) * rng.standard_normal(part.shape, np.float32)
            streams[name] = dataclasses.replace(data, values=values)
    return dataclasses.replace(session, streams=streams)


def stream(
    session: Session,
    contract: Contract,
    between: tuple[int, int],
    lag: Callable[[np.ndarray], np.ndarray] | None = None,
    lag_of: str | None = None,
    *,
    jitter_millis: float = 0.0,
    seed: int = 0,
) -> Stream:
    """The panes of [start, end), start rounded up to a whole hop. With `lag` (of seconds since `start` to ms) the
    events of `lag_of` are re-stamped first, and each packet of 20 ms jittered on its own; without, the session's own
    stamps and its own true lag are used. A modality that the session lacks is missing throughout."""
    hop = contract.hop_millis * NANOS
    start = -(-between[0] // hop) * hop
    labelled = min(between[1], -(-int(session.labels.times_nanos[-1] + 1) // hop) * hop)
    hops = (labelled - start) // hop
    rows, masks = {}, {}
    for m in contract.modalities:
        total = hops * m.steps(contract.hop_millis)
        width = hop // m.steps(contract.hop_millis)
        data = session.streams.get(m.name)
        masks[m.name] = np.full(total, float(data is not None), np.float32)
        if data is None:
            rows[m.name] = np.zeros((total, m.planes), np.float32)
            continue
        if isinstance(data, Events):
            stamps = data.times_nanos
            if lag is not None and m.name == lag_of:
                millis = lag((stamps - start) / 1e9)
                packet = stamps // PACKET_NANOS - stamps[0] // PACKET_NANOS if len(stamps) else stamps
                draws = np.random.default_rng(seed).standard_normal(int(packet.max(initial=0)) + 1)
                stamps = stamps + ((millis + jitter_millis * draws[packet]) * NANOS).astype(np.int64)
            rows[m.name] = binned(data, stamps, m.marks, start, width, total)
        else:
            first = (start - session.start_nanos) * data.rate_hz // 1_000_000_000
            rows[m.name] = data.values[first : first + total]
        for gap_start, gap_end in data.gaps:
            a, b = max(0, (gap_start - start) // width), max(0, -(-(gap_end - start) // width))
            masks[m.name][a:b] = 0
        if data.gaps:
            rows[m.name] = rows[m.name] * masks[m.name][:, None]
    ends = start + (np.arange(hops) + 1) * hop
    row = label_rows(session.labels.times_nanos, ends)
    times = session.labels.times_nanos[row]
    if lag is not None:
        lag_millis = lag((times - start) / 1e9)
    elif session.lag is not None:
        lag_millis = np.interp(times, session.lag.times_nanos, session.lag.millis)
    else:
        lag_millis = np.zeros(hops)
    return Stream(rows, masks, session.labels.values[row], lag_millis, contract)
