"""Causal ridge regression over the newest tokens' features, as a linear graph under the same contract."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from entrain_model.bank import Bank, Batch
from entrain_model.contract import Contract
from entrain_model.evaluate import r2
from entrain_model.features import tokens_of, window

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

    def regressors(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> Tensor:
        """[B, size]: normalised features, zero where masked."""
        parts = [f.finish(raws[n], masks[n])[:, :, -self.history :].flatten(1) for n, f in self.features.items()]
        return torch.cat(parts, dim=1)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, Tensor]:
        """The exported graph: inputs and outputs in the contract's order."""
        inputs, raws, masks = dict(zip(self.input_names, tensors, strict=True)), {}, {}
        for name, f in self.features.items():
            raws[name], masks[name] = window(f, inputs[name], inputs[f"{name}_mask"])
        mean = self.regressors(raws, masks) @ self.weight + self.bias
        return mean, torch.zeros_like(mean) + self.log_variance


def fit(
    network: Ridge,
    drawn: list[Bank],
    chosen: list[Batch],
    *,
    batches: int,
    size: int,
    tokens: int,
    progress: Callable[[int, int, str], None],
) -> Ridge:
    """The penalty with the best R2 on validation windows; the variance from their residuals."""
    with torch.no_grad():
        drawn[0].fit(dict(network.features.items()), tokens)
        rows, targets = [], []
        for step in range(batches):
            batch = drawn[step % len(drawn)].batch(size, tokens)
            rows.append(network.regressors(batch.raws, batch.masks))
            targets.append(batch.targets[:, -1])
            progress(step + 1, batches, "collecting windows")
        held = torch.cat([network.regressors(b.raws, b.masks) for b in chosen])
        held_targets = torch.cat([b.targets[:, -1] for b in chosen])
        best = (-math.inf, None, None)
        for penalty in PENALTIES:
            weight, bias = solve(torch.cat(rows), torch.cat(targets), penalty)
            value = r2((held @ weight + bias).numpy(), held_targets.numpy())
            if value > best[0]:
                best = value, weight, bias
        network.validation_r2 = best[0]
        network.weight.copy_(best[1])
        network.bias.copy_(best[2])
        left = held_targets - (held @ network.weight + network.bias)
        network.log_variance.copy_(torch.log((left**2).mean(0)))
    return network.eval()


def solve(x: Tensor, y: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """Ridge regression with an unpenalised intercept: weight [size, K] and bias [K], from x [N, size] and y [N, K]."""
    x, y = x.double(), y.double()
    x_mean, y_mean = x.mean(0), y.mean(0)
    centred = x - x_mean
    gram = centred.T @ centred + penalty * torch.eye(x.shape[1], dtype=torch.float64)
    weight = torch.linalg.solve(gram, centred.T @ (y - y_mean))
    return weight.float(), (y_mean - x_mean @ weight).float()
