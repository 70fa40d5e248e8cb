"""The model with canonical variates beside its learned matcher, for recordings of a few minutes.

A matcher that is learned on minutes overfits them; canonical correlations, in closed form and with a penalty, do less.
Their evidence for a lag is the log-likelihood ratio of two Gaussian variates that belong together against two that do
not. With canonical variates a, b of unit variance and correlations r (Hotelling 1936; Bach & Jordan 2005, sec. 2),

    log p(a, b) / (p(a) p(b)) = sum_k [r_k a_k b_k - r_k^2 (a_k^2 + b_k^2) / 2] / (1 - r_k^2) + const,

pooled as the matcher's scores are. Neighbouring tokens' variates are alike, so their sum says too much: a `share` of it
is added to the matcher's evidence, fitted with the filter on validation streams.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from entrain_model.contract import Contract
from entrain_model.lag_posterior import (
    DIFFUSION_MILLIS,
    LagPosterior,
    Named,
    Pairs,
    Shape,
    causal,
    causal_hop,
    evidence,
    pooled,
    pooling,
)

VARIATES = 8
TAPS = 7
"""Tokens of each stream's features that a variate sees."""
PENALTY = 3e-2
"""Ridge on each covariance, as a share of its mean variance."""


class WithVariates(LagPosterior):
    """The network, filter and decoder, with canonical variates of both streams; what of them is evidence, heirs say."""

    def __init__(
        self, contract: Contract, shape: Shape, *, delay_tokens: int, diffusion: float = DIFFUSION_MILLIS
    ) -> None:
        super().__init__(contract, shape, delay_tokens=delay_tokens, diffusion=diffusion)
        self.variates = nn.ModuleDict({n: nn.Conv1d(f.size, VARIATES, TAPS) for n, f in self.features.items()})
        self.variates.requires_grad_(False)
        for layer in self.variates.values():
            nn.init.zeros_(layer.bias)
        self.register_buffer("correlation", torch.full((VARIATES, 1), 0.1))
        pool = pooling(self.reach + self.per_hop, self.per_hop, self.reach)
        self.register_buffer("canonical_pooling", pool, persistent=False)

    def carries(self) -> dict[str, tuple[int, ...]]:
        shapes = super().carries()
        for name, f in self.features.items():
            shapes[f"{name}_features"] = (f.size, TAPS - 1)
            shapes[f"{name}_variates"] = (VARIATES, self.reach)
        return shapes

    def pairing(self) -> Tensor:
        """The log-likelihood ratio as a bilinear form [2 V + 1, 2 V + 1] of two tokens as `tokens` has them."""
        r = self.correlation[:, 0]
        product, square = r / (1 - r**2), -0.5 * r**2 / (1 - r**2)
        corner = torch.zeros(VARIATES, VARIATES)
        return torch.cat(
            [
                torch.cat([torch.diag(product), corner, torch.zeros(VARIATES, 1)], dim=1),
                torch.cat([corner, corner, square.unsqueeze(1)], dim=1),
                torch.cat([torch.zeros(1, VARIATES), square.unsqueeze(0), torch.zeros(1, 1)], dim=1),
            ]
        )

    @staticmethod
    def tokens(variates: Tensor, present: Tensor) -> Tensor:
        """Variates [B, V, T], their squares and the mask [B, 1, T] as [B, 2 V + 1, T]; zero where missing."""
        return torch.cat([variates * present, variates * variates * present, present], dim=1)

    def canonical_of(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> Tensor:
        """Evidence [B, H, L] of the variates alone, from what `evidence_of` takes."""
        found = {}
        for name, raw in raws.items():
            f, mask = self.features[name], masks[name]
            variates, _ = causal(self.variates[name], f.finish(raw, mask), None)
            rows = self.tokens(variates, mask[:, :, mask.shape[2] - raw.shape[2] :])
            found[name] = functional.pad(rows, (self.reach, 0))
        query = torch.matmul(self.pairing().T, found[self.reference])
        return evidence(query, found[self.of], self.reach, self.per_hop)

    def newest_canonical(self, finished: Pairs, streams: Pairs, inputs: Named, result: Named) -> Tensor:
        """Evidence [B, L] of the variates alone in the newest hop, with the carries that it needs."""
        count, rows = self.reach + self.per_hop, {}
        for name, (features, _) in finished.items():
            layer = self.variates[name]
            if self.incremental:
                found, carry = causal_hop(layer, features.transpose(1, 2), inputs[f"{name}_features"])
                found = torch.cat([inputs[f"{name}_variates"], found.transpose(1, 2)], dim=2)
                result[f"next_{name}_features"] = carry
                result[f"next_{name}_variates"] = found[:, :, self.per_hop :]
            else:
                found = causal(layer, features, None)[0]
            present = streams[name][1]
            rows[name] = self.tokens(found[:, :, -count:], present[:, :, -count:])
        return pooled(rows[self.reference], rows[self.of], self.pairing(), self.per_hop, self.canonical_pooling)

    def fit(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> None:
        """Canonical variates of aligned training windows: both streams' features over TAPS tokens."""
        columns = {}
        for name, raw in raws.items():
            f, mask = self.features[name], masks[name]
            finished = f.finish(raw, mask)
            windows = finished.unfold(2, TAPS, 3)  # [B, F, n, TAPS], every third token
            columns[name] = windows.permute(0, 2, 1, 3).flatten(2).flatten(0, 1).double()
        x, y = columns[self.reference], columns[self.of]
        roots = []
        x, y = x - x.mean(0), y - y.mean(0)
        for z in (x, y):
            cov = z.T @ z / len(z)
            cov += PENALTY * cov.diagonal().mean() * torch.eye(len(cov), dtype=torch.float64)
            values, vectors = torch.linalg.eigh(cov)
            roots.append(vectors @ torch.diag(values.rsqrt()) @ vectors.T)
        left, r, right = torch.linalg.svd(roots[0] @ (x.T @ y / len(x)) @ roots[1])
        self.correlation.copy_(r[:VARIATES, None].clamp(0.0, 0.95).float())
        for name, root, vectors in ((self.reference, roots[0], left), (self.of, roots[1], right.T)):
            weight = (root @ vectors[:, :VARIATES]).T.float()  # [VARIATES, F * TAPS]
            layer = self.variates[name]
            layer.weight.copy_(weight.reshape(layer.weight.shape))


class CanonicalLagPosterior(WithVariates):
    """Evidence of the matcher and of canonical variates together. The matcher is trained on its own: until `share` is
    fitted it is 0."""

    def __init__(
        self, contract: Contract, shape: Shape, *, delay_tokens: int, diffusion: float = DIFFUSION_MILLIS
    ) -> None:
        super().__init__(contract, shape, delay_tokens=delay_tokens, diffusion=diffusion)
        self.register_buffer("share", torch.zeros(()))

    def evidence_of(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> Tensor:
        return super().evidence_of(raws, masks) + self.share * self.canonical_of(raws, masks)

    def newest_evidence(self, finished: Pairs, streams: Pairs, inputs: Named, result: Named) -> Tensor:
        learned = super().newest_evidence(finished, streams, inputs, result)
        return learned + self.share * self.newest_canonical(finished, streams, inputs, result)
