"""The lag filter's temperature and diffusion, fitted on validation streams.

All are chosen by the probability of the true lags, a proper score, so that the posterior is as wide as its errors. One
setting at a time is tried over its grid with the others held, in an order in which each depends little on those after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from entrain_model.lag_filter import LagFilter
from entrain_model.lag_posterior import LagPosterior
from entrain_model.train import run_filter

TEMPERATURES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 4.5, 6.0)
RATIO, CAUTION = 2.0, 0.4
"""Of the hypotheses about jitter: temperature in multiples of the first one's, and caution; the first one's is 1. Held,
since validation hardly tells them apart: fitted they would be 3 and 1, for a hundredth of a nat, and the lag's error at
noise 4 a sixth to a quarter larger on development sessions."""
DIFFUSIONS = (0.5, 1.0, 2.0, 4.0)
"""Variance of the belief's diffusion, in multiples of the clock's."""
SHARES = (0.0, 0.01, 0.02, 0.03, 0.05)
"""Of canonical variates' evidence, in multiples of the learned matcher's own scale."""
SKIPPED_HOPS = 50
"""A belief that has just begun is as wide as the grid."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    temperature: float = 1.0
    diffusion_factor: float = 1.0
    canonical_share: float = 0.0

    def apply(self, belief_filter: LagFilter, clock: float) -> None:
        """Sets the filter; `clock`: the clock's own diffusion in squared grid steps a hop."""
        belief_filter.temperature.fill_(self.temperature * RATIO)
        belief_filter.temperature[0] = self.temperature
        belief_filter.caution.fill_(CAUTION)
        belief_filter.caution[0] = 1.0
        belief_filter.diffuse(clock * self.diffusion_factor)


def fit(
    network: LagPosterior, evidences: Tensor, truth: Tensor, canonical: Tensor | None = None
) -> tuple[dict[str, float], Tensor]:
    """Sets the filter by evidence [S, H, L] of streams and their true lags [S, H] in ms; returns the setting with the
    mean -log probability of the truth, and the rmse in ms of each stream's lag [S]. Where there is evidence of
    `canonical` variates, the share of it that is added is fitted together with the temperature."""
    clock = 2 * float(network.filter.diffusion[0, 0, 0])
    more = torch.zeros(()) if canonical is None else canonical
    shares = (0.0,) if canonical is None else SHARES
    factors = (1.0, *(f for f in DIFFUSIONS if clock * f < 0.7))

    def nats(setting: Setting) -> float:
        setting.apply(network.filter, clock)
        return surprise(network, evidences + setting.canonical_share * more, truth)

    best = min((Setting(temperature=t, canonical_share=s) for s in shares for t in TEMPERATURES), key=nats)
    best = min((replace(best, diffusion_factor=f) for f in factors), key=nats)
    figures = {"validation_lag_nats": round(nats(best), 3), "temperature": best.temperature}
    figures["diffusion_factor"] = best.diffusion_factor
    if canonical is not None:
        figures["canonical_share"] = best.canonical_share
    posterior = track(network, evidences + best.canonical_share * more).sum(2)
    rmse = ((lags(network, posterior) - truth)[:, SKIPPED_HOPS:] ** 2).mean(1).sqrt()
    return figures, rmse


def track(network: LagPosterior, evidences: Tensor) -> Tensor:
    """Beliefs [S, H, M, L] from the prior on."""
    return run_filter(network, evidences, network.filter.first().expand(len(evidences), -1, -1))


def lags(network: LagPosterior, posterior: Tensor) -> Tensor:
    """Reported lags [S, H] in ms of posteriors [S, H, L]."""
    return network.filter.lag(posterior.flatten(0, 1)).reshape(posterior.shape[:2])


def surprise(network: LagPosterior, evidences: Tensor, truth: Tensor) -> float:
    """Mean -log probability of the true lag, linear between grid points."""
    posterior, grid = track(network, evidences).sum(2), network.filter.grid_millis
    place = ((truth - grid[0]) / network.filter.step_millis).clamp(0, network.filter.lags - 1.001)
    low, part = place.long(), place - place.long()
    at = torch.gather(posterior, 2, low.unsqueeze(2)).squeeze(2) * (1 - part)
    at = at + torch.gather(posterior, 2, (low + 1).unsqueeze(2)).squeeze(2) * part
    return float(-torch.log(at + 1e-9)[:, SKIPPED_HOPS:].mean())
