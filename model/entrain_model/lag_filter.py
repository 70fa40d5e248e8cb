"""The Bayes filter over lags: its belief from hop to hop, and what is read from it.

The equations are those of `lag_posterior`. Everything linear in a row of the belief, its sum included, is one product
with a constant matrix for all rows: a runtime calls few operators, and the last bits of a row do not depend on where it
stands in the batch (ONNX Runtime's sum over 49 columns begins at the row's first aligned element).

Shapes: B windows, L lags on the grid, M hypotheses about jitter; a belief is [B, M, L], or [B, M L] where it is flat.

What is known of the lag before anything is seen, the prior [L], is what a belief begins with, what a jump leads to, and
what diffusion keeps: a belief that sees nothing, since a stream is missing, stays the prior and does not spread to lags
that no clock has. Steps between neighbours l, k have the rate sqrt(prior_k / prior_l), so that detailed balance holds
(Kelly 1979, sec. 1.2); wherever the prior is flat the walk is free.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from entrain_model.elementwise import log

DIFFUSION_MILLIS = 19.0
"""Random walk of the clock in one second, in ms: 6 ms in 100 ms."""
JUMPS_PER_SECOND = 0.03
"""Chance of a jump to anywhere on the grid. At 0.1 the lag of a clock that does not jump is 1 to 3 ms worse; after a
jump the evidence of a second outweighs either."""
SWITCHES_PER_SECOND = 0.1
"""Chance that the jitter of packets changes: slow, so that seconds of evidence choose the hypothesis."""
SILENT_SHARE = 0.3
"""Share of hops whose evidence says nothing: what the streams have in common comes in bursts. It bounds what one hop's
chance peak can do, and lets the temperature be higher where there is something to see."""
NEAR = 5.0
"""Grid steps around the posterior's median whose mean is the reported lag."""
EVIDENCE_SECONDS = 1.0
"""Time constant of the accumulated evidence that the alignment headroom is read from."""


class LagFilter(nn.Module):
    """The belief over hypothesis and lag [B, M, L]: predict, weigh, and the alignment headroom."""

    def __init__(
        self,
        grid_millis: tuple[float, ...],
        hop_seconds: float,
        jitter_millis: tuple[float, ...],
        diffusion: float,
        prior: tuple[float, ...] = (1.0,),
    ) -> None:
        """`prior` [L], or one value: flat."""
        super().__init__()
        self.lags, self.hypotheses = len(grid_millis), len(jitter_millis)
        self.step_millis = grid_millis[1] - grid_millis[0]
        self.jump, self.switch = JUMPS_PER_SECOND * hop_seconds, SWITCHES_PER_SECOND * hop_seconds
        self.keep = math.exp(-hop_seconds / EVIDENCE_SECONDS)
        self.register_buffer("grid_millis", torch.tensor(grid_millis, dtype=torch.float32))
        self.register_buffer("temperature", torch.ones(self.hypotheses, 1))
        self.register_buffer("caution", torch.ones(self.hypotheses, 1))
        self.register_buffer("below", torch.ones(self.lags, self.lags).triu(1))
        self.register_buffer("expected_maximum", torch.tensor(expected_maximum(self.lags - 1)))
        self.register_buffer("blur", _blur([sd / self.step_millis for sd in jitter_millis], self.lags))
        self.register_buffer("diffusion", torch.zeros(1, 1, 3))
        # Constant matrices, no part of what is fitted or kept.
        same = torch.eye(self.hypotheses)
        known = torch.tensor(prior, dtype=torch.float32).expand(self.lags)
        self._constant("prior", known / known.sum())
        self._constant("still", torch.eye(self.lags))
        self._constant("walk", _walk(self.prior))
        self._constant("mixing", (1.0 - self.switch) * same + self.switch / self.hypotheses)
        self._constant("same", same)
        self._constant("own", _blocks(same, torch.ones(1, self.lags, self.lags)))
        self._constant("every", torch.ones(self.own.shape))
        self._constant("ones", torch.ones(self.lags, self.lags))
        self._constant("far", _far(self.lags))
        self.diffuse(diffusion**2 * hop_seconds / self.step_millis**2)

    def _constant(self, name: str, values: Tensor) -> None:
        self.register_buffer(name, values, persistent=False)

    def diffuse(self, variance: float) -> None:
        """Sets the diffusion of the belief in squared grid steps a hop, kept as the shares that go one step down, stay
        and go one step up where the prior is flat."""
        if not 0 < variance < 0.7:
            raise ValueError(f"clock diffuses {variance:.2f} squared grid steps a hop, must lie between 0 and 0.7")
        self.diffusion.copy_(torch.tensor([variance / 2, 1 - variance, variance / 2]).reshape(1, 1, 3))

    def first(self) -> Tensor:
        """The belief [M, L] before anything is seen."""
        return (self.prior / self.hypotheses).repeat(self.hypotheses, 1)

    def predict(self, belief: Tensor, allowed: Tensor | None = None) -> Tensor:
        """The belief [B, M, L] one hop later, before the hop is seen: diffused, the prior after a jump, under another
        jitter after a switch, and nowhere that `allowed` [B, L] is zero. A host may hand back anything non-negative."""
        diffused = self.still + self.diffusion.flatten()[0] * self.walk
        moved = _blocks((1.0 - self.jump) * self.mixing, diffused.unsqueeze(0))
        flat = belief.clamp_min(0.0).flatten(1)
        kept, total = torch.matmul(flat, torch.cat([moved, self.every], dim=1)).chunk(2, dim=1)
        predicted = kept / total.clamp_min(1e-20) + self.jump * self.first().flatten()
        if allowed is not None:
            predicted = predicted * allowed.clamp(1e-12, 1.0).repeat(1, self.hypotheses)
        return predicted.reshape(belief.shape)

    def weigh(self, predicted: Tensor, evidence: Tensor, *, raw: bool = False) -> Tensor:
        """The belief [B, M, L] after a hop's evidence [B, L]; `raw`: as in training, with temperature and
        caution 1 and no silent hops."""
        silent = 1e-12 if raw else SILENT_SHARE
        tempered = evidence.unsqueeze(1) * (torch.ones_like(self.temperature) if raw else self.temperature)
        density = torch.softmax(tempered, dim=2).flatten(1)  # a mean of 1 / L over lags
        blur = _blocks((1.0 - silent) * self.lags * self.same, self.blur)
        likelihood = torch.addmm(torch.full((blur.shape[1],), silent), density, blur)
        flat = predicted.flatten(1)
        careful = foretold = flat * likelihood
        if not raw:
            caution = self.caution.expand(-1, self.lags).flatten()
            careful = flat * torch.exp(caution * log(likelihood))
        own, every = torch.matmul(foretold, torch.cat([self.own, self.every], dim=1)).chunk(2, dim=1)
        share = own / every.clamp_min(1e-30)
        belief = careful * (share / torch.matmul(careful, self.own).clamp_min(1e-30))
        return belief.reshape(predicted.shape)

    def mean(self, rows: Tensor, posterior: Tensor) -> Tensor:
        """Means over a posterior [B, L] of values at each lag, [B, L] or [L]; in every column of [B, L]."""
        return torch.matmul(posterior * rows, self.ones)

    def spread(self, posterior: Tensor) -> Tensor:
        """The sd in ms of a posterior [B, L], in every column of [B, L]."""
        off = self.grid_millis - self.mean(self.grid_millis, posterior)
        return torch.sqrt(self.mean(off * off, posterior))

    def lag(self, posterior: Tensor) -> Tensor:
        """The reported lag [B] in ms of a posterior [B, L]: its mean near its median. Near: wholly within NEAR grid
        steps, not at all beyond twice as many. Where two lags have a share each, as after a jump or one heartbeat
        apart, the mean of all would be neither."""
        below = torch.matmul(posterior, self.below)
        passed = ((0.5 - below) / posterior.clamp_min(1e-12)).clamp(0.0, 1.0)
        median = torch.matmul(passed, self.ones) - 0.5  # grid points as bins
        away = (torch.arange(self.lags) - median).abs()
        near = posterior * (2.0 - away / NEAR).clamp(0.0, 1.0)
        moments = torch.matmul(near, torch.stack([self.grid_millis, self.ones[0]], dim=1))
        return moments[:, 0] / moments[:, 1].clamp_min(1e-12)

    def headroom(self, kept: Tensor, evidence: Tensor, posterior: Tensor) -> tuple[Tensor, Tensor]:
        """How far the chosen lag stands above the expected maximum of the others, in their sd: [B], and the evidence
        [B, L] accumulated with a time constant of EVIDENCE_SECONDS. Positive: a single window would find the lag;
        negative: only the belief's memory holds it. Lags within three grid steps of the chosen one are left out."""
        kept = self.keep * kept + evidence
        chosen = posterior.argmax(1)
        far = self.far.index_select(0, chosen)
        off = kept - self.mean(kept, far)
        sd = torch.sqrt(self.mean(off * off, far).clamp_min(1e-12))
        peak = torch.gather(off / sd, 1, chosen.unsqueeze(1)).squeeze(1)
        return peak - self.expected_maximum, kept


def _walk(prior: Tensor) -> Tensor:
    """[L, L]: rates of steps to the neighbours, and what leaves on the diagonal; what would leave the grid stays."""
    root = prior.sqrt()
    near = torch.diag(torch.ones(len(prior) - 1), 1)
    rates = (near + near.T) * root / root.unsqueeze(1)
    return rates - torch.diag(rates.sum(1))


def _far(lags: int) -> Tensor:
    """[L, L]: row l shares 1 among the lags more than three grid steps from l."""
    steps = torch.arange(lags)
    away = ((steps[:, None] - steps[None, :]).abs() > 3).float()
    return away / away.sum(1, keepdim=True)


def _blocks(outer: Tensor, inner: Tensor) -> Tensor:
    """[M L, M L] with `outer` [M, M] times `inner` [M or 1, L, L] (of the row's hypothesis) as blocks."""
    hypotheses, lags = len(outer), inner.shape[1]
    blocks = outer[:, None, :, None] * inner[:, :, None, :]
    return blocks.reshape(hypotheses * lags, hypotheses * lags)


def expected_maximum(count: int) -> float:
    """E[max] of `count` independent standard normal variables: integral of z d(Phi(z)^count), by the midpoint rule;
    2.24 for 48. The asymptotic sqrt(2 ln N) is 2.78 there."""
    z = torch.linspace(-8, 8, 16001, dtype=torch.float64)
    cdf = torch.special.ndtr(z) ** count
    return float(((z[1:] + z[:-1]) / 2 * (cdf[1:] - cdf[:-1])).sum())


def _blur(sds: list[float], lags: int) -> Tensor:
    """[M, L, L]: column l of block m holds the Gaussian of hypothesis m around lag l, normalised on the grid."""
    steps = torch.arange(lags, dtype=torch.float64)
    blocks = []
    for sd in sds:
        away = (steps[:, None] - steps[None, :]) ** 2
        kernel = torch.exp(-0.5 * away / sd**2) if sd > 0 else torch.eye(lags, dtype=torch.float64)
        blocks.append(kernel / kernel.sum(0, keepdim=True))
    return torch.stack(blocks).float()
