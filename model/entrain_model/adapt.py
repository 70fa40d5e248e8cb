"""Fits the graphs of `heartbeats` to one patient, in closed form: nothing carries over between patients.

Everything is fitted on the patient's first part; penalties, the weights of the evidence and the width of the intervals
are chosen on the next; then the decoders are fitted once more on both parts together, with what was chosen. The last
part is never looked at.

Shapes: N hops, F features, L lags, K outputs (newest step, delayed step), M marks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from entrain_model import heartbeats as hb
from entrain_model.contract import Contract
from entrain_model.heartbeats import Aligning, AsStamped, Bank, BeatEvidence, CanonicalEvidence, Marks
from entrain_model.recording import Session
from entrain_model.windows import Feed, Stream, stream

PENALTIES = tuple(10.0 ** (i / 2) for i in range(-2, 10))
"""Of a ridge regression, on standardised features."""
SHAPE_PENALTY = 30.0
CANONICAL_PENALTY = 1e-2
"""Ridge on each covariance, as a share of its mean variance."""
MARK_PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
FOLDS = 5
WEIGHTS = (0.0, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
START, ROUNDS = 0.25, 2
"""Of a term of the evidence: where the search begins, and how often it goes over all terms, one after the other."""
CLIPPED = (0.005, 0.995)
"""Quantiles of the marks in training that a mark is clipped to."""
SETTLED_HOPS = 50
"""Hops at a start of a stretch that are not learned from: the window is not full."""
NORMAL_90 = 1.6449

Span = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Parts:
    """A patient's first part, to train on, and the next, to choose on."""

    session: Session
    train: Span
    choose: Span
    lag_of: str
    reference: str

    def panes(self, contract: Contract, span: Span, lag_millis: float) -> Stream:
        return stream(self.session, contract, span, lambda t: np.full_like(t, lag_millis, dtype=float), self.lag_of)


@dataclass(frozen=True, eq=False)
class Windows:
    """All windows of a stretch at one lag: inputs by tensor name [N, ...] and targets [N, K]."""

    inputs: dict[str, Tensor]
    targets: Tensor


def windows(panes: Stream, skip: int = SETTLED_HOPS) -> Windows:
    feed, delay = Feed([panes], panes.contract), hb.DELAY_MILLIS // hb.HOP_MILLIS
    rows = [feed.at(hop) for hop in range(skip, feed.hops)]
    inputs = {name: torch.from_numpy(np.concatenate([r[name] for r in rows])) for name in rows[0]}
    at = np.arange(skip, feed.hops)
    return Windows(inputs, torch.from_numpy(np.concatenate([panes.targets[at], panes.targets[at - delay]], axis=1)))


def fit_marks(layer: Marks, beats: Tensor) -> None:
    """Bounds, mean and scale of the marks from rows of counts and sums [T, 1 + M]."""
    values = beats[beats[:, 0] > 0.5]
    values = values[:, 1:] / values[:, :1]
    low, high = torch.quantile(values, torch.tensor(CLIPPED), dim=0)
    layer.low.copy_(low)
    layer.high.copy_(high)
    values = torch.minimum(torch.maximum(values, low), high)
    layer.mean.copy_(values.mean(0))
    layer.scale.copy_(1.0 / values.std(0).clamp_min(1e-4))


@dataclass(frozen=True, eq=False)
class Rows:
    """Features [N, F] and targets [N, K] of one lag."""

    x: Tensor
    y: Tensor


def fit_bank(bank: Bank, train: list[Rows], choose: list[Rows], *, pooled: bool = False) -> float:
    """Ridge regressions, one for each lag (or one over all with `pooled`), with the penalty that is best on the chosen
    part; its residuals there are the variances. Returns the R2 of the newest step there."""
    if pooled:
        train, choose = [_joined(train)], [_joined(choose)]
    solvers = [Ridge(r.x, r.y) for r in train]
    scores = []
    for penalty in PENALTIES:
        errors = [c.y - s.predicted(c.x, penalty) for s, c in zip(solvers, choose, strict=True)]
        scores.append(np.mean([_r2(e, c.y) for e, c in zip(errors, choose, strict=True)]))
    best = PENALTIES[int(np.argmax(scores))]
    weights = []
    for i, (a, c, s) in enumerate(zip(train, choose, solvers, strict=True)):
        left = c.y - s.predicted(c.x, best)
        wide = torch.quantile(left.abs(), 0.9, dim=0) / NORMAL_90
        bank.variance[i].copy_(wide.square().clamp_min(1e-12))
        whole = Ridge(torch.cat([a.x, c.x]), torch.cat([a.y, c.y]))
        weight, bias = whole.solution(best * (len(a.x) + len(c.x)) / len(a.x))
        bank.bias[i].copy_(bias)
        weights.append(weight)
    bank.weight.copy_(torch.stack(weights, dim=1).flatten(1))
    return float(max(scores))


def _joined(rows: list[Rows]) -> Rows:
    return Rows(torch.cat([r.x for r in rows]), torch.cat([r.y for r in rows]))


def _r2(error: Tensor, y: Tensor) -> float:
    return float((1 - error.square().sum(0) / (y - y.mean(0)).square().sum(0)).mean())


class Ridge:
    """Ridge regression of standardised features with an unpenalised intercept, for any penalty at little cost: one
    eigendecomposition."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        x, y = x.double(), y.double()
        self.x_mean, self.y_mean = x.mean(0), y.mean(0)
        self.scale = 1.0 / x.std(0).clamp_min(1e-6)
        z = (x - self.x_mean) * self.scale
        values, self.vectors = torch.linalg.eigh(z.T @ z)
        self.values = values.clamp_min(0.0)
        self.moments = self.vectors.T @ (z.T @ (y - self.y_mean))

    def solution(self, penalty: float) -> tuple[Tensor, Tensor]:
        """Weight [F, K] and bias [K] for the features as they are."""
        weight = self.scale[:, None] * (self.vectors @ (self.moments / (self.values + penalty)[:, None]))
        return weight.float(), (self.y_mean - self.x_mean @ weight).float()

    def predicted(self, x: Tensor, penalty: float) -> Tensor:
        weight, bias = self.solution(penalty)
        return x @ weight + bias


def fit_evidence(layer: BeatEvidence, tokens: Tensor, marks: Tensor, at: Tensor) -> None:
    """Both regressions, from the PPG [T], and the marks [N, M + 1] of the beats at the tokens `at` [N], all at lag 0.

    Wrong places are those of the lags up to twice the grid's reach: what true and tried lag can differ by."""
    around = tokens.unfold(0, hb.BEFORE + hb.AFTER, 1)
    inside = (at >= hb.BEFORE + 2 * hb.REACH) & (at < len(tokens) - hb.AFTER - 2 * hb.REACH)
    at, marks = at[inside], marks[inside]
    offsets = torch.arange(-2 * hb.REACH, 2 * hb.REACH + 1)
    shapes = hb.wave(around[(at[:, None] - offsets - hb.BEFORE).flatten()].unsqueeze(0))[0]
    weight, bias = logistic(shapes, (offsets == 0).float().repeat(len(at)), SHAPE_PENALTY)
    layer.shape_weight.copy_(weight)
    layer.shape_bias.copy_(bias)
    level = around[at - hb.BEFORE]
    level = level - level.mean(1, keepdim=True)
    fit_expected(layer, level, marks)


def fit_canonical(layer: CanonicalEvidence, around: Tensor, beats: Tensor) -> None:
    """Canonical variates (Hotelling 1936) of the beats' tokens [N, M + 2] and the PPG around them [N, P], at lag 0."""
    x, y = beats.double(), around.double()
    layer.left_mean.copy_(x.mean(0))
    layer.right_mean.copy_(y.mean(0))
    x, y = x - x.mean(0), y - y.mean(0)
    roots = []
    for z in (x, y):
        cov = z.T @ z / len(z)
        cov += CANONICAL_PENALTY * cov.diagonal().mean() * torch.eye(len(cov), dtype=torch.float64)
        values, vectors = torch.linalg.eigh(cov)
        roots.append(vectors @ torch.diag(values.rsqrt()) @ vectors.T)
    left, r, right = torch.linalg.svd(roots[0] @ (x.T @ y / len(x)) @ roots[1], full_matrices=False)
    kept = len(layer.correlation)
    layer.correlation.copy_(r[:kept].clamp(0.0, 0.95))
    layer.left.copy_(roots[0] @ left[:, :kept])
    layer.right.copy_(roots[1] @ right.T[:, :kept])


def logistic(x: Tensor, y: Tensor, penalty: float, steps: int = 15) -> tuple[Tensor, Tensor]:
    """Penalised logistic regression by Newton's method: weight [F] and bias."""
    x = torch.cat([x, torch.ones(len(x), 1)], dim=1).double()
    weight = torch.zeros(x.shape[1], dtype=torch.float64)
    ridge = penalty * torch.eye(len(weight), dtype=torch.float64)
    ridge[-1, -1] = 1e-6
    for _ in range(steps):
        p = torch.sigmoid(x @ weight)
        slope = x.T @ (p - y) + ridge @ weight
        bend = (x * (p * (1 - p))[:, None]).T @ x + ridge
        weight = weight - torch.linalg.solve(bend, slope)
    return weight[:-1].float(), weight[-1].float()


def fit_expected(layer: BeatEvidence, level: Tensor, marks: Tensor) -> None:
    """The marks expected from the PPG around a beat; the variance that is left comes from blocks left out in turn, so
    that a mark the PPG says nothing of says nothing of the lag."""
    scale = level.std()
    x, fold = level / scale, torch.arange(len(level)) * FOLDS // len(level)
    left = torch.stack([_left_out(x, marks, fold, penalty) for penalty in MARK_PENALTIES])  # [penalties, M + 1]
    layer.mark_mean.copy_(marks.mean(0))
    layer.prior_variance.copy_(marks.var(0).clamp_min(1e-6))
    lowest, chosen = left.min(0)
    layer.left_variance.copy_(torch.minimum(lowest, layer.prior_variance).clamp_min(1e-6))
    for k in range(marks.shape[1]):
        weight, bias = _plain_ridge(x, marks[:, k : k + 1], MARK_PENALTIES[int(chosen[k])])
        told = float(lowest[k] < layer.prior_variance[k])
        layer.mark_weight[:, k] = told * weight[:, 0] / scale
        layer.mark_bias[k] = bias[0] if told else layer.mark_mean[k]


def _plain_ridge(x: Tensor, y: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    mean, centred = x.mean(0), x - x.mean(0)
    gram = centred.T @ centred + penalty * torch.eye(x.shape[1])
    weight = torch.linalg.solve(gram, centred.T @ (y - y.mean(0)))
    return weight, y.mean(0) - mean @ weight


def _left_out(x: Tensor, y: Tensor, fold: Tensor, penalty: float) -> Tensor:
    errors = []
    for k in range(FOLDS):
        weight, bias = _plain_ridge(x[fold != k], y[fold != k], penalty)
        errors.append(y[fold == k] - x[fold == k] @ weight - bias)
    return torch.cat(errors).square().mean(0)


def fit_weights(network: Aligning, streams: list[Stream]) -> dict[str, float]:
    """The weights of the evidence's terms under which the true lags of validation streams are the most probable."""
    terms, truth = [], []
    for panes in streams:
        made = windows(panes)
        tokens, _ = hb.ppg_tokens(made.inputs[network.ppg], made.inputs[f"{network.ppg}_mask"])
        values, there = network.marks(made.inputs[network.beats], made.inputs[f"{network.beats}_mask"])
        terms.append(network.evidence(tokens, values, there))
        truth.append(torch.from_numpy(panes.lag_millis[SETTLED_HOPS:]).float())
    terms, truth = torch.stack(terms), torch.stack(truth)  # [S, N, L, terms], [S, N]
    step = hb.HOP_MILLIS / hb.PER_HOP
    near = (1 - (truth.unsqueeze(2) - network.filter.grid_millis).abs() / step).clamp(0, 1)

    def nats(weights: list[float]) -> float:
        told = (_tracked(network, terms @ torch.tensor(weights)) * near).sum(2)
        return float(-torch.log(told + 1e-6)[:, SETTLED_HOPS:].mean())

    best = [START] * terms.shape[3]
    for _ in range(ROUNDS):
        for k in range(len(best)):
            tried = [[*best[:k], w, *best[k + 1 :]] for w in WEIGHTS]
            best = min(tried, key=nats)
    network.weights.copy_(torch.tensor(best))
    return {"validation_lag_nats": round(nats(best), 3), "evidence_weights": best}


def _tracked(network: Aligning, evidence: Tensor) -> Tensor:
    """Beliefs [S, N, L] over all hops of the evidence [S, N, L], from one that knows nothing."""
    belief = torch.full_like(evidence[:, 0], 1.0 / evidence.shape[2])
    allowed, rows = torch.ones_like(belief), []
    for hop in evidence.unbind(1):
        belief = network.filter(belief, hop, allowed)
        rows.append(belief)
    return torch.stack(rows, dim=1)


def rows_at(network: Aligning | AsStamped, parts: Parts, contract: Contract, span: Span, lag_millis: float):
    """Features of the beats and of the PPG, each [N, F] or None, and the targets [N, K], at one lag."""
    made, beats, ppg = windows(parts.panes(contract, span, lag_millis)), None, None
    if network.beats:
        name = network.beats
        beats = hb.beat_features(*network.marks(made.inputs[name], made.inputs[f"{name}_mask"]))
    if network.ppg:
        ppg = hb.ppg_features(hb.ppg_tokens(made.inputs[network.ppg], made.inputs[f"{network.ppg}_mask"])[0])
    return beats, ppg, made.targets
