"""Simulated sessions with a redundant target: both streams carry the same signal, one of them more weakly.

The simulated world's own target needs both streams, so neither can starve the other. Here a new target is written into
both streams of a session that the simulator sent, on top of all that is in them, which becomes noise:

- z(t), two components: white noise under a Gaussian kernel of 60 ms sd, unit variance. The target is
  y(t) = z(t - 60 ms): as in the simulated world it moves 60 ms after its causes.
- spikes: unit i has a random direction w_i in the plane; each of its spikes at time t is kept with probability
  1 / (1 + exp(-a w_i . z(t))), so about half remain, and their rate follows z with gain a. Thinning a point process
  multiplies its intensity by the probability (Lewis & Shedler 1979).
- LFP: channel c has a random direction v_c; b sd_c v_c . z(t) is added to it, sd_c being the channel's own sd.

A weak stream has a small gain: its expert finds less of the target because there is less, not because of a fault.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from entrain_model.recording import Events, Labels, Samples, Session

KERNEL_MILLIS = 60
DELAY_MILLIS = 60
STEP_MILLIS = 10


@dataclass(frozen=True, kw_only=True)
class Gains:
    """How strongly the target is written into each stream: a and b of the module's description."""

    spikes: float
    lfp: float


def redundant(session: Session, gains: Gains, seed: int) -> Session:
    """The session with z written into `spikes` and `lfp` and y as its labels, at the times of its labels."""
    rng = np.random.default_rng(seed)
    signal = _Signal(session, rng)
    spikes, lfp = session.streams["spikes"], session.streams["lfp"]
    streams = {"spikes": _thinned(spikes, signal, gains.spikes, rng), "lfp": _added(lfp, signal, gains.lfp, rng)}
    times = session.labels.times_nanos
    values = signal.at(times - DELAY_MILLIS * 1_000_000).astype(np.float32)
    what = f"redundant target, gain {gains.spikes:g} in spikes, {gains.lfp:g} in LFP, seed {seed}"
    return dataclasses.replace(
        session,
        source=f"{session.source}; {what}",
        streams=streams,
        labels=Labels(times, values, ("target_x", "target_y"), "sd"),
        lag=None,
    )


class _Signal:
    """z, drawn every 10 ms from 1 s before the session to 1 s after it, linear in between."""

    def __init__(self, session: Session, rng: np.random.Generator) -> None:
        first, last = (x // 1_000_000 for x in (session.start_nanos, session.end_nanos))
        self.millis = np.arange(first - 1000, last + 1001, STEP_MILLIS)
        reach = 4 * KERNEL_MILLIS // STEP_MILLIS
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * STEP_MILLIS / KERNEL_MILLIS) ** 2)
        kernel /= np.sqrt((kernel**2).sum())
        white = rng.standard_normal((2, len(self.millis) + 2 * reach))
        self.values = np.stack([np.convolve(row, kernel, "valid") for row in white])

    def at(self, nanos: np.ndarray) -> np.ndarray:
        """z [N, 2] at times [N]."""
        return np.stack([np.interp(nanos / 1e6, self.millis, row) for row in self.values], axis=1)


def _directions(count: int, rng: np.random.Generator) -> np.ndarray:
    """Unit vectors [count, 2]."""
    angle = rng.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _thinned(spikes: Events, signal: _Signal, gain: float, rng: np.random.Generator) -> Events:
    drive = (signal.at(spikes.times_nanos) * _directions(spikes.channels, rng)[spikes.channel]).sum(1)
    kept = rng.random(len(drive)) < 1 / (1 + np.exp(-gain * drive))
    return dataclasses.replace(spikes, times_nanos=spikes.times_nanos[kept], channel=spikes.channel[kept])


def _added(lfp: Samples, signal: _Signal, gain: float, rng: np.random.Generator) -> Samples:
    start = signal.millis[0] + 1000
    nanos = start * 1_000_000 + np.arange(len(lfp.values)) * 1_000_000_000 // lfp.rate_hz
    said = signal.at(nanos) @ _directions(lfp.channels, rng).T  # [T, C]
    return dataclasses.replace(lfp, values=(lfp.values + gain * lfp.values.std(0) * said).astype(np.float32))
