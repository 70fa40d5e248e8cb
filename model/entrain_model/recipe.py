"""Everything about a training that is not its data, and the contracts of what it leaves."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

from entrain_model.bank import Augmentation
from entrain_model.canonical import CanonicalLagPosterior
from entrain_model.contract import Attention, Component, Contract, Lag, Modality, Output, State
from entrain_model.lag_posterior import LagPosterior, Shape, memory
from entrain_model.recording import Events, Session
from entrain_model.ridge import Ridge
from entrain_model.rivals import RIVALS, Rival
from entrain_model.two_stage import TwoStage

ALIGNED = ("lag-posterior", "two-stage")
MODELS = (*ALIGNED, *RIVALS, "ridge")
PRIOR_TAIL = 0.1
"""Of the range of lags in training: how soon the prior falls off beyond it. A lag 50 ms outside +-150 is still found,
4 ms too near, where its evidence is that of a clean session."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One budget for the model and every rival: the same windows, steps, optimiser and sizes."""

    hop_millis: int
    bins_per_hop: int
    context_hops: int
    grid_reach: int
    """Lags on the grid: -reach..reach tokens."""
    delay_millis: int
    """Of the smoothed output."""
    augmentation: Augmentation
    shape: Shape
    wander_sd_millis: float
    wander_seconds: float
    """Sd and time constant of the wandering lag that models are chosen and calibrated on."""
    track_noise: tuple[float, ...] = (0.0,)
    """Noise of the streams that the filter is calibrated on: it has to serve all of them."""
    track_paths: int = 2
    steps: int = 2800
    batch: int = 32
    tokens: int = 128
    """Tokens of a training window."""
    cuts: int = 16
    """Steps of a training window that are decoded; those of rivals are all that the window holds."""
    rate: float = 2e-3
    decay: float = 0.01
    warmup: int = 80
    squared_share: float = 0.25
    """Share of the steps with squared error, before the likelihood with beta 1/2 (Seitzer et al. 2022, eq. 8)."""
    newest_share: float = 0.6
    """Of the decoding loss; the rest is the delayed step's, which is easier."""
    lag_weight: float = 0.1
    label_sd_tokens: float = 0.8
    canonical: bool = False
    """Does the model add canonical variates' evidence to its matcher's? They need less data than the matcher."""
    near_tokens: tuple[float, float] = (0.4, 2.0)
    """Least and greatest sd of the beliefs near the true lag that a decoder is trained with: how sure a tracker is."""
    head_weight: float = 0.0
    """Of the unimodal auxiliary heads' loss, in training only; 0: none."""
    ridge_tokens: int = 20
    ridge_windows: int = 8000

    def with_window(self, hops: int) -> Recipe:
        """The same budget for a model whose window has another length; training windows grow where they must."""
        beside = self.tokens - self.context_hops * self.bins_per_hop
        return dataclasses.replace(self, context_hops=hops, tokens=max(self.tokens, hops * self.bins_per_hop + beside))

    @property
    def token_millis(self) -> float:
        return self.hop_millis / self.bins_per_hop

    @property
    def delay_tokens(self) -> int:
        return round(self.delay_millis / self.token_millis)

    @property
    def diffusion_millis(self) -> float:
        """Random walk of the wandering lag in one second: sd sqrt(2 / time constant)."""
        return self.wander_sd_millis * math.sqrt(2 / self.wander_seconds)

    def lag_prior(self, grid_millis: tuple[float, ...]) -> tuple[float, ...]:
        """How probable each lag of the grid is before anything is seen: alike within the lags of training windows, and
        less by a factor of e for every tenth of that range beyond it, or for every token where that is longer."""
        limit = self.augmentation.lag_millis
        tail = max(PRIOR_TAIL * limit, self.token_millis)
        weights = [math.exp(-max(0.0, abs(lag) - limit) / tail) for lag in grid_millis]
        return tuple(w / sum(weights) for w in weights)


SIMULATED = Recipe(
    hop_millis=20,
    bins_per_hop=2,
    context_hops=50,
    grid_reach=24,
    delay_millis=200,
    augmentation=Augmentation(),
    shape=Shape(),
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
    delay_millis=500,
    augmentation=Augmentation(
        lag_millis=400.0,
        slope_millis_per_second=10.0,
        jitter_millis=(0.0, 0.0, 0.0, 8.0, 50.0),
        noise=(0.0, 0.0, 0.0, 0.25),
        missing_share=0.05,
        gap_millis=(200.0, 800.0),
    ),
    shape=Shape(width=32, fused=48, head=8, kernel=3, dropout=0.2, ahead=8, beside=True, jitter_millis=(0.0,)),
    wander_sd_millis=230.0,
    wander_seconds=300.0,
    track_paths=8,
    decay=0.05,
    steps=1000,
    rate=6e-3,
    batch=48,
    tokens=128,
    cuts=20,
    newest_share=0.85,
    lag_weight=0.3,
    near_tokens=(0.15, 0.6),
    canonical=True,
)
"""4 s windows of 50 ms counts, lags within 400 ms on a grid of +-600 ms. A few hundred seconds of data: a smaller
network, more regularisation, and canonical variates beside a small matcher. The lag wanders with the spread of the lags
in training (400 ms / sqrt 3) and drifts as fast as the simulated one, 19 ms in a second. One hypothesis about jitter:
50 ms of it are within a bin."""


@dataclass(frozen=True, eq=False)
class Task:
    """Sessions and which stretch [start, end) of each is for what. `lag_of` is delayed on the clock of `reference`."""

    train: list[tuple[Session, tuple[int, int]]]
    choose: list[tuple[Session, tuple[int, int]]]
    report: list[tuple[Session, tuple[int, int]]] = field(default_factory=list)
    lag_of: str = "spikes"
    reference: str = "lfp"


def contract_for(task: Task, recipe: Recipe, model: str, name: str) -> Contract:
    """The contract of the window form."""
    session = task.train[0][0]
    names = {"reference-only": (task.reference,), "lagging-only": (task.lag_of,)}
    modalities = tuple(_modality(session, n, recipe) for n in names.get(model, (task.lag_of, task.reference)))
    labels = session.labels
    components = tuple(Component(name=c, unit=labels.unit) for c in labels.columns)
    outputs = [Output(name="decoded", log_variance="decoded_log_variance", components=components)]
    if model != "ridge":
        smoothed = Output(
            name="smoothed",
            log_variance="smoothed_log_variance",
            components=components,
            delay_millis=recipe.delay_millis,
        )
        outputs.append(smoothed)
    contract = Contract(
        name=name,
        hop_millis=recipe.hop_millis,
        context_hops=recipe.context_hops,
        warmup_hops=recipe.context_hops,
        modalities=modalities,
        outputs=tuple(outputs),
    )
    if model not in ALIGNED:
        return contract
    reach = recipe.grid_reach
    grid = tuple(recipe.token_millis * i for i in range(-reach, reach + 1))
    lag = Lag(
        of=task.lag_of,
        relative_to=task.reference,
        grid_millis=grid,
        headroom="alignment_headroom",
        allowed="lag_allowed",
    )
    attention = Attention(output="attention", shape=(2 * reach + 1,))
    contract = dataclasses.replace(contract, lag=lag, attention=attention)
    return dataclasses.replace(contract, states=memory(len(recipe.shape.jitter_millis), recipe.lag_prior(grid)))


def incremental(contract: Contract, network: LagPosterior) -> Contract:
    """The contract of a window form's network in its incremental form: one hop in, carries as further states."""
    carries = tuple(
        State(name=n, next=f"next_{n}", shape=shape, initial=(0.0,)) for n, shape in network.carries().items()
    )
    return dataclasses.replace(contract, context_hops=1, states=(*contract.states, *carries))


def _modality(session: Session, name: str, recipe: Recipe) -> Modality:
    data = session.streams[name]
    if isinstance(data, Events):
        return Modality(
            name=name, kind="events", channels=data.channels, unit="count", bins_per_hop=recipe.bins_per_hop
        )
    return Modality(name=name, kind="samples", channels=data.channels, unit="sd", rate_hz=data.rate_hz)


def build(contract: Contract, recipe: Recipe, model: str) -> LagPosterior | Rival | Ridge:
    if model == "ridge":
        return Ridge(contract, history=recipe.ridge_tokens)
    if model in ALIGNED:
        ours = CanonicalLagPosterior if recipe.canonical else LagPosterior
        kind = TwoStage if model == "two-stage" else ours
        return kind(contract, recipe.shape, delay_tokens=recipe.delay_tokens, diffusion=recipe.diffusion_millis)
    rival = RIVALS[model](contract, recipe.shape)
    rival.delay_tokens = recipe.delay_tokens
    return rival
