"""Causal ridge regression over the newest tokens' features, as a linear graph under the same contract."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from entrain_model.contract import Contract
from entrain_model.lag_posterior import tokens_of

PENALTIES = (1e1, 3e1, 1e2, 3e2, 1e3, 3e3, 1e4, 3e4)


class Ridge(nn.Module):
    """Means [B, K] linear in the features of the newest `history` tokens of every modality; one constant variance."""

    def __init__(self, contract: Contract, *, history: int) -> None:
        super().__init__()
        per_hop = contract.tokens_per_hop
        self.input_names = tuple(contract.inputs())
        self.features = nn.ModuleDict({m.name: tokens_of(m, contract.hop_millis, per_hop) for m in contract.modalities})
        self.history = history
        size = history * sum(f.size for f in self.features.values())
        components = len(contract.outputs[0].components)
        self.register_buffer("weight", torch.zeros(size, components))
        self.register_buffer("bias", torch.zeros(components))
        self.register_buffer("log_variance", torch.zeros(components))

    def regressors(self, inputs: dict[str, Tensor]) -> Tensor:
        """[B, size]: normalised features, zero where masked."""
        parts = []
        for name, features in self.features.items():
            values, _ = features(inputs[name], inputs[f"{name}_mask"])
            parts.append(values[:, :, -self.history :].flatten(1))
        return torch.cat(parts, dim=1)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, Tensor]:
        mean = self.regressors(dict(zip(self.input_names, tensors, strict=True))) @ self.weight + self.bias
        return mean, torch.zeros_like(mean) + self.log_variance


def solve(x: Tensor, y: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """Ridge regression with an unpenalised intercept: weight [size, K] and bias [K], from x [N, size] and y [N, K]."""
    x, y = x.double(), y.double()
    x_mean, y_mean = x.mean(0), y.mean(0)
    centred = x - x_mean
    gram = centred.T @ centred + penalty * torch.eye(x.shape[1], dtype=torch.float64)
    weight = torch.linalg.solve(gram, centred.T @ (y - y_mean))
    return weight.float(), (y_mean - x_mean @ weight).float()
