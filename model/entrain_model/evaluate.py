"""Runs exported models as the job does, hop after hop with the state carried, and scores what they decode.

R2 is 1 - squared error / squared deviation from the mean of the scored stretch, averaged over components. Intervals
are 95 %, from a bootstrap over blocks of 5 s. Scoring starts after the contract's `warmup_hops`.

Shapes: N scored hops, S streams side by side, K components.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from entrain_model import contract as contracts
from entrain_model.contract import Contract
from entrain_model.windows import Feed, Stream

BLOCK_SECONDS = 5.0
RESAMPLES = 1000
NORMAL_90 = 1.6449
"""Half the width, in sd, of the central 90 % of a normal distribution."""
STRIDE_SECONDS = 0.1
"""A model without state is asked this often: its other hops are as good as those scored, and cost as much."""


@dataclass(frozen=True, eq=False)
class Said:
    """One output on S streams: each array [N, S, K], targets at the output's own instant."""

    mean: np.ndarray
    log_variance: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True, eq=False)
class Decoded:
    """Everything a model said on S equally long streams, after warm-up only. `hops` [N]; by output name what was said;
    lag, headroom and the posterior's probability of the true lag's grid point [N, S] where the model has them."""

    name: str
    contract: Contract
    hops: np.ndarray
    outputs: dict[str, Said]
    true_lag_millis: np.ndarray
    lag_millis: np.ndarray | None = None
    headroom: np.ndarray | None = None

    @property
    def newest(self) -> Said:
        return self.outputs[self.contract.outputs[0].name]

    def only(self, streams: slice | list[int]) -> Decoded:
        """The same of some of the S streams."""

        def some(values: np.ndarray | None) -> np.ndarray | None:
            return None if values is None else values[:, streams]

        outputs = {
            name: Said(some(said.mean), some(said.log_variance), some(said.targets))
            for name, said in self.outputs.items()
        }
        lags = {name: some(getattr(self, name)) for name in ("true_lag_millis", "lag_millis", "headroom")}
        return dataclasses.replace(self, outputs=outputs, **lags)

    def apart(self) -> list[Decoded]:
        """One for each of the S streams."""
        return [self.only(slice(i, i + 1)) for i in range(self.true_lag_millis.shape[1])]

    @property
    def mean(self) -> np.ndarray:
        return self.newest.mean

    @property
    def targets(self) -> np.ndarray:
        return self.newest.targets


def session_of(path: Path) -> onnxruntime.InferenceSession:
    """One thread and no spinning, as in the job."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def initial_states(contract: Contract, batch: int) -> dict[str, np.ndarray]:
    """Every state [batch, *shape] as the host starts a session with it."""
    states = {}
    for s in contract.states:
        initial = np.asarray(s.initial, np.float32)
        whole = np.full(s.shape, initial[0]) if initial.size == 1 else initial.reshape(s.shape)
        states[s.name] = np.repeat(whole[None].astype(np.float32), batch, axis=0)
    return states


def pinned(contract: Contract, lag_millis: np.ndarray) -> np.ndarray:
    """[S, L]: which lags are allowed when the lag [S] is known: the two grid points around it, by their nearness."""
    grid = np.asarray(contract.lag.grid_millis, np.float32)
    step = grid[1] - grid[0]
    near = np.clip(1 - np.abs(grid[None] - np.clip(lag_millis, grid[0], grid[-1])[:, None]) / step, 0, 1)
    return near.astype(np.float32)


def each_hop(
    path: Path, streams: list[Stream], hops: Iterable[int], told: Callable[[int, dict], None] | None = None
) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """Each of `hops` with all that the file at `path` says at it, by tensor name [S, ...]: the streams side by side,
    one batch a hop, states handed on. `told` may change the inputs of a hop before they go in."""
    contract, session = contracts.read(path), session_of(path)
    names, feed = list(contract.results()), Feed(streams, contract)
    states = initial_states(contract, len(streams))
    for hop in hops:
        given = states | feed.at(hop)
        if told:
            told(hop, given)
        result = dict(zip(names, session.run(names, given), strict=True))
        states = {s.name: result[s.next] for s in contract.states}
        yield hop, result


def decode(path: Path, streams: list[Stream], *, oracle: bool = False, start_hop: int | None = None) -> Decoded:
    """Runs the file at `path` over all streams side by side, one batch a hop.

    With `oracle` a model that aligns is told the true lag at every hop. `start_hop` is the first hop that is scored
    (default: the contract's warm-up)."""
    contract, hops = contracts.read(path), min(s.hops for s in streams)
    first = contract.warmup_hops if start_hop is None else start_hop
    every = 1 if contract.states else max(1, round(STRIDE_SECONDS * 1000 / contract.hop_millis))
    scored = np.arange(first, hops, every)
    truth = np.stack([s.lag_millis[:hops] for s in streams])
    kept: dict[str, list[np.ndarray]] = {name: [] for name in _shown(contract)}

    def true_lag(hop: int, given: dict[str, np.ndarray]) -> None:
        allowed = pinned(contract, truth[:, hop])
        given[contract.lag.allowed] = allowed
        belief = np.broadcast_to(allowed[:, None], given["lag_belief"].shape)
        given["lag_belief"] = np.ascontiguousarray(belief)

    asked = range(hops) if contract.states else scored
    for hop, result in each_hop(path, streams, asked, true_lag if oracle else None):
        if hop >= first:
            for name, values in kept.items():
                values.append(result[name])
    found = {name: np.stack(values) for name, values in kept.items()}
    outputs = {}
    for output in contract.outputs:
        at = np.maximum(scored - output.delay_millis // contract.hop_millis, 0)
        targets = np.stack([s.targets[at] for s in streams], axis=1)
        outputs[output.name] = Said(found[output.name], found[output.log_variance], targets)
    lag = contract.lag
    return Decoded(
        name=contract.name + (", true lag" if oracle else ""),
        contract=contract,
        hops=scored,
        outputs=outputs,
        true_lag_millis=truth[:, scored].T,
        lag_millis=found[lag.millis] if lag else None,
        headroom=found[lag.headroom] if lag and lag.headroom else None,
    )


def _shown(contract: Contract) -> list[str]:
    names = [n for o in contract.outputs for n in (o.name, o.log_variance)]
    if contract.lag:
        names += [n for n in (contract.lag.millis, contract.lag.headroom) if n]
    return names


def r2(mean: np.ndarray, targets: np.ndarray) -> float:
    """R2 over all leading dimensions, averaged over the last one (the components)."""
    mean, targets = mean.reshape(-1, mean.shape[-1]), targets.reshape(-1, targets.shape[-1])
    error = ((mean - targets) ** 2).sum(0)
    return float(np.mean(1 - error / ((targets - targets.mean(0)) ** 2).sum(0)))


def block_sums(decoded: Decoded, output: str) -> np.ndarray:
    """For each block of time [blocks, 4, K]: count, sum y, sum y^2, squared error; streams of one stretch together."""
    said = decoded.outputs[output]
    block = ((decoded.hops - decoded.hops[0]) * decoded.contract.hop_millis / (BLOCK_SECONDS * 1000)).astype(int)
    count = max(1, int((decoded.hops[-1] - decoded.hops[0] + 1) * decoded.contract.hop_millis / (BLOCK_SECONDS * 1000)))
    block, sums = np.minimum(block, count - 1), []
    for b in range(count):
        y = said.targets[block == b].reshape(-1, said.targets.shape[-1]).astype(np.float64)
        error = ((said.mean[block == b].reshape(y.shape) - y) ** 2).sum(0)
        sums.append(np.stack([np.full(y.shape[1], float(len(y))), y.sum(0), (y**2).sum(0), error]))
    return np.stack(sums)


def r2_of(sums: np.ndarray) -> np.ndarray:
    """R2 from sums [..., 4, K] over blocks, mean over components."""
    n, total, squares, error = (sums[..., i, :] for i in range(4))
    return (1 - error / (squares - total**2 / n)).mean(-1)


def bootstrap_r2(decoded: list[Decoded], seed: int = 0, output: str | None = None) -> np.ndarray:
    """R2 of each model in each resample of time blocks, [RESAMPLES, models]: the same blocks for every model, so that
    differences between columns are paired. Streams of one stretch of time are resampled together."""
    sums = [block_sums(d, output or d.contract.outputs[0].name) for d in decoded]
    count = min(len(s) for s in sums)
    drawn = np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
    return np.stack([r2_of(s[drawn].sum(1)) for s in sums], axis=1)


def coverage(said: Said) -> float:
    """Share of targets inside the 90 % interval."""
    return float((np.abs(said.mean - said.targets) <= NORMAL_90 * np.exp(0.5 * said.log_variance)).mean())


def scores(decoded: Decoded) -> dict[str, float]:
    """Plain figures of one model: R2 with its interval, coverage of 90 % intervals, and the error of its lag."""
    low, high = np.quantile(bootstrap_r2([decoded])[:, 0], (0.025, 0.975))
    figures = {"r2": r2(decoded.mean, decoded.targets), "r2_low": float(low), "r2_high": float(high)}
    figures["coverage_90"] = coverage(decoded.newest)
    for output in decoded.contract.outputs[1:]:
        said = decoded.outputs[output.name]
        figures[f"{output.name}_r2"] = r2(said.mean, said.targets)
        figures[f"{output.name}_coverage_90"] = coverage(said)
    if decoded.lag_millis is not None:
        error = decoded.lag_millis - decoded.true_lag_millis
        figures["lag_rmse_millis"] = float(np.sqrt((error**2).mean()))
        figures["lag_median_error_millis"] = float(np.median(np.abs(error)))
        figures["lag_bias_millis"] = float(error.mean())
        figures["lag_within_30_millis"] = float((np.abs(error) <= 30).mean())
        figures["lag_within_50_millis"] = float((np.abs(error) <= 50).mean())
    if decoded.headroom is not None:
        figures["headroom_median"] = float(np.median(decoded.headroom))
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
