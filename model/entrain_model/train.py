"""Supervised training on augmented windows, the choice of a checkpoint and of the filter's temperature on validation.

The networks see the same windows. Early fusion is causal, so every step of a window is an example. The lag-posterior
network is asked at several cuts of a window, the newest step among them, each with what had arrived by then.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from entrain_model import features, ridge
from entrain_model.contract import Attention, Component, Contract, Lag, Modality, Output, State
from entrain_model.early_fusion import EarlyFusion
from entrain_model.evaluate import r2
from entrain_model.lag_posterior import READOUT_TOKENS, LagPosterior
from entrain_model.recording import Events, Session
from entrain_model.ridge import Ridge
from entrain_model.windows import Augmentation, Batch, Sampler, Stream, noisy, stream, wandering_lag

MODELS = ("lag-posterior", "early-fusion", "reference-only", "ridge")
TEMPERATURES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0)
RECENCIES = (1.0, 0.5, 0.25)
"""Time constants of the pooled score's weight, as a share of the window; 1 stands for no preference."""
DIFFUSIONS = (1.0, 4.0, 16.0)
"""Variance of the belief's diffusion, in multiples of the clock's."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything about a training that is not the data."""

    hop_millis: int
    bins_per_hop: int
    context_hops: int
    grid_reach: int
    """Lags on the grid: -reach..reach tokens."""
    augmentation: Augmentation
    wander_sd_millis: float
    wander_seconds: float
    """Sd and time constant of the wandering lag that models are chosen and reported on."""
    track_noise: tuple[float, ...] = (0.0,)
    """Noise of the streams that the filter's temperature is fitted on: it has to serve all of them."""
    track_paths: int = 2
    steps: int = 1400
    batch: int = 64
    cuts: int = 6
    rate: float = 2e-3
    decay: float = 0.01
    warmup: int = 80
    squared_share: float = 0.25
    """Share of the steps with squared error, before the likelihood with beta 1/2."""
    lag_weight: float = 0.1
    label_sd_tokens: float = 0.8
    dropout: float = 0.0
    kernel: int = 5
    width: int = 64
    fused: int = 88
    ahead: int = 0
    """Tokens after the newest that the readout sees: what a stream stamped early has already brought."""
    beside: bool = False
    """Whether the lagging stream is also merged as it is stamped, beside the shifted one."""
    ridge_tokens: int = 20

    @property
    def token_millis(self) -> float:
        return self.hop_millis / self.bins_per_hop

    @property
    def diffusion_millis(self) -> float:
        """Random walk of the wandering lag in one second: sd sqrt(2 / time constant)."""
        return self.wander_sd_millis * math.sqrt(2 / self.wander_seconds)


SIMULATED = Recipe(
    hop_millis=20,
    bins_per_hop=2,
    context_hops=50,
    grid_reach=24,
    augmentation=Augmentation(),
    wander_sd_millis=60.0,
    wander_seconds=20.0,
    track_noise=(0.0, 1.0, 2.0, 4.0),
)
"""1 s windows at 10 ms, lags within 150 ms on a grid of +-240 ms."""

RECORDING = Recipe(
    hop_millis=50,
    bins_per_hop=1,
    context_hops=80,
    grid_reach=12,
    augmentation=Augmentation(
        lag_millis=400.0, noise=(0.0, 0.0, 0.0, 0.25), missing_share=0.05, gap_millis=(200.0, 800.0)
    ),
    wander_sd_millis=230.0,
    wander_seconds=300.0,
    track_paths=8,
    dropout=0.3,
    decay=0.05,
    steps=1000,
    kernel=3,
    rate=1.5e-3,
    width=32,
    fused=48,
    cuts=16,
    ahead=8,
    beside=True,
)
"""4 s windows of 50 ms counts, lags within 400 ms on a grid of +-600 ms. A few hundred seconds of data: a smaller
network, more regularisation. The reported lag has the spread of the lags in training (400 ms / sqrt 3) and drifts as
fast as the simulated one, 19 ms in a second."""


@dataclass(frozen=True, eq=False)
class Task:
    """Sessions and which stretch [start, end) of each is for what. `lag_of` is delayed on the clock of `reference`."""

    train: list[tuple[Session, tuple[int, int]]]
    choose: list[tuple[Session, tuple[int, int]]]
    report: list[tuple[Session, tuple[int, int]]]
    lag_of: str
    reference: str


def contract_for(task: Task, recipe: Recipe, model: str, name: str) -> Contract:
    session = task.train[0][0]
    modalities = []
    for stream_name in (task.lag_of, task.reference):
        data = session.streams[stream_name]
        if isinstance(data, Events):
            modalities.append(
                Modality(
                    name=stream_name,
                    kind="events",
                    channels=data.channels,
                    unit="count",
                    bins_per_hop=recipe.bins_per_hop,
                )
            )
        else:
            modalities.append(
                Modality(name=stream_name, kind="samples", channels=data.channels, unit="sd", rate_hz=data.rate_hz)
            )
    if model == "reference-only":
        modalities = modalities[1:]
    labels = session.labels
    components = tuple(Component(name=c, unit=labels.unit) for c in labels.columns)
    contract = Contract(
        name=name,
        hop_millis=recipe.hop_millis,
        context_hops=recipe.context_hops,
        warmup_hops=recipe.context_hops,
        modalities=tuple(modalities),
        outputs=(Output(name="decoded", log_variance="decoded_log_variance", components=components),),
    )
    if model != "lag-posterior":
        return contract
    reach = recipe.grid_reach
    size = 2 * reach + 1
    grid = tuple(recipe.token_millis * i for i in range(-reach, reach + 1))
    belief = State(name="lag_belief", next="next_lag_belief", shape=(size,), initial=(1.0 / size,) * size)
    return dataclasses.replace(
        contract,
        states=(belief,),
        lag=Lag(of=task.lag_of, relative_to=task.reference, grid_millis=grid),
        attention=Attention(output="attention", shape=(size,)),
    )


def build(contract: Contract, recipe: Recipe, model: str) -> nn.Module:
    common = {"kernel": recipe.kernel, "dropout": recipe.dropout, "width": recipe.width, "fused": recipe.fused}
    if model == "lag-posterior":
        return LagPosterior(
            contract, **common, diffusion_millis=recipe.diffusion_millis, ahead=recipe.ahead, beside=recipe.beside
        )
    if model == "ridge":
        return Ridge(contract, history=recipe.ridge_tokens)
    return EarlyFusion(contract, **common)


def train(
    task: Task, recipe: Recipe, contract: Contract, model: str, seed: int, progress: Callable[[int, int, str], None]
) -> nn.Module:
    """Trains, chooses and calibrates; returns the network in evaluation mode.

    `progress` is called with the step, the number of steps and a few words."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = build(contract, recipe, model)
    samplers = [Sampler(s, contract, span, recipe.augmentation, task.lag_of) for s, span in task.train]
    still = dataclasses.replace(recipe.augmentation, noise=(0.0,), gap_share=0.0, missing_share=0.0, cold_share=0.0)
    choosers = [Sampler(s, contract, span, still, task.lag_of) for s, span in task.choose]
    _fit_constants(network, task, [s.batch(64, rng) for s in samplers for _ in range(4)])
    chosen = [c.batch(256 // len(choosers), np.random.default_rng(1)) for c in choosers]
    if model == "ridge":
        return _fit_ridge(network, samplers, chosen, recipe, rng, progress)
    _descend(network, samplers, chosen, recipe, rng, progress)
    _calibrate(network, choice_streams(task, recipe, contract), recipe)
    return network


def _wander(recipe: Recipe, span: tuple[int, int], seed: int) -> Callable[[np.ndarray], np.ndarray]:
    seconds = (span[1] - span[0]) / 1e9
    limit = recipe.augmentation.lag_millis
    return wandering_lag(recipe.wander_sd_millis, recipe.wander_seconds, limit, seconds, seed)


def choice_streams(task: Task, recipe: Recipe, contract: Contract) -> list[Stream]:
    """The validation stretches under wandering lags, several of each: one path of a slow lag covers few lags."""
    return [
        stream(session, contract, span, _wander(recipe, span, 77 + 100 * i + path), task.lag_of)
        for i, (session, span) in enumerate(task.choose)
        for path in range(recipe.track_paths)
    ]


def report_streams(task: Task, recipe: Recipe, contract: Contract, paths: int) -> list[list[Stream]]:
    """For each report stretch its streams: as stamped if its own lag is not zero, else `paths` wandering lags."""
    groups = []
    for session, span in task.report:
        if session.lag is not None and session.lag.millis.any():
            groups.append([stream(session, contract, span)])
        else:
            lags = [_wander(recipe, span, 1000 + i) for i in range(paths)]
            groups.append([stream(session, contract, span, lag, task.lag_of) for lag in lags])
    return groups


def _fit_constants(network: nn.Module, task: Task, batches: list[Batch]) -> None:
    for name, tokens in network.features.items():
        features.fit(tokens, [(_tensor(b.inputs[name]), _tensor(b.inputs[f"{name}_mask"])) for b in batches])
    if hasattr(network, "readout"):
        rows = [s.labels.values[(s.labels.times_nanos >= a) & (s.labels.times_nanos < b)] for s, (a, b) in task.train]
        values = np.concatenate(rows)
        network.readout.mean.copy_(_tensor(values.mean(0))[:, None])
        network.readout.sd.copy_(_tensor(values.std(0))[:, None])


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))


def _descend(
    network: nn.Module,
    samplers: list[Sampler],
    chosen: list[Batch],
    recipe: Recipe,
    rng: np.random.Generator,
    progress: Callable[[int, int, str], None],
) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    warmup = min(recipe.warmup, recipe.steps // 4 + 1)

    def rate(step: int) -> float:
        along = max(0.0, (step - warmup) / max(1, recipe.steps - warmup))
        return min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * min(1.0, along)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    best, best_state = -math.inf, None
    for step in range(recipe.steps):
        network.train()
        batch = samplers[rng.integers(len(samplers))].batch(recipe.batch, rng)
        loss = _loss(network, batch, recipe, rng, likelihood=step >= recipe.squared_share * recipe.steps)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        late = step + 1 == recipe.steps or (step > recipe.steps // 2 and (step + 1) % max(1, recipe.steps // 14) == 0)
        if late:
            value = window_r2(network, chosen)
            if value > best:
                best, best_state = value, copy.deepcopy(network.state_dict())
        progress(step + 1, recipe.steps, f"loss {loss.item():.3f} validation R2 {best:.3f}")
    network.load_state_dict(best_state)
    network.validation_r2 = best
    network.eval()


def _loss(network: nn.Module, batch: Batch, recipe: Recipe, rng: np.random.Generator, likelihood: bool) -> Tensor:
    inputs = {name: _tensor(value) for name, value in batch.inputs.items()}
    targets, lag_loss = _tensor(batch.targets), 0.0
    if isinstance(network, LagPosterior):
        cuts = sorted({network.tokens, *rng.integers(READOUT_TOKENS, network.tokens, recipe.cuts - 1).tolist()})
        mean, log_variance, lag_loss = _aligned(network, inputs, _tensor(batch.lag_millis), recipe, cuts)
        targets = targets[:, [c - 1 for c in cuts]]
    else:
        steps = network.tokens - READOUT_TOKENS + 1
        mean, log_variance = network.decode(inputs, steps)
        targets = targets[:, -steps:]
    sd = network.readout.sd[:, 0]
    error = ((mean - targets) / sd) ** 2
    if not likelihood:
        return error.mean() + recipe.lag_weight * lag_loss
    log_variance = log_variance - 2 * torch.log(sd)
    nll = 0.5 * (log_variance + error * torch.exp(-log_variance))
    return (nll * torch.exp(0.5 * log_variance.detach())).mean() + recipe.lag_weight * lag_loss


def _aligned(
    network: LagPosterior, inputs: dict[str, Tensor], lag_millis: Tensor, recipe: Recipe, cuts: list[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Means, log variances and the lag's cross-entropy. Half the windows start from a flat belief, half from a random
    one around the truth, as they meet in a stream; the temperature is 1: each window stands for itself."""
    streams = network.encode(inputs)
    score = network.score(streams)
    lags = network.grid_millis / recipe.token_millis
    truth = (lag_millis / recipe.token_millis).unsqueeze(1)
    width = 1 + 5 * torch.rand(len(truth), 1)
    centre = truth + 0.7 * width * torch.randn(len(truth), 1)
    around = torch.softmax(-0.5 * ((lags - centre) / width) ** 2, dim=1) + 1e-4
    flat = torch.full_like(around, 1.0 / network.lags)
    belief = torch.where(torch.rand(len(truth), 1) < 0.5, flat, around)
    posterior = network.weigh(belief, score, 1.0)
    label = torch.softmax(-0.5 * ((lags - truth) / recipe.label_sd_tokens) ** 2, dim=1)
    entropy = -(label * torch.log(posterior + 1e-9)).sum(1)
    shares = [present[:, 0].mean(1) for _, present in streams.values()]
    known = ((shares[0] > 0.3) & (shares[1] > 0.3)).float()
    mean, log_variance = network.decode(streams, posterior, cuts)
    return mean, log_variance, (entropy * known).sum() / known.sum().clamp_min(1.0)


def window_r2(network: nn.Module, batches: list[Batch]) -> float:
    """R2 at the newest step of separate windows, the lag estimated from each window alone."""
    network.eval()
    means, targets = [], []
    with torch.no_grad():
        for batch in batches:
            inputs = {name: _tensor(value) for name, value in batch.inputs.items()}
            if isinstance(network, LagPosterior):
                streams = network.encode(inputs)
                mean, _ = network.decode(streams, torch.softmax(network.score(streams), dim=1))
            elif isinstance(network, Ridge):
                mean = network(*inputs.values())[0].unsqueeze(1)
            else:
                mean, _ = network.decode(inputs)
            means.append(mean[:, -1].numpy())
            targets.append(batch.targets[:, -1])
    return r2(np.concatenate(means), np.concatenate(targets))


def _calibrate(network: nn.Module, streams: list[Stream], recipe: Recipe) -> None:
    """On validation streams: the filter's temperature, then the scale of the variance on the clean ones."""
    squares = []
    with torch.no_grad():
        if isinstance(network, LagPosterior):
            _fit_temperature(network, streams, recipe)
        for s in streams:
            beliefs = track(network, _scores(network, s)) if isinstance(network, LagPosterior) else None
            for hops in _chunks(s):
                inputs = {name: _tensor(value) for name, value in s.windows(hops).items()}
                if beliefs is not None:
                    mean, log_variance = network.decode(network.encode(inputs), beliefs[hops])
                else:
                    mean, log_variance = network.decode(inputs)
                error = (mean[:, 0] - _tensor(s.targets[hops])) ** 2
                squares.append((error * torch.exp(-log_variance[:, 0])).mean(1))
        network.readout.log_variance_shift += torch.log(torch.cat(squares).mean())


def _chunks(s: Stream) -> list[np.ndarray]:
    hops = np.arange(s.contract.warmup_hops, s.hops)
    return np.array_split(hops, max(1, len(hops) // 64))


def _scores(network: LagPosterior, s: Stream) -> Tensor:
    """Pooled scores [hops, L] of every window of a stream."""
    return _scores_by_recency(network, s, [network.recency.clone()])[0]


def _scores_by_recency(network: LagPosterior, s: Stream, options: list[Tensor]) -> Tensor:
    """Pooled scores [options, hops, L] of every window of a stream, under each recency [T]."""
    rows = [[] for _ in options]
    for hops in (np.arange(s.contract.warmup_hops), *_chunks(s)):
        streams = network.encode({name: _tensor(value) for name, value in s.windows(hops).items()})
        for option, kept in zip(options, rows, strict=True):
            network.recency.copy_(option)
            kept.append(network.score(streams))
    return torch.stack([torch.cat(kept) for kept in rows])


def recency(tokens: int, share: float) -> Tensor:
    """Weights [T] that fall off from the newest token with a time constant of `share` of the window; sum T."""
    if share >= 1:
        return torch.ones(tokens)
    weights = torch.exp(-torch.arange(tokens - 1, -1, -1) / (share * tokens))
    return weights * tokens / weights.sum()


def track(network: LagPosterior, scores: Tensor, temperature: Tensor | None = None) -> Tensor:
    """Beliefs [hops, L] of one stream from its scores [hops, L], from a flat one on; or, with scores [hops, N, L] and
    temperatures [N, 1], those of N filters, [hops, N, L]."""
    single = scores.dim() == 2
    scores = scores.unsqueeze(1) if single else scores
    belief, rows = torch.full(scores.shape[1:], 1.0 / network.lags), []
    for score in scores:
        belief = network.weigh(network.predict(belief), score, temperature)
        rows.append(belief)
    beliefs = torch.stack(rows)
    return beliefs[:, 0] if single else beliefs


def _fit_temperature(network: LagPosterior, streams: list[Stream], recipe: Recipe) -> None:
    """Sets temperature, recency and diffusion with the smallest lag error, a geometric mean over the levels of noise:
    a clean stream forgives a high temperature, a noisy one does not."""
    options = [recency(network.tokens, share) for share in RECENCIES]
    pairs = [(option, t) for option in options for t in TEMPERATURES]
    temperatures = torch.tensor([t for _, t in pairs]).unsqueeze(1)
    clock = 2 * float(network.diffusion[0, 0, 0])
    diffusions = [clock * factor for factor in DIFFUSIONS if clock * factor < 0.7]
    total = np.zeros((len(diffusions), len(pairs)))
    for sigma in recipe.track_noise:
        squares = [[] for _ in diffusions]
        for i, s in enumerate(streams):
            scores = _scores_by_recency(network, noisy(s, sigma, seed=i) if sigma > 0 else s, options)
            each = scores.transpose(0, 1).repeat_interleave(len(TEMPERATURES), dim=1)  # [hops, pairs, L]
            for kept, variance in zip(squares, diffusions, strict=True):
                network.diffuse(variance)
                lags = torch.matmul(track(network, each, temperatures), network.grid_millis).numpy()
                kept.append((lags - s.lag_millis[:, None])[s.contract.warmup_hops :] ** 2)
        total += np.array([0.5 * np.log(np.concatenate(kept).mean(0)) for kept in squares])
    best, pair = np.unravel_index(int(np.argmin(total)), total.shape)
    network.diffuse(diffusions[best])
    network.recency.copy_(pairs[pair][0])
    network.temperature.fill_(pairs[pair][1])
    network.track_rmse_millis = float(np.exp(total.min() / len(recipe.track_noise)))


def _fit_ridge(
    network: Ridge,
    samplers: list[Sampler],
    chosen: list[Batch],
    recipe: Recipe,
    rng: np.random.Generator,
    progress: Callable[[int, int, str], None],
) -> Ridge:
    """The penalty with the best R2 on validation windows; the variance from their residuals."""
    rows, targets = [], []
    for step in range(max(2, recipe.steps // 8)):
        batch = samplers[rng.integers(len(samplers))].batch(recipe.batch, rng)
        rows.append(network.regressors({name: _tensor(value) for name, value in batch.inputs.items()}))
        targets.append(_tensor(batch.targets[:, -1]))
        progress(step + 1, max(2, recipe.steps // 8), "collecting windows")
    x, y = torch.cat(rows), torch.cat(targets)
    best = (-math.inf, None, None)
    for penalty in ridge.PENALTIES:
        weight, bias = ridge.solve(x, y, penalty)
        network.weight.copy_(weight)
        network.bias.copy_(bias)
        value = window_r2(network, chosen)
        if value > best[0]:
            best = value, weight, bias
    network.validation_r2 = best[0]
    network.weight.copy_(best[1])
    network.bias.copy_(best[2])
    with torch.no_grad():
        left = [_tensor(b.targets[:, -1]) - network(*map(_tensor, b.inputs.values()))[0] for b in chosen]
        network.log_variance.copy_(torch.log((torch.cat(left) ** 2).mean(0)))
    return network.eval()
