"""The rival: the same encoders, fusion and readout without alignment, trained on the same misaligned windows."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from entrain_model.contract import Contract
from entrain_model.lag_posterior import READOUT_TOKENS, Encoder, Fusion, Readout, tokens_of


class EarlyFusion(nn.Module):
    """Streams fused token by token as they are stamped. With one modality in the contract: that stream alone."""

    def __init__(
        self,
        contract: Contract,
        *,
        width: int = 64,
        fused: int = 88,
        kernel: int = 5,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        per_hop = contract.tokens_per_hop
        self.tokens = contract.context_hops * per_hop
        self.input_names = tuple(contract.inputs())
        self.names = tuple(m.name for m in contract.modalities)
        self.features = nn.ModuleDict({m.name: tokens_of(m, contract.hop_millis, per_hop) for m in contract.modalities})
        self.encoders = nn.ModuleDict(
            {m.name: Encoder(self.features[m.name].size, width, kernel, dropout) for m in contract.modalities}
        )
        if len(self.names) == 2:
            self.fusion = Fusion(width, fused, products=24)
        else:
            self.widen = nn.Conv1d(width + 1, fused, 1)
        self.readout = Readout(fused, len(contract.outputs[0].components), dropout)

    def decode(self, inputs: dict[str, Tensor], steps: int = 1) -> tuple[Tensor, Tensor]:
        """Means and log variances, each [B, steps, K], of the newest steps."""
        streams = []
        for name in self.names:
            values, present = self.features[name](inputs[name], inputs[f"{name}_mask"])
            streams.append((self.encoders[name](values), present))
        needed = slice(self.tokens - READOUT_TOKENS - steps + 1, self.tokens)
        masks = [mask[:, :, needed] for _, mask in streams]
        values = [h[:, :, needed] * mask for (h, _), mask in zip(streams, masks, strict=True)]
        if len(streams) == 2:
            fused = self.fusion(values[1], values[0], masks[1], masks[0])
        else:
            fused = nn.functional.gelu(self.widen(torch.cat([values[0], masks[0]], dim=1)))
        mean, log_variance = self.readout(fused)
        return mean.transpose(1, 2), log_variance.transpose(1, 2)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        mean, log_variance = self.decode(dict(zip(self.input_names, tensors, strict=True)))
        return mean[:, 0], log_variance[:, 0]
