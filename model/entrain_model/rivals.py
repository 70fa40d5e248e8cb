"""Ways of fusing that do not align, each with the encoders, the readout and the training windows of the model.

All are causal, so that in training every step of a window is an example, each with what had arrived by then.

Shapes: B windows, T tokens, W width, F fused width, K components.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from entrain_model.contract import Contract
from entrain_model.features import tokens_of, window
from entrain_model.lag_posterior import READOUT_TOKENS, Encoder, Fusion, Readout, Shape, masked

ROTARY_SECONDS = 2.0
"""Longest period of the rotary time embedding: twice the simulated window."""


def merged(fusion: Fusion, reference: Tensor, other: Tensor, present: Tensor, there: Tensor, *more: Tensor) -> Tensor:
    """Fused tokens [B, F, T] of two streams [B, W, T], their masks [B, 1, T] and what is merged beside."""
    rows = (x.transpose(1, 2) for x in (masked(reference, present), masked(other, there), *more))
    return fusion(*rows).transpose(1, 2)


class Rival(nn.Module):
    """Features and encoders of every modality of the contract; a subclass fuses and reads out.

    `one` or `two` streams: embeddings [B, W, T], zero where missing, and masks [B, 1, T]."""

    def __init__(self, contract: Contract, shape: Shape) -> None:
        super().__init__()
        per_hop = contract.tokens_per_hop
        self.shape, self.token_millis = shape, contract.hop_millis / per_hop
        self.input_names, self.result_names = tuple(contract.inputs()), tuple(contract.results())
        self.names = tuple(m.name for m in contract.modalities)
        self.features = nn.ModuleDict({m.name: tokens_of(m, contract.hop_millis, per_hop) for m in contract.modalities})
        self.encoders = nn.ModuleDict(
            {n: Encoder(f.size, shape.width, shape.kernel, shape.dropout) for n, f in self.features.items()}
        )
        self.readout = Readout(shape.fused, len(contract.outputs[0].components), shape.dropout)

    def finished(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Normalised features [B, C, T] and mask [B, 1, T] of each stream, in the contract's order."""
        return [
            (f.finish(raws[n], masks[n]), masks[n][:, :, masks[n].shape[2] - raws[n].shape[2] :])
            for n, f in self.features.items()
        ]

    def embedded(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
        finished = zip(self.names, self.finished(raws, masks), strict=True)
        return [(self.encoders[n](x, mask)[0], mask) for n, (x, mask) in finished]

    def decode(self, raws: dict[str, Tensor], masks: dict[str, Tensor], *, newest: bool) -> tuple[Tensor, ...]:
        """Means and log variances of the newest step and of the delayed one, four tensors [B, K, n]: of every step from
        READOUT_TOKENS on, or of the newest alone (n = 1)."""
        return self.readout(self.fuse(self.embedded(raws, masks)), newest=newest)

    def fuse(self, streams: list[tuple[Tensor, Tensor]]) -> Tensor:
        """Fused tokens [B, F, T]."""
        raise NotImplementedError

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The exported graph: inputs and outputs in the contract's order."""
        inputs, raws, masks = dict(zip(self.input_names, tensors, strict=True)), {}, {}
        for name, f in self.features.items():
            raws[name], masks[name] = window(f, inputs[name], inputs[f"{name}_mask"])
        return tuple(part[:, :, 0] for part in self.decode(raws, masks, newest=True))


class OneStream(Rival):
    """The expert of one stream: its contract has no other."""

    def __init__(self, contract: Contract, shape: Shape) -> None:
        super().__init__(contract, shape)
        self.widen = nn.Conv1d(shape.width + 1, shape.fused, 1)

    def fuse(self, streams: list[tuple[Tensor, Tensor]]) -> Tensor:
        return functional.gelu(self.widen(torch.cat(streams[0], dim=1)))


class EarlyCnn(Rival):
    """Streams merged token by token as they are stamped, then the model's readout."""

    def __init__(self, contract: Contract, shape: Shape) -> None:
        super().__init__(contract, shape)
        self.fusion = Fusion(shape.width, shape.fused, shape.products)

    def fuse(self, streams: list[tuple[Tensor, Tensor]]) -> Tensor:
        (other, there), (reference, present) = streams
        return merged(self.fusion, reference, other, present, there)


class EarlyMlp(Rival):
    """A perceptron with two hidden layers over the newest 300 ms of both streams' features."""

    def __init__(self, contract: Contract, shape: Shape) -> None:
        super().__init__(contract, shape)
        del self.encoders
        self.past = max(2, round(300 / self.token_millis))
        size = sum(f.size + 1 for f in self.features.values())
        self.enter = nn.Conv1d(size, shape.fused, self.past)
        self.hidden = nn.Conv1d(shape.fused, shape.fused, 1)
        self.drop = nn.Dropout(max(shape.dropout, 0.1))  # the only rival with most of its weights in one layer
        self.readout.shared = self.readout.own = None

    def decode(self, raws: dict[str, Tensor], masks: dict[str, Tensor], *, newest: bool) -> tuple[Tensor, ...]:
        h = torch.cat([part for stream in self.finished(raws, masks) for part in stream], dim=1)
        kept = 1 if newest else h.shape[2] - READOUT_TOKENS + 1
        h = h[:, :, h.shape[2] - kept - self.past + 1 :]
        h = functional.gelu(self.hidden(self.drop(functional.gelu(self.enter(self.drop(h))))))
        return self.readout.leaving(h, h)


class Late(Rival):
    """Each stream decoded on its own; a gate, learned from both streams' tokens, weighs what they say."""

    def __init__(self, contract: Contract, shape: Shape) -> None:
        super().__init__(contract, shape)
        components = len(contract.outputs[0].components)
        self.widen = nn.ModuleDict({n: nn.Conv1d(shape.width + 1, shape.fused, 1) for n in self.names})
        self.experts = nn.ModuleDict({n: Readout(shape.fused, components, shape.dropout) for n in self.names})
        self.gate = nn.Conv1d(2 * shape.width + 2, 4 * components, 9)
        self.readout.shared = self.readout.own = self.readout.leave = None

    def decode(self, raws: dict[str, Tensor], masks: dict[str, Tensor], *, newest: bool) -> tuple[Tensor, ...]:
        streams = self.embedded(raws, masks)
        kept = 1 if newest else streams[0][0].shape[2] - READOUT_TOKENS + 1
        h = torch.cat([part for stream in streams for part in stream], dim=1)
        share = torch.sigmoid(self.gate(h[:, :, h.shape[2] - kept - 8 :])).chunk(4, dim=1)
        said = [
            self.experts[n](functional.gelu(self.widen[n](torch.cat(s, dim=1))), newest=newest)
            for n, s in zip(self.names, streams, strict=True)
        ]
        mixed = [g * a + (1 - g) * b for g, a, b in zip(share, *said, strict=True)]
        return tuple(part.transpose(1, 2) for part in self.readout.scaled(*(m.transpose(1, 2) for m in mixed)))


class Attention(nn.Module):
    """One causal attention with rotary time (Su et al. 2021, RoFormer, eq. 34): queries [B, W, T] to tokens [B, W, T];
    a token sees those stamped no later. Heads of 32."""

    def __init__(self, width: int, token_millis: float) -> None:
        super().__init__()
        self.heads = max(1, width // 32)
        self.size = 32
        inner = self.heads * self.size
        self.query, self.key, self.value = (nn.Conv1d(width, inner, 1) for _ in range(3))
        self.leave = nn.Conv1d(inner, width, 1)
        periods = torch.logspace(math.log10(2 * token_millis / 1000), math.log10(ROTARY_SECONDS), self.size // 2)
        self.register_buffer("rate", 2 * math.pi * token_millis / 1000 / periods)

    def forward(self, asks: Tensor, tokens: Tensor, place: Tensor, present: Tensor) -> Tensor:
        """`place` [T]: time of each token, in tokens; `present` [B, 1, T] of the tokens asked."""
        query = self._turned(self._split(self.query(asks)), place)
        key, value = self._turned(self._split(self.key(tokens)), place), self._split(self.value(tokens))
        scores = torch.matmul(query, key.transpose(2, 3)) / math.sqrt(self.size)
        unseen = (place[None, :] > place[:, None]).float() * -1e4  # [T, T]
        scores = scores + unseen + (present.unsqueeze(1) - 1.0) * 1e4
        found = torch.matmul(torch.softmax(scores, dim=3), value)  # [B, heads, T, size]
        return self.leave(found.transpose(2, 3).reshape(asks.shape[0], -1, asks.shape[2]))

    def _split(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], self.heads, self.size, x.shape[2]).transpose(2, 3)

    def _turned(self, x: Tensor, place: Tensor) -> Tensor:
        angle = place[:, None].float() * self.rate
        left, right = x.chunk(2, dim=3)
        cos, sin = torch.cos(angle), torch.sin(angle)
        return torch.cat([left * cos - right * sin, left * sin + right * cos], dim=3)


class Block(nn.Module):
    """Attention and a perceptron, each with a residual connection and a norm before it (Xiong et al. 2020)."""

    def __init__(self, width: int, token_millis: float, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width, token_millis)
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.wide, self.narrow = nn.Conv1d(width, 2 * width, 1), nn.Conv1d(2 * width, width, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, h: Tensor, place: Tensor, present: Tensor) -> Tensor:
        normed = self.before(h.transpose(1, 2)).transpose(1, 2)
        h = h + self.drop(self.attention(normed, normed, place, present))
        normed = self.between(h.transpose(1, 2)).transpose(1, 2)
        return h + self.drop(self.narrow(functional.gelu(self.wide(normed))))


class EarlyTransformer(Rival):
    """Streams merged token by token as they are stamped, two transformer blocks, then the readout."""

    def __init__(self, contract: Contract, shape: Shape) -> None:
        super().__init__(contract, shape)
        self.fusion = Fusion(shape.width, shape.fused, shape.products)
        self.blocks = nn.ModuleList(Block(shape.fused, self.token_millis, shape.dropout) for _ in range(2))

    def fuse(self, streams: list[tuple[Tensor, Tensor]]) -> Tensor:
        (other, there), (reference, present) = streams
        h = merged(self.fusion, reference, other, present, there)
        place = torch.arange(h.shape[2])
        for block in self.blocks:
            h = block(h, place, torch.ones_like(present))
        return h


class CrossAttention(Rival):
    """Reference tokens ask the lagging stream's tokens, token by token; what they find is merged with them."""

    def __init__(self, contract: Contract, shape: Shape, *, both: bool = False) -> None:
        super().__init__(contract, shape)
        self.ask = Attention(shape.width, self.token_millis)
        self.answer = Attention(shape.width, self.token_millis) if both else None
        self.fusion = Fusion(shape.width, shape.fused, shape.products, more=shape.width * (2 if both else 0))

    def fuse(self, streams: list[tuple[Tensor, Tensor]]) -> Tensor:
        (other, there), (reference, present) = streams
        place = torch.arange(reference.shape[2])
        found = self.ask(reference, other, place, there)
        more = [other, self.answer(other, reference, place, present)] if self.answer else []
        return merged(self.fusion, reference, found, present, there, *more)


class SelfAttention(Rival):
    """Both streams' tokens in one sequence, told apart by a learned vector; two transformer blocks."""

    def __init__(self, contract: Contract, shape: Shape) -> None:
        super().__init__(contract, shape)
        self.kind = nn.Parameter(torch.randn(2, shape.width, 1) * 0.1)
        self.blocks = nn.ModuleList(Block(shape.width, self.token_millis, shape.dropout) for _ in range(2))
        self.fusion = Fusion(shape.width, shape.fused, shape.products)

    def fuse(self, streams: list[tuple[Tensor, Tensor]]) -> Tensor:
        (other, there), (reference, present) = streams
        tokens = other.shape[2]
        h = torch.cat([other + self.kind[0], reference + self.kind[1]], dim=2)
        both = torch.cat([there, present], dim=2)
        place = torch.arange(tokens).repeat(2)
        for block in self.blocks:
            h = block(h, place, both)
        return merged(self.fusion, h[:, :, tokens:], h[:, :, :tokens], present, there)


RIVALS = {
    "early-mlp": EarlyMlp,
    "early-cnn": EarlyCnn,
    "early-transformer": EarlyTransformer,
    "late": Late,
    "cross-attention": CrossAttention,
    "cross-attention-both": lambda contract, shape: CrossAttention(contract, shape, both=True),
    "self-attention": SelfAttention,
    "reference-only": OneStream,
    "lagging-only": OneStream,
}
