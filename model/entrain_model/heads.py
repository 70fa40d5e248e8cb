"""Unimodal auxiliary heads: in training each stream's embedding also has to tell the target alone.

Where one stream explains a target that both carry, little gradient is left for the other's encoder, and it starves
(Wang, Tran & Feiszli 2020, who add a loss for each modality). A head is the least that can ask for the content: one
linear causal filter over the embedding, as far back as the readout reaches. Heads stand beside a network, never in it:
what is exported has no trace of them.

Shapes: B windows, T tokens, W width, K components, n = T - READOUT_TOKENS + 1 steps with all that a filter reaches.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from entrain_model.bank import Batch
from entrain_model.lag_posterior import READOUT_TOKENS


class Heads(nn.Module):
    """A head for each encoder of a network that has two, fed with what the encoders said last, whoever asked them.

    Args:
        lag_of: the stream whose tokens stand at time + lag. Its head is asked for the target of the tokens' own time:
            the lag of a training window is known, and finding it is not what this loss is for.
    """

    def __init__(self, network: nn.Module, *, lag_of: str) -> None:
        super().__init__()
        sd, width = network.readout.sd[:, 0], network.shape.width
        self.register_buffer("mean", network.readout.mean[:, 0].clone())
        self.register_buffer("sd", sd.clone())
        self.lag_of, self.token_millis, self.delay = lag_of, network.token_millis, network.delay_tokens
        self.filters = nn.ModuleDict(
            {name: nn.Conv1d(width + 1, 2 * len(sd), READOUT_TOKENS) for name in network.encoders}
        )
        self.heard: dict[str, tuple[Tensor, Tensor]] = {}
        self.hooks = [e.register_forward_hook(self._listener(name)) for name, e in network.encoders.items()]

    @staticmethod
    def of(network: nn.Module, weight: float, lag_of: str) -> Heads | None:
        """Heads where they are wanted and there are two encoders to tell apart."""
        wanted = weight > 0 and len(getattr(network, "encoders", ())) > 1
        return Heads(network, lag_of=lag_of) if wanted else None

    def _listener(self, name: str):
        def listen(_encoder: nn.Module, given: tuple, said: tuple) -> None:
            self.heard[name] = said[0], given[1]

        return listen

    def leave(self) -> None:
        """Stops listening: the network is as if the heads had never been there."""
        for hook in self.hooks:
            hook.remove()
        self.heard.clear()

    def loss(self, batch: Batch) -> Tensor:
        """Mean over the heads of the squared error, in variances of the target, of the newest and the delayed step;
        over the steps at which a stream is there."""
        return torch.stack([self._error(name, batch) for name in self.filters]).mean()

    def _error(self, name: str, batch: Batch) -> Tensor:
        h, present = self.heard[name]  # [B, W, T], [B, 1, T]
        said = self.filters[name](torch.cat([h, present], dim=1)).transpose(1, 2)  # [B, n, 2 K]
        tokens = batch.targets.shape[1]
        place = torch.arange(READOUT_TOKENS - 1, tokens).repeat(len(h), 1)  # [B, n]
        if name == self.lag_of:
            per_hop = tokens // batch.lag_millis.shape[1]
            lag = batch.lag_millis.repeat_interleave(per_hop, 1)[:, READOUT_TOKENS - 1 :] / self.token_millis
            place = place - lag.round().long()
        known = present[:, 0, READOUT_TOKENS - 1 :]
        errors = []
        for part, at in zip(said.chunk(2, dim=2), (place, place - self.delay), strict=True):
            inside = known * ((at >= 0) & (at < tokens))
            rows = at.clamp(0, tokens - 1).unsqueeze(2).expand_as(part)
            truth = (torch.gather(batch.targets, 1, rows) - self.mean) / self.sd
            errors.append((((part - truth) ** 2).mean(2) * inside).sum() / inside.sum().clamp_min(1.0))
        return torch.stack(errors).mean()
