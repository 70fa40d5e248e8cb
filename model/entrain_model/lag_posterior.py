"""The lag-posterior cross-attention model, whole, in both of its forms.

Cross-attention between two streams does not find their alignment token by token: one token's score stands too little
above its noise to pick one of many lags. What is common to all tokens is the lag, so the scores q.k / sqrt(d) are
pooled along equal relative time. Every hop brings the pairs of tokens whose later one is new, the same number for each
lag, and each pair counts once: the pooled score of a hop is the evidence e_l of a Bayes filter over lags (Rabiner 1989,
eq. 19-20, the forward recursion of a hidden Markov model whose state is the lag):

    predict    b'_l = (1 - j) sum_m D_lm b_m + j p_l        D: diffusion of the clock, j: a jump, p: prior of the lag
    weigh      b_l  = b'_l exp(tau e_l) / Z                 tau: temperature, fitted on validation

The filter is trained end to end through its recursion. Where packets are jittered one by one the evidence of each hop
peaks beside the common lag; a bank of M hypotheses about the jitter's sd blurs the likelihood accordingly, and the
belief [M, L] over hypothesis and lag lets predictive likelihood choose. Hypothesis m reads the evidence with a
temperature of its own, as a density over what a hop may show (mean 1 over lags):

    f_ml = (1 - s) sum_d G_m(d) exp(tau_m e_{l+d}) / mean_k exp(tau_m e_k) + s
    P_m  = sum_l b'_ml f_ml                                             what the hypothesis foretold, with its weight
    b_ml = P_m / sum P * b'_ml f_ml^kappa_m / sum_l b'_ml f_ml^kappa_m

with the Gaussian G_m of the hypothesis' sd, the share s of hops that are silent (a mixture with an uninformative
density: Huber's contamination), and the caution kappa_m. The temperature tau_m is fitted on validation.

Hops are not independent: features and embeddings reach over several, so a chance peak stays for a while, and under
heavy jitter it is as high as a true one. The temperature that foretells best would then weigh too boldly. A power
kappa < 1 of the likelihood (a tempered posterior: Gruenwald 2012, The Safe Bayesian) weighs with caution, and chooses
the hypothesis as before.

The tokens of the lagging stream are shifted softly by the posterior (marginal over m), fused with the reference, and
read out at the newest step, and at a fixed delay, where later tokens help.

One code serves both forms, since every layer takes what it needs of the past as a carry. In the window form the carries
are zero and `context_hops` covers all that an output depends on; in the incremental form `context_hops` is 1 and the
carries are states of the contract. Missing tokens are zero at every layer, so both forms begin a session alike.
What a form computes for few tokens has them in rows, [B, T, W]: a layer is then one product for the whole batch, where
a convolution multiplies each window's few columns on their own.

Shapes: B windows, T tokens (bins of the lagging stream), H hops, L lags on the grid, R reach (L = 2 R + 1), M
hypotheses, C channels, W width, F fused width, K components. Lag is positive where the stream is stamped late: its
token at time t + lag belongs to the reference's token at t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from entrain_model.contract import Contract, State
from entrain_model.features import newest, tokens_of
from entrain_model.lag_filter import DIFFUSION_MILLIS, LagFilter

DILATIONS = (1, 2, 4, 8, 8)
SHARED = 3
"""Layers of the readout that both instants share."""
READOUT_TOKENS = 1 + 2 * sum(DILATIONS)
LOG_VARIANCE_BOUND = 6.0
"""Log variances are squashed into (-6, 6): a runaway variance would silence the squared error."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Sizes of a network; the same for the model and its rivals, so that what differs is the way of fusing.

    `ahead` tokens after the newest are seen by the readout: what a stream stamped early has already brought. `beside`:
    the lagging stream is also merged as it is stamped. `jitter_millis`: sd of each hypothesis about packet jitter."""

    width: int = 64
    fused: int = 88
    head: int = 32
    products: int = 24
    kernel: int = 5
    dropout: float = 0.0
    ahead: int = 0
    beside: bool = False
    jitter_millis: tuple[float, ...] = (0.0, 80.0)


def causal(convolution: nn.Conv1d, h: Tensor, carry: Tensor | None) -> tuple[Tensor, Tensor]:
    """Applies a convolution of k taps to [B, W, T] after its carry, the k - 1 tokens before (None: missing, zero);
    returns the result [B, W', T] and the next carry [B, W, k - 1]."""
    past = convolution.kernel_size[0] - 1
    whole = functional.pad(h, (past, 0)) if carry is None else torch.cat([carry, h], dim=2)
    return convolution(whole), whole[:, :, whole.shape[2] - past :]


def rows_of(layer: nn.Conv1d, rows: Tensor) -> Tensor:
    """A convolution of one tap on tokens in rows, [B, T, W] to [B, T, W']: one product for the whole batch."""
    return functional.linear(rows, layer.weight.squeeze(2), layer.bias)


def causal_hop(convolution: nn.Conv1d, rows: Tensor, carry: Tensor) -> tuple[Tensor, Tensor]:
    """What `causal` says of a hop's few tokens in rows, [B, T, W] to [B, T, W'], and the next carry [B, W, k - 1]. One
    product for the whole batch, where a convolution would multiply each window's few columns on their own."""
    whole, tokens = torch.cat([carry, rows.transpose(1, 2)], dim=2), rows.shape[1]
    taps = [functional.pad(convolution.weight, (t, tokens - 1 - t)).flatten(1) for t in range(tokens)]
    found = functional.linear(whole.flatten(1), torch.cat(taps), convolution.bias.repeat(tokens))
    return found.reshape(-1, tokens, convolution.out_channels), whole[:, :, tokens:]


class Encoder(nn.Module):
    """One stream's features [B, C, T] to embeddings [B, W, T]: a linear map and two causal convolutions with residual
    connections. Missing tokens (`present` [B, 1, T] zero) are zero at every layer."""

    def __init__(self, channels: int, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.Conv1d(channels, width, 1)
        self.first = nn.Conv1d(width, width, kernel)
        self.second = nn.Conv1d(width, width, kernel)
        self.drop = nn.Dropout1d(dropout)  # whole units or channels: none may be relied on alone

    def forward(
        self, features: Tensor, present: Tensor, carries: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        first, second = carries or (None, None)
        h = functional.gelu(self.enter(self.drop(features))) * present
        more, first = causal(self.first, h, first)
        h = (h + functional.gelu(more)) * present
        more, second = causal(self.second, h, second)
        return (h + more) * present, (first, second)

    def hop(
        self, features: Tensor, present: Tensor, carries: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The same of a hop's few tokens."""
        present = present.transpose(1, 2)
        h = functional.gelu(rows_of(self.enter, features.transpose(1, 2))) * present
        more, first = causal_hop(self.first, h, carries[0])
        h = (h + functional.gelu(more)) * present
        more, second = causal_hop(self.second, h, carries[1])
        return ((h + more) * present).transpose(1, 2), (first, second)


def masked(h: Tensor, present: Tensor) -> Tensor:
    """Embeddings [B, W, T], zero where missing, and their mask [B, 1, T] as [B, W + 1, T]."""
    return torch.cat([h, present], dim=1)


class Fusion(nn.Module):
    """Two aligned streams' tokens in rows [B, T, W + 1], as `masked` has them, to fused tokens [B, T, F]; a product of
    both lets the next layer multiply what one stream says with what the other says at the same instant. `more`
    [B, T, more] is merged as it is."""

    def __init__(self, width: int, fused: int, products: int, more: int = 0) -> None:
        super().__init__()
        self.left = nn.Conv1d(width, products, 1)
        self.right = nn.Conv1d(width, products, 1)
        self.merge = nn.Conv1d(2 * width + products + 2 + more, fused, 1)

        # Columns of `merge` in the order of its inputs here: each stream with its mask, the product, then `more`.
        ends = 2 * width + products
        order = [*range(width), ends, *range(width, 2 * width), ends + 1, *range(2 * width, ends)]
        self.register_buffer("order", torch.tensor([*order, *range(ends + 2, ends + 2 + more)]), persistent=False)

    def forward(self, reference: Tensor, other: Tensor, *more: Tensor) -> Tensor:
        left, right = (
            functional.linear(rows.flatten(0, 1), functional.pad(layer.weight.squeeze(2), (0, 1)), layer.bias)
            for layer, rows in ((self.left, reference), (self.right, other))
        )
        product = (left * right).reshape(-1, reference.shape[1], left.shape[1])
        weight = self.merge.weight.squeeze(2).index_select(1, self.order)
        parts = torch.cat([reference, other, product, *more], dim=2)
        return functional.gelu(functional.linear(parts, weight, self.merge.bias))


class Readout(nn.Module):
    """Fused tokens [B, F, R - 1 + n] to means and log variances of the newest step and of a delayed one, four tensors
    [B, K, n], where R is READOUT_TOKENS.

    Dilated convolutions without padding (van den Oord et al. 2016, WaveNet, sec. 2.1): each step of the result has seen
    exactly READOUT_TOKENS tokens up to its own. The last two layers are the instants' own: what the newest step needs
    is not what the delayed one does. For one step alone (`newest`) only the taps that reach it are computed, a pyramid
    with strides on tokens in rows: the same result for a third of the work. Results are in the target's unit, by its
    mean and sd in the training data; `log_variance_shift` [2] is fitted on validation."""

    def __init__(self, fused: int, components: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(components, 1))
        self.register_buffer("sd", torch.ones(components, 1))
        self.register_buffer("log_variance_shift", torch.zeros(2))
        self.shared = nn.ModuleList(nn.Conv1d(fused, fused, 3, dilation=d) for d in DILATIONS[:SHARED])
        self.own = nn.ModuleList(
            nn.ModuleList(nn.Conv1d(fused, fused, 3, dilation=d) for d in DILATIONS[SHARED:]) for _ in range(2)
        )
        self.leave = nn.ModuleList(nn.Conv1d(fused, 2 * components, 1) for _ in range(2))
        self.drop = nn.Dropout(dropout)

    def forward(self, h: Tensor, *, newest: bool = False) -> tuple[Tensor, ...]:
        if newest:
            rows = h[:, :, h.shape[2] - READOUT_TOKENS :].transpose(1, 2)
            return tuple(part.unsqueeze(2) for part in self.newest(rows))
        h = self._dense(self.shared, h, 0)
        return self.leaving(*(self._dense(layers, h, SHARED) for layers in self.own))

    def _dense(self, layers: nn.ModuleList, h: Tensor, place: int) -> Tensor:
        for layer, dilation in zip(layers, DILATIONS[place:], strict=False):
            h = h[:, :, 2 * dilation :] + functional.gelu(layer(self.drop(h)))
        return h

    def newest(self, rows: Tensor) -> tuple[Tensor, ...]:
        """Results of the newest step alone, four tensors [B, K], from the newest READOUT_TOKENS tokens [B, R, F]."""
        rows = self._pyramid(self.shared, rows, 0)
        tops = [self._pyramid(layers, rows, SHARED) for layers in self.own]
        return self._finished(*(rows_of(x, self.drop(top)[:, 0]) for x, top in zip(self.leave, tops, strict=True)))

    def _pyramid(self, layers: nn.ModuleList, rows: Tensor, place: int) -> Tensor:
        for i, layer in enumerate(layers, place):
            # Tokens stand `dilation` apart here, and as far as the next layer's taps in the result.
            following = DILATIONS[i + 1] if i + 1 < len(DILATIONS) else READOUT_TOKENS
            stride = min(following // DILATIONS[i], rows.shape[1])
            firsts = range(0, rows.shape[1] - 2, stride)
            taps, seen = [first + tap for first in firsts for tap in range(3)], self.drop(rows)
            if len(firsts) > 1:
                seen = seen.index_select(1, torch.tensor(taps))
            seen = seen.reshape(-1, len(firsts), 3 * rows.shape[2])
            more = functional.linear(seen, layer.weight.transpose(1, 2).flatten(1), layer.bias)
            rows = rows[:, 2::stride] + functional.gelu(more)
        return rows

    def leaving(self, newest: Tensor, delayed: Tensor) -> tuple[Tensor, ...]:
        """Results [B, K, n] from the last layers' tokens [B, F, n] of the newest and of the delayed step."""
        said = (rows_of(x, self.drop(h).transpose(1, 2)) for x, h in zip(self.leave, (newest, delayed), strict=True))
        return tuple(part.transpose(1, 2) for part in self._finished(*said))

    def _finished(self, *said: Tensor) -> tuple[Tensor, ...]:
        parts, bound = [], LOG_VARIANCE_BOUND
        for both in said:
            mean, spread = both.chunk(2, dim=-1)
            parts += [mean, bound * torch.tanh(spread / bound)]
        return self.scaled(*parts)

    def scaled(self, mean: Tensor, spread: Tensor, delayed: Tensor, delayed_spread: Tensor) -> tuple[Tensor, ...]:
        """From units of the target's sd to the target's unit, each [..., K]; log variances calibrated."""
        middle, sd = self.mean[:, 0], self.sd[:, 0]
        shifts = self.log_variance_shift.unsqueeze(1) + 2 * torch.log(sd)
        return middle + sd * mean, spread + shifts[0], middle + sd * delayed, delayed_spread + shifts[1]


class Matcher(nn.Module):
    """Queries of the reference and keys of the lagging stream, each [B, head + 2, T]; their dot product is
    q.k / sqrt(head) + a(reference) + b(other) where both tokens are present, and 0 elsewhere."""

    def __init__(self, width: int, head: int) -> None:
        super().__init__()
        self.query = nn.Conv1d(width, head + 1, 1)
        self.key = nn.Conv1d(width, head + 1, 1)
        self.gain = nn.Parameter(torch.tensor(-1.0))
        self.scale = 1 / math.sqrt(head)

    def pairing(self) -> Tensor:
        """The same dot product as a bilinear form [W + 1, W + 1] of tokens as `masked` has them."""
        query, key = (torch.cat([x.weight.squeeze(2), x.bias.unsqueeze(1)], dim=1) for x in (self.query, self.key))
        there = functional.pad(torch.ones(1), (query.shape[1] - 1, 0))
        products = self.scale * torch.matmul(query[:-1].T, key[:-1])
        return torch.exp(self.gain) * (products + query[-1].unsqueeze(1) * there + there.unsqueeze(1) * key[-1])

    def forward(self, reference: Tensor, present: Tensor, other: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        query, key = self.query(reference), self.key(other)
        gain = torch.exp(self.gain)
        query = torch.cat([query[:, :-1] * (gain * self.scale), query[:, -1:] * gain, torch.ones_like(present)], dim=1)
        key = torch.cat([key[:, :-1], torch.ones_like(there), key[:, -1:] * gain], dim=1)
        return query * present, key * there


def evidence(query: Tensor, key: Tensor, reach: int, tokens_per_hop: int) -> Tensor:
    """Pooled scores of each hop's new pairs, [B, H, L], from queries and keys [B, D, R + T] with R tokens of the past.

    Pair (t, t + lag) belongs to the hop in which its later token came, so that every lag has one pair a token."""
    tokens = query.shape[2] - reach
    early = _band(query[:, :, reach:], key, reach)  # [B, T, R + 1]: new reference, other 0..R tokens ago: lags 0..-R
    late = _band(key[:, :, reach:], query, reach)  # lags 0..R
    pairs = torch.cat([early[:, :, :reach], late.flip(2)], dim=2)  # columns: lags -R..-1, then 0..R
    return pairs.reshape(-1, tokens // tokens_per_hop, tokens_per_hop, 2 * reach + 1).sum(2)


def _band(new: Tensor, past: Tensor, reach: int) -> Tensor:
    """[B, T, R + 1]: dot products of token t of `new` [B, D, T] with tokens t - R..t, oldest first, of `past`
    [B, D, R + T]. Row t of the product holds them at columns t..t + R; one more column a row brings them under each
    other."""
    batch, tokens, stride = new.shape[0], new.shape[2], past.shape[2]
    scores = torch.matmul(new.transpose(1, 2), past)  # [B, T, R + T]
    flat = functional.pad(scores.reshape(batch, tokens * stride), (0, tokens))
    return flat.reshape(batch, tokens, stride + 1)[:, :, : reach + 1]


def pooling(tokens: int, tokens_per_hop: int, reach: int) -> Tensor:
    """[2 N n, L]: which scores count for which lag in the newest hop of N tokens. Rows: the hop's reference tokens with
    each of the n newest tokens of the other stream, then the other's new tokens with each of the reference's."""
    new = torch.arange(tokens - tokens_per_hop, tokens)[:, None, None]
    apart = torch.arange(tokens)[None, :, None] - new  # [N, n, 1]
    lags = torch.arange(-reach, reach + 1)
    chosen = torch.stack([(apart == lags) & (lags < 0), (apart == -lags) & (lags >= 0)])
    return chosen.float().flatten(0, 2)


def pooled(reference: Tensor, other: Tensor, pairing: Tensor, tokens_per_hop: int, pool: Tensor) -> Tensor:
    """Evidence [B, L] of the newest hop from tokens [B, D, n] of both streams, whose score is the bilinear form
    `pairing` [D, D], and `pool` as `pooling` makes it. Matrix products alone, so that the bits of a row do not depend
    on the rows beside it."""
    new = reference.shape[2] - tokens_per_hop
    early = torch.matmul(torch.matmul(reference[:, :, new:].transpose(1, 2), pairing), other)
    late = torch.matmul(torch.matmul(other[:, :, new:].transpose(1, 2), pairing.T), reference)
    return torch.matmul(torch.cat([early, late], dim=1).flatten(1), pool)


def toeplitz(posterior: Tensor, rows: int) -> Tensor:
    """[B, rows, rows + 2 R]: shift[b, u, s] = posterior[b, s - u], and zero where s - u is no lag index 0..2 R. Made by
    laying the row, padded to one more than the columns, end to end and cutting it at the columns."""
    columns = rows + posterior.shape[1] - 1
    flat = functional.pad(posterior, (0, columns + 1 - posterior.shape[1])).repeat(1, rows)
    return flat[:, : rows * columns].reshape(-1, rows, columns)


def _later(rows: Tensor, tokens: int) -> Tensor:
    """Tokens in rows [B, T, W] with so many missing ones after them."""
    return functional.pad(rows, (0, 0, 0, tokens)) if tokens else rows


def memory(hypotheses: int, prior: tuple[float, ...]) -> tuple[State, ...]:
    """The states that both forms have; `prior` [L] is that of the lag, summing to 1."""
    lags = len(prior)
    return (
        State(
            name="lag_belief",
            next="next_lag_belief",
            shape=(hypotheses, lags),
            initial=tuple(p / hypotheses for p in prior) * hypotheses,
        ),
        State(name="lag_allowed", next="next_lag_allowed", shape=(lags,), initial=(1.0,)),
        State(name="lag_evidence", next="next_lag_evidence", shape=(lags,), initial=(0.0,)),
    )


Named = dict[str, Tensor]
Pairs = dict[str, tuple[Tensor, Tensor]]
"""By stream: features or embeddings [B, C, T], and their mask."""


class LagPosterior(nn.Module):
    """The model. `forward` is the exported graph, in the form that the contract's states say."""

    def __init__(
        self, contract: Contract, shape: Shape, *, delay_tokens: int, diffusion: float = DIFFUSION_MILLIS
    ) -> None:
        super().__init__()
        lag = contract.lag
        of, reference = contract.modality(lag.of), contract.modality(lag.relative_to)
        self.per_hop, self.shape, self.delay_tokens = of.bins_per_hop, shape, delay_tokens
        self.token_millis = contract.hop_millis / self.per_hop
        self.of, self.reference = of.name, reference.name
        self.reach = len(lag.grid_millis) // 2
        step = lag.grid_millis[1] - lag.grid_millis[0]
        if abs(step - self.token_millis) > 1e-6:
            raise ValueError(f"lag grid has steps of {step} ms, must be one token of {self.token_millis} ms")
        self.features = nn.ModuleDict(
            {m.name: tokens_of(m, contract.hop_millis, self.per_hop) for m in (of, reference)}
        )
        self.encoders = nn.ModuleDict(
            {n: Encoder(f.size, shape.width, shape.kernel, shape.dropout) for n, f in self.features.items()}
        )
        self.matcher = Matcher(shape.width, shape.head)
        belief = next(s.initial for s in contract.states if s.name == "lag_belief")  # alike under every hypothesis
        prior = belief[: len(lag.grid_millis)]
        self.filter = LagFilter(lag.grid_millis, contract.hop_millis / 1000, shape.jitter_millis, diffusion, prior)
        self.fusion = Fusion(shape.width, shape.fused, shape.products, more=1 + (shape.width if shape.beside else 0))
        self.readout = Readout(shape.fused, len(contract.outputs[0].components), shape.dropout)
        self.register_buffer("pooling", pooling(self.held, self.per_hop, self.reach), persistent=False)
        inside = torch.arange(2 * self.reach + 1)[:, None] + torch.arange(READOUT_TOKENS) < self.held
        self.register_buffer("brought", inside.float(), persistent=False)  # [L, R]: is the place's token there by now?
        self.bind(contract)

    @property
    def held(self) -> int:
        """Newest tokens of embeddings that a decode uses: the readout's, and those that the largest lag moves in."""
        return READOUT_TOKENS - self.shape.ahead + self.reach

    def bind(self, contract: Contract) -> LagPosterior:
        """Sets which form of the graph `forward` is: that of the contract's inputs, outputs and states."""
        self.input_names, self.result_names = tuple(contract.inputs()), tuple(contract.results())
        self.incremental = any(s.name == f"{self.of}_embedding" for s in contract.states)
        return self

    def carries(self) -> dict[str, tuple[int, ...]]:
        """Shape (without B) of the states that the incremental form has beside them; initially zero: missing."""
        width, past = self.shape.width, self.shape.kernel - 1
        shapes: dict[str, tuple[int, ...]] = {}
        for name, f in self.features.items():
            if f.past:
                shapes[f"{name}_past"] = (f.past, f.channels)
            shapes[f"{name}_present"] = (1, max(f.past_tokens, self.held - self.per_hop))
            shapes[f"{name}_first"] = shapes[f"{name}_second"] = (width, past)
            shapes[f"{name}_embedding"] = (width, self.held - self.per_hop)
        return shapes

    def embed(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> dict[str, tuple[Tensor, Tensor]]:
        """Embeddings [B, W, T] and masks [B, 1, T] from raw features [B, F, T] and masks [B, 1, past + T], with nothing
        before: how training sees a window."""
        streams = {}
        for name, raw in raws.items():
            f, mask = self.features[name], masks[name]
            here = mask[:, :, mask.shape[2] - raw.shape[2] :]
            streams[name] = self.encoders[name](f.finish(raw, mask), here)[0], here
        return streams

    def evidence_of(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> Tensor:
        """Evidence [B, H, L] of every hop of a window from what `embed` takes, with nothing before it."""
        return self.score(self.embed(raws, masks))

    def score(self, streams: dict[str, tuple[Tensor, Tensor]]) -> Tensor:
        """Evidence [B, H, L] of every hop of a window from its embeddings, with nothing before it."""
        padded = [functional.pad(x, (self.reach, 0)) for n in (self.reference, self.of) for x in streams[n]]
        return evidence(*self.matcher(*padded), self.reach, self.per_hop)

    def decode(self, streams: dict[str, tuple[Tensor, Tensor]], posterior: Tensor) -> tuple[Tensor, ...]:
        """Means and log variances of the newest step, then of the delayed one, each [B, K], from the newest `held`
        tokens of both streams and the posterior [B, L].

        Place u of the readout is the token u - (READOUT_TOKENS - ahead) after the newest; the lagging stream's token at
        lag l of it stands l tokens on. What a late stream has not brought yet is held at its newest token, and the mask
        says how much of a place is missing."""
        ahead, rows = self.shape.ahead, READOUT_TOKENS
        reference = masked(*streams[self.reference])
        reference = _later(reference[:, :, reference.shape[2] - (rows - ahead) :].transpose(1, 2), ahead)
        other = masked(*streams[self.of])[:, :, -self.held :]
        moved = torch.matmul(toeplitz(posterior, rows)[:, :, : self.held], other.transpose(1, 2))  # [B, rows, W + 1]
        newest = functional.pad(streams[self.of][0][:, :, -1], (0, 1)).unsqueeze(1)  # it moves nothing into the mask
        held = moved + newest * (1.0 - torch.matmul(posterior, self.brought)).unsqueeze(2)
        spread = self.filter.spread(posterior)[:, :1].unsqueeze(2) / (self.token_millis * self.reach)
        more = [spread.expand(-1, rows, -1)]
        if self.shape.beside:
            more.append(_later(other[:, :-1, self.reach :].transpose(1, 2), ahead))
        return self.readout.newest(self.fusion(reference, held, *more))

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The exported graph: inputs and outputs in the contract's order."""
        inputs, result = dict(zip(self.input_names, tensors, strict=True)), {}
        finished = {name: self._finished(name, inputs, result) for name in self.features}
        streams = {name: self._embedded(name, *finished[name], inputs, result) for name in self.features}
        hop = self.newest_evidence(finished, streams, inputs, result)
        belief = self.filter.weigh(self.filter.predict(inputs["lag_belief"], inputs["lag_allowed"]), hop)
        posterior = belief.sum(1)
        headroom, kept = self.filter.headroom(inputs["lag_evidence"], hop, posterior)
        decoded = self.decode(streams, posterior)
        names = ("decoded", "decoded_log_variance", "smoothed", "smoothed_log_variance")
        result |= dict(zip(names, decoded, strict=True))
        result |= {"lag_posterior": posterior, "lag_millis": self.filter.lag(posterior)}
        result |= {"alignment_headroom": headroom, "attention": torch.softmax(hop, dim=1)}
        result |= {"next_lag_belief": belief, "next_lag_evidence": kept}
        result["next_lag_allowed"] = inputs["lag_allowed"].clone()
        return tuple(result[name] for name in self.result_names)

    def newest_evidence(self, finished: Pairs, streams: Pairs, inputs: Named, result: Named) -> Tensor:
        """Evidence [B, L] of the newest hop, from the embeddings; carries of its own come from `inputs` and go to
        `result`."""
        reference, other = (masked(*streams[n])[:, :, -self.held :] for n in (self.reference, self.of))
        return pooled(reference, other, self.matcher.pairing(), self.per_hop, self.pooling)

    def _finished(self, name: str, inputs: dict[str, Tensor], result: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Features [B, C, T] of a stream's new tokens, and the mask [B, 1, past + T] of these and of those before."""
        f, mask = self.features[name], inputs[f"{name}_mask"]
        if not self.incremental:
            # Of older tokens nothing depends: those held, and what the encoder's two convolutions reach back.
            hops = -(-(self.held + 2 * (self.shape.kernel - 1)) // self.per_hop)
            count = self.per_hop * min(hops, inputs[name].shape[1] // (self.per_hop * f.stride))
            x, present = newest(f, inputs[name], mask, count)
            return f.by_hops(x, present), present
        x, present = inputs[name] * mask.unsqueeze(2), f.token_mask(mask)
        tokens = present.shape[2]
        if f.past:
            x = torch.cat([inputs[f"{name}_past"], x], dim=1)
            result[f"next_{name}_past"] = x[:, x.shape[1] - f.past :]
        present = torch.cat([inputs[f"{name}_present"], present], dim=2)
        result[f"next_{name}_present"] = present[:, :, tokens:]
        return f.by_hops(x, present[:, :, present.shape[2] - tokens - f.past_tokens :]), present

    def _embedded(
        self, name: str, features: Tensor, present: Tensor, inputs: dict[str, Tensor], result: dict[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Embeddings [B, W, n] and mask [B, 1, n] of a stream's newest tokens, those carried included."""
        tokens = features.shape[2]
        here = present[:, :, present.shape[2] - tokens :]
        if not self.incremental:
            return self.encoders[name](features, here)[0], here
        carried = inputs[f"{name}_first"], inputs[f"{name}_second"]
        h, (first, second) = self.encoders[name].hop(features, here, carried)
        result[f"next_{name}_first"], result[f"next_{name}_second"] = first, second
        h = torch.cat([inputs[f"{name}_embedding"], h], dim=2)
        result[f"next_{name}_embedding"] = h[:, :, tokens:]
        return h, present[:, :, present.shape[2] - h.shape[2] :]
