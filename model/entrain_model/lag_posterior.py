"""The lag-posterior cross-attention model, whole.

Cross-attention between two streams does not find their alignment token by token: one token's score stands too little
above its noise to pick one of many lags. What is common to all tokens of a window is the lag, so the scores q.k/sqrt(d)
are pooled along equal relative time into one score for each lag, and a softmax over lags gives a posterior. The tokens
of the lagging stream are shifted softly by it and fused with the reference; causal dilated convolutions read out the
newest step.

Between windows the posterior is a belief, held by the host as a state: it is predicted (diffusion of the clock, a small
chance of a jump), weighed with the new window's score to the power of a temperature (windows overlap, so each brings
only a little that is new), normalised, and then used for the shift. Since the belief remembers, the score of a stream
may lean on the window's newest tokens and so follow a moving lag sooner: the recency, fitted with the temperature.
The diffusion is fitted too: on a coarse grid, steps as rare as the clock's would hold the belief at a grid point.

Shapes: B windows, T tokens (bins of the lagging stream), L lags on the grid, C channels of features, W width.
Lag is positive where the stream is stamped late: its token at time t + lag belongs to the reference's token at t.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from entrain_model.contract import Contract, Modality
from entrain_model.features import EventTokens, SampleTokens

DIFFUSION_MILLIS = 19.0
"""Random walk of the clock in one second, in ms: 6 ms in 100 ms."""
JUMPS_PER_SECOND = 0.1
"""Chance of a jump to anywhere on the grid: 1 % in 100 ms."""
DILATIONS = (1, 2, 4, 8, 1)
READOUT_TOKENS = 1 + 2 * sum(DILATIONS)
LOG_VARIANCE_BOUND = 6.0
"""Log variances are squashed into (-6, 6): a runaway variance would silence the squared error."""


def tokens_of(modality: Modality, hop_millis: int, tokens_per_hop: int) -> EventTokens | SampleTokens:
    if modality.kind == "events":
        if modality.bins_per_hop != tokens_per_hop:
            raise ValueError(f"{modality.name}: {modality.bins_per_hop} bins a hop, but {tokens_per_hop} tokens a hop")
        return EventTokens(modality.channels)
    return SampleTokens(modality.channels, modality.rate_hz, modality.steps(hop_millis) // tokens_per_hop)


class Encoder(nn.Module):
    """One stream's features [B, C, T] to embeddings [B, W, T]: a linear map and two causal convolutions."""

    def __init__(self, channels: int, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.Conv1d(channels, width, 1)
        self.first = nn.Conv1d(width, width, kernel)
        self.second = nn.Conv1d(width, width, kernel)
        self.past = kernel - 1
        self.drop = nn.Dropout1d(dropout)  # whole units or channels: none may be relied on alone

    def forward(self, features: Tensor) -> Tensor:
        h = functional.gelu(self.enter(self.drop(features)))
        h = h + functional.gelu(self.first(functional.pad(h, (self.past, 0))))
        return h + self.second(functional.pad(h, (self.past, 0)))


def total(belief: Tensor) -> Tensor:
    """Row sums [B, 1] of [B, L]. Padded to whole vector registers: ONNX Runtime sums a row from its first aligned
    element on, so that with 49 columns the last bits of the sum would depend on the row's place in the batch."""
    return functional.pad(belief, (0, -belief.shape[1] % 16)).sum(1, keepdim=True)


class Fusion(nn.Module):
    """Two aligned streams [B, W, T] and their masks [B, 1, T] to fused tokens [B, F, T]; a product of both lets the
    next layer multiply what one stream says with what the other says at the same instant. `more` [B, more, T] is
    merged as it is."""

    def __init__(self, width: int, fused: int, products: int, more: int = 0) -> None:
        super().__init__()
        self.left = nn.Conv1d(width, products, 1)
        self.right = nn.Conv1d(width, products, 1)
        self.merge = nn.Conv1d(2 * width + products + 2 + more, fused, 1)

    def forward(
        self, reference: Tensor, other: Tensor, reference_mask: Tensor, other_mask: Tensor, *more: Tensor
    ) -> Tensor:
        product = self.left(reference) * self.right(other)
        parts = [reference, other, product, reference_mask, other_mask, *more]
        return functional.gelu(self.merge(torch.cat(parts, dim=1)))


class Readout(nn.Module):
    """Fused tokens [B, F, R - 1 + n] to means and log variances, each [B, K, n], where R is READOUT_TOKENS.

    Convolutions without padding: each step of the result has seen exactly READOUT_TOKENS tokens up to its own. Results
    are in the target's unit, by its mean and sd in the training data; `log_variance_shift` is fitted on validation."""

    def __init__(self, fused: int, components: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(components, 1))
        self.register_buffer("sd", torch.ones(components, 1))
        self.register_buffer("log_variance_shift", torch.zeros(()))
        self.layers = nn.ModuleList(nn.Conv1d(fused, fused, 3, dilation=d) for d in DILATIONS)
        self.leave = nn.Conv1d(fused, 2 * components, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, h: Tensor) -> tuple[Tensor, Tensor]:
        for layer, dilation in zip(self.layers, DILATIONS, strict=True):
            h = h[:, :, 2 * dilation :] + functional.gelu(layer(self.drop(h)))
        mean, spread = self.leave(self.drop(h)).chunk(2, dim=1)
        log_variance = LOG_VARIANCE_BOUND * torch.tanh(spread / LOG_VARIANCE_BOUND) + self.log_variance_shift
        return self.mean + self.sd * mean, log_variance + 2 * torch.log(self.sd)


class LagPosterior(nn.Module):
    def __init__(
        self,
        contract: Contract,
        *,
        width: int = 64,
        fused: int = 88,
        head: int = 32,
        kernel: int = 5,
        dropout: float = 0.0,
        diffusion_millis: float = DIFFUSION_MILLIS,
        ahead: int = 0,
        beside: bool = False,
    ) -> None:
        super().__init__()
        lag = contract.lag
        of, reference = contract.modality(lag.of), contract.modality(lag.relative_to)
        per_hop = of.bins_per_hop
        self.tokens = contract.context_hops * per_hop
        self.token_millis = contract.hop_millis / per_hop
        self.input_names = tuple(contract.inputs())
        self.of, self.reference = of.name, reference.name
        self.lags = len(lag.grid_millis)
        self.reach = self.lags // 2
        self.features = nn.ModuleDict({m.name: tokens_of(m, contract.hop_millis, per_hop) for m in (of, reference)})
        self.encoders = nn.ModuleDict(
            {m.name: Encoder(self.features[m.name].size, width, kernel, dropout) for m in (of, reference)}
        )
        self.query = nn.Conv1d(width, head, 1)
        self.key = nn.Conv1d(width, head, 1)
        self.prior = nn.Parameter(torch.zeros(self.lags))
        self.weight = nn.Parameter(torch.zeros(self.tokens))
        self.gain = nn.Parameter(torch.zeros(()))
        self.ahead, self.beside = ahead, beside
        self.fusion = Fusion(width, fused, products=24, more=width if beside else 0)
        self.readout = Readout(fused, len(contract.outputs[0].components), dropout)
        self.register_buffer("grid_millis", torch.tensor(lag.grid_millis, dtype=torch.float32))
        self.register_buffer("temperature", torch.tensor(0.08))
        self.register_buffer("recency", torch.ones(self.tokens))
        seconds = contract.hop_millis / 1000.0
        self.jump = JUMPS_PER_SECOND * seconds
        step = float(lag.grid_millis[1] - lag.grid_millis[0])
        if abs(step - self.token_millis) > 1e-6:
            raise ValueError(f"lag grid has steps of {step} ms, must be one token of {self.token_millis} ms")
        self.register_buffer("diffusion", torch.zeros(1, 1, 3))
        self.diffuse(diffusion_millis**2 * seconds / step**2)

    def diffuse(self, variance: float) -> None:
        """Sets the diffusion of the belief in squared grid steps a hop."""
        if not 0 < variance < 0.7:
            raise ValueError(f"clock diffuses {variance:.2f} squared grid steps a hop, must lie between 0 and 0.7")
        self.diffusion.copy_(torch.tensor([variance / 2, 1 - variance, variance / 2]).reshape(1, 1, 3))

    def encode(self, inputs: dict[str, Tensor]) -> dict[str, tuple[Tensor, Tensor]]:
        """Embeddings [B, W, T] and token masks [B, 1, T] of both streams."""
        streams = {}
        for name, features in self.features.items():
            values, present = features(inputs[name], inputs[f"{name}_mask"])
            streams[name] = self.encoders[name](values), present
        return streams

    def score(self, streams: dict[str, tuple[Tensor, Tensor]]) -> Tensor:
        """Pooled attention score of each lag [B, L]: q_t . k_(t + lag) / sqrt(d), summed over t; masked pairs add 0."""
        reference, reference_mask = streams[self.reference]
        other, other_mask = streams[self.of]
        weight = functional.softplus(self.weight + 0.5413) * torch.exp(self.gain) / math.sqrt(self.tokens)
        weight = weight * self.recency
        query = self.query(reference) * reference_mask * weight
        key = self.key(other) * other_mask
        scores = torch.matmul(query.transpose(1, 2), key) / math.sqrt(query.shape[1])  # [B, T, T]
        # Row t holds the scores of lags -reach..reach at columns t..t + 2 reach of the padded matrix; one more column
        # in each row brings equal lags under each other, so that pooling is a sum over rows.
        batch, tokens, stride = scores.shape[0], self.tokens, self.tokens + 2 * self.reach
        padded = functional.pad(scores, (self.reach, self.reach)).reshape(batch, tokens * stride)
        skewed = functional.pad(padded, (0, tokens)).reshape(batch, tokens, stride + 1)
        return skewed[:, :, : self.lags].sum(1) + self.prior

    def predict(self, belief: Tensor) -> Tensor:
        """The belief [B, L] one hop later, before the new window is seen: diffused, and anywhere after a jump."""
        belief = belief.clamp_min(0.0)
        belief = belief / total(belief).clamp_min(1e-20)
        kept = functional.pad(belief.unsqueeze(1), (1, 1), mode="replicate")
        spread = functional.conv1d(kept, self.diffusion).squeeze(1)
        spread = spread / total(spread).clamp_min(1e-20)
        return (1.0 - self.jump) * spread + self.jump / self.lags

    def weigh(self, predicted: Tensor, score: Tensor, temperature: Tensor | float | None = None) -> Tensor:
        """The posterior [B, L]: predicted belief times the window's likelihood to the power of the temperature."""
        temperature = self.temperature if temperature is None else temperature
        return torch.softmax(torch.log(predicted) + temperature * score, dim=1)

    def decode(
        self, streams: dict[str, tuple[Tensor, Tensor]], posterior: Tensor, cuts: list[int] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Means and log variances, each [B, cuts, K], at the ends of the given tokens (default: the newest).

        At a cut nothing behind it is used: a lagging stream's tokens that have not come yet are missing, as they are at
        the newest step. A window so gives several honest examples in training."""
        reference, reference_mask = streams[self.reference]
        other, other_mask = streams[self.of]
        content = torch.cat([other * other_mask, other_mask], dim=1)  # [B, W + 1, T]
        cuts = [self.tokens] if cuts is None else cuts
        fused = []
        for cut in cuts:
            first = cut + self.ahead - READOUT_TOKENS
            to, source = torch.arange(first, cut + self.ahead), torch.arange(cut).unsqueeze(1)
            # shift[b, s, t]: the posterior of lag s - t, by which token s is moved to t; 0 for lags off the grid.
            room = cut + self.ahead
            shift = functional.pad(posterior, (room, room))[:, source - to + self.reach + room]
            moved = torch.matmul(content[:, :, :cut], shift)  # [B, W + 1, READOUT_TOKENS]
            # What a late stream has not brought yet is held at its newest token; the mask says that it is missing.
            held = other[:, :, cut - 1 : cut] * other_mask[:, :, cut - 1 : cut] * (1.0 - shift.sum(1, keepdim=True))
            now = functional.pad(reference_mask[:, :, first:cut], (0, self.ahead))
            here = functional.pad(reference[:, :, first:cut], (0, self.ahead)) * now
            beside = [functional.pad(content[:, :-1, first:cut], (0, self.ahead))] if self.beside else []
            fused.append(self.fusion(here, moved[:, :-1] + held, now, moved[:, -1:], *beside))
        mean, log_variance = self.readout(torch.cat(fused, dim=0))
        shape = (len(cuts), posterior.shape[0], mean.shape[1])
        return mean.reshape(shape).transpose(0, 1), log_variance.reshape(shape).transpose(0, 1)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The exported graph: inputs and outputs in the contract's order."""
        inputs = dict(zip(self.input_names, tensors, strict=True))
        streams = self.encode(inputs)
        score = self.score(streams)
        posterior = self.weigh(self.predict(inputs["lag_belief"]), score)
        mean, log_variance = self.decode(streams, posterior)
        millis = torch.matmul(posterior, self.grid_millis)
        return mean[:, 0], log_variance[:, 0], posterior, millis, torch.softmax(score, dim=1), posterior.clone()
