"""How well any tracker could know the lag of the simulated world: a bound that no matcher passes.

The only cue for the lag is the bursts that both streams share (Poisson in time, 12 ms wide), and each packet of 20 ms
has a jitter of its own. An observer who is told, for every burst, by how much its spikes were shifted still sees the
lag through the jitter of the packets that hold it, learns of it only when the later stream has brought it, and has to
track a lag that wanders between bursts. The best estimate is then the Kalman filter's (Kalman 1960) of an
Ornstein-Uhlenbeck lag. Noise, and having to find the bursts, only make it worse.

    PYTHONPATH=model .venv/bin/python -m entrain_model.lag_floor
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrain_model.windows import wandering_lag

BURSTS_PER_SECOND = 6.0
"""Four kinds at 1.5 a second each."""
BURST_MILLIS = 12.0
PACKET_SECONDS = 0.02
HOP_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class World:
    sd_millis: float = 60.0
    time_constant_seconds: float = 20.0
    limit_millis: float = 150.0
    jitter_millis: float = 8.0


def told(world: World, seconds: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What the observer is told, in the order of arrival: rows [N, 4] of arrival and burst time in seconds, shift and
    its error variance; and the true lag in ms at every hop's end [H]."""
    rng = np.random.default_rng(seed)
    lag = wandering_lag(world.sd_millis, world.time_constant_seconds, world.limit_millis, seconds, seed)
    times = np.sort(rng.uniform(0, seconds, rng.poisson(BURSTS_PER_SECOND * seconds)))
    jitter = world.jitter_millis * rng.standard_normal(round(seconds / PACKET_SECONDS) + 8)
    packets = (times / PACKET_SECONDS).astype(int)[:, None] + np.arange(8)  # three before the burst's own, four after
    centre = (packets - 3 + 0.5) * PACKET_SECONDS
    share = np.exp(-0.5 * ((centre - times[:, None]) / (BURST_MILLIS / 1000)) ** 2)
    share /= share.sum(1, keepdims=True)
    true = lag(times)
    shift = true + (share * jitter[packets]).sum(1)
    variance = world.jitter_millis**2 * (share**2).sum(1)
    arrival = times + np.maximum(true, 0) / 1000
    rows = np.stack([arrival, times, shift, variance], axis=1)[np.argsort(arrival)]
    return rows, lag(np.arange(1, round(seconds / HOP_SECONDS) + 1) * HOP_SECONDS)


def floor(world: World, seconds: float = 2000.0, seed: int = 0) -> tuple[float, float]:
    """Rmse and median error in ms of the filter's lag at every hop."""
    rows, truth = told(world, seconds, seed)
    stationary, diffusion = world.sd_millis**2, 2 * world.sd_millis**2 / world.time_constant_seconds
    mean, variance, last, place, errors = 0.0, stationary, 0.0, 0, []

    def until(now: float) -> tuple[float, float]:
        keep = np.exp(-(now - last) / world.time_constant_seconds)
        return mean * keep, variance * keep**2 + stationary * (1 - keep**2)

    for hop, true in enumerate(truth):
        end = (hop + 1) * HOP_SECONDS
        while place < len(rows) and rows[place, 0] <= end:
            arrival, burst, shift, error = rows[place]
            mean, variance = until(arrival)
            gain = variance / (variance + error + diffusion * (arrival - burst))
            mean, variance, last = mean + gain * (shift - mean), variance * (1 - gain), arrival
            place += 1
        errors.append(until(end)[0] - true)
    late = np.abs(errors[round(10 / HOP_SECONDS) :])
    return float(np.sqrt((late**2).mean())), float(np.median(late))


def main() -> None:
    for jitter in (8.0, 0.0, 80.0):
        found = [floor(World(jitter_millis=max(jitter, 0.01)), seed=seed) for seed in range(5)]
        rmse, median = np.array(found).T
        print(f"packet jitter {jitter:g} ms, 5 seeds: rmse {rmse.mean():.1f} ms ({rmse.min():.1f} to {rmse.max():.1f})")
        print(f"{'':20}median {median.mean():.1f} ms")


if __name__ == "__main__":
    main()
