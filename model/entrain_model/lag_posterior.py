"""The lag-posterior cross-attention model, whole, in both of its forms.

Cross-attention between two streams does not find their alignment token by token: one token's score stands too little
above its noise to pick one of many lags. What is common to all tokens is the lag, so the scores q.k / sqrt(d) are
pooled along equal relative time. Every hop brings the pairs of tokens whose later one is new, the same number for each
lag, and each pair counts once: the pooled score of a hop is the evidence e_l of a Bayes filter over lags (Rabiner 1989,
eq. 19-20, the forward recursion of a hidden Markov model whose state is the lag):

    predict    b'_l = (1 - j) sum_m D_lm b_m + j / L        D: diffusion of the clock, j: a jump to anywhere
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

from entrain_model.contract import Contract
from entrain_model.features import tokens_of, window

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


def total(belief: Tensor) -> Tensor:
    """Row sums [..., 1] of [..., L]. Padded to whole vector registers: ONNX Runtime sums a row from its first aligned
    element on, so that with 49 columns the last bits of the sum would depend on the row's place in the batch."""
    return functional.pad(belief, (0, -belief.shape[-1] % 16)).sum(-1, keepdim=True)


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
    """Fused tokens [B, F, R - 1 + n] to means and log variances of the newest step and of a delayed one, four tensors
    [B, K, n], where R is READOUT_TOKENS.

    Dilated convolutions without padding (van den Oord et al. 2016, WaveNet, sec. 2.1): each step of the result has seen
    exactly READOUT_TOKENS tokens up to its own. The last two layers are the instants' own: what the newest step needs
    is not what the delayed one does. For one step alone (`newest`) only the taps that reach it are computed, a pyramid
    with strides: the same result for a third of the work. Results are in the target's unit, by its mean and sd in the
    training data; `log_variance_shift` [2] is fitted on validation."""

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
            h = h[:, :, h.shape[2] - READOUT_TOKENS :]
        for i, layer in enumerate(self.shared):
            h = self._layer(layer, h, i, newest)
        tops = []
        for layers in self.own:
            top = h
            for i, layer in enumerate(layers):
                top = self._layer(layer, top, SHARED + i, newest)
            tops.append(top)
        return self.leaving(*tops)

    def _layer(self, layer: nn.Conv1d, h: Tensor, place: int, newest: bool) -> Tensor:
        dilation = DILATIONS[place]
        if not newest:
            return h[:, :, 2 * dilation :] + functional.gelu(layer(self.drop(h)))
        # Tokens stand `dilation` apart here, and as far as the next layer's taps in the result.
        following = DILATIONS[place + 1] if place + 1 < len(DILATIONS) else READOUT_TOKENS
        stride = min(following // dilation, h.shape[2])
        more = functional.conv1d(self.drop(h), layer.weight, layer.bias, stride=stride)
        return h[:, :, 2::stride] + functional.gelu(more)

    def leaving(self, newest: Tensor, delayed: Tensor) -> tuple[Tensor, ...]:
        """Results [B, K, n] from the last layers' tokens [B, F, n] of the newest and of the delayed step."""
        parts, bound = [], LOG_VARIANCE_BOUND
        for leave, h in zip(self.leave, (newest, delayed), strict=True):
            mean, spread = leave(self.drop(h)).chunk(2, dim=1)
            parts += [mean, bound * torch.tanh(spread / bound)]
        return self.scaled(*parts)

    def scaled(self, mean: Tensor, spread: Tensor, delayed: Tensor, delayed_spread: Tensor) -> tuple[Tensor, ...]:
        """From units of the target's sd to the target's unit; log variances calibrated."""
        unit = 2 * torch.log(self.sd)
        return (
            self.mean + self.sd * mean,
            spread + self.log_variance_shift[0] + unit,
            self.mean + self.sd * delayed,
            delayed_spread + self.log_variance_shift[1] + unit,
        )


class LagFilter(nn.Module):
    """The belief over hypothesis and lag [B, M, L]: predict, weigh, and the alignment headroom."""

    def __init__(
        self, grid_millis: tuple[float, ...], hop_seconds: float, jitter_millis: tuple[float, ...], diffusion: float
    ) -> None:
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
        self.diffuse(diffusion**2 * hop_seconds / self.step_millis**2)

    def diffuse(self, variance: float) -> None:
        """Sets the diffusion of the belief in squared grid steps a hop."""
        if not 0 < variance < 0.7:
            raise ValueError(f"clock diffuses {variance:.2f} squared grid steps a hop, must lie between 0 and 0.7")
        self.diffusion.copy_(torch.tensor([variance / 2, 1 - variance, variance / 2]).reshape(1, 1, 3))

    def predict(self, belief: Tensor, allowed: Tensor | None = None) -> Tensor:
        """The belief [B, M, L] one hop later, before the hop is seen: diffused, anywhere after a jump, under another
        jitter after a switch, and nowhere that `allowed` [B, L] is zero. A host may hand back anything non-negative."""
        flat = belief.clamp_min(0.0).flatten(1)
        flat = flat / total(flat).clamp_min(1e-20)
        kept = functional.pad(flat.reshape(-1, 1, self.lags), (1, 1), mode="replicate")
        spread = functional.conv1d(kept, self.diffusion).reshape(belief.shape)
        spread = (1.0 - self.switch) * spread + self.switch * spread.mean(1, keepdim=True)
        predicted = (1.0 - self.jump) * spread + self.jump / (self.lags * self.hypotheses)
        if allowed is not None:
            predicted = predicted * allowed.unsqueeze(1).clamp(1e-12, 1.0)
        return predicted

    def weigh(self, predicted: Tensor, evidence: Tensor, *, raw: bool = False) -> Tensor:
        """The belief [B, M, L] after a hop's evidence [B, L]; `raw`: as in training, with temperature and
        caution 1 and no silent hops."""
        tempered = evidence.unsqueeze(1) * (torch.ones_like(self.temperature) if raw else self.temperature)
        density = torch.exp(tempered - tempered.amax(2, keepdim=True))
        density = density * (self.lags / total(density))
        likelihood = torch.matmul(density.unsqueeze(2), self.blur).squeeze(2)
        silent = 1e-12 if raw else SILENT_SHARE
        likelihood = (1.0 - silent) * likelihood + silent
        foretold = total(predicted * likelihood)
        careful = predicted * (likelihood if raw else torch.exp(self.caution * torch.log(likelihood)))
        share = foretold / total(foretold.flatten(1)).clamp_min(1e-30).unsqueeze(2)
        return careful * (share / total(careful).clamp_min(1e-30))

    def lag(self, posterior: Tensor) -> Tensor:
        """The reported lag [B] in ms of a posterior [B, L]: its mean near its median. Near: wholly within NEAR grid
        steps, not at all beyond twice as many. Where two lags have a share each, as after a jump or one heartbeat
        apart, the mean of all would be neither."""
        below = torch.matmul(posterior, self.below)
        median = total(((0.5 - below) / posterior.clamp_min(1e-12)).clamp(0.0, 1.0)) - 0.5  # grid points as bins
        away = (torch.arange(self.lags) - median).abs()
        near = posterior * (2.0 - away / NEAR).clamp(0.0, 1.0)
        return (total(near * self.grid_millis) / total(near).clamp_min(1e-12)).squeeze(1)

    def headroom(self, kept: Tensor, evidence: Tensor, posterior: Tensor) -> tuple[Tensor, Tensor]:
        """How far the chosen lag stands above the expected maximum of the others, in their sd: [B], and the evidence
        [B, L] accumulated with a time constant of EVIDENCE_SECONDS. Positive: a single window would find the lag;
        negative: only the belief's memory holds it. Lags within three grid steps of the chosen one are left out."""
        kept = self.keep * kept + evidence
        chosen = posterior.argmax(1, keepdim=True)
        away = ((torch.arange(self.lags) - chosen).abs() > 3).float()
        count = total(away)
        mean = total(kept * away) / count
        off = (kept - mean) * away
        sd = torch.sqrt((total(off * off) / count).clamp_min(1e-12))
        peak = torch.gather(kept, 1, chosen)
        return ((peak - mean) / sd - self.expected_maximum).squeeze(1), kept


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


class Matcher(nn.Module):
    """Queries of the reference and keys of the lagging stream, each [B, head + 2, T]; their dot product is
    q.k / sqrt(head) + a(reference) + b(other) where both tokens are present, and 0 elsewhere."""

    def __init__(self, width: int, head: int) -> None:
        super().__init__()
        self.query = nn.Conv1d(width, head + 1, 1)
        self.key = nn.Conv1d(width, head + 1, 1)
        self.gain = nn.Parameter(torch.tensor(-1.0))
        self.scale = 1 / math.sqrt(head)

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


def toeplitz(posterior: Tensor, rows: int) -> Tensor:
    """[B, rows + 2 R, rows]: shift[b, s, u] = posterior[b, s - u], and zero where s - u is no lag index 0..2 R. Made by
    laying the row, padded to one more than the columns, end to end and cutting it at the columns."""
    columns = rows + posterior.shape[1] - 1
    flat = functional.pad(posterior, (0, columns + 1 - posterior.shape[1])).repeat(1, rows)
    return flat[:, : rows * columns].reshape(-1, rows, columns).transpose(1, 2)


def memory(hypotheses: int, lags: int) -> dict[str, tuple[tuple[int, ...], float]]:
    """Shape (without B) and initial value of the states that both forms have."""
    return {
        "lag_belief": ((hypotheses, lags), 1.0 / (hypotheses * lags)),
        "lag_allowed": ((lags,), 1.0),
        "lag_evidence": ((lags,), 0.0),
    }


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
        self.filter = LagFilter(lag.grid_millis, contract.hop_millis / 1000, shape.jitter_millis, diffusion)
        self.fusion = Fusion(shape.width, shape.fused, shape.products, more=1 + (shape.width if shape.beside else 0))
        self.readout = Readout(shape.fused, len(contract.outputs[0].components), shape.dropout)
        self.bind(contract)

    @property
    def held(self) -> int:
        """Newest tokens of embeddings that a decode uses: the readout's, and those that the largest lag moves in."""
        return READOUT_TOKENS - self.shape.ahead + self.reach

    def bind(self, contract: Contract) -> LagPosterior:
        """Sets which form of the graph `forward` is: that of the contract's inputs, outputs and states."""
        self.input_names, self.result_names = tuple(contract.inputs()), tuple(contract.results())
        self.incremental = len(contract.states) > len(memory(self.filter.hypotheses, self.filter.lags))
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
        reference, present = (
            functional.pad(x[:, :, x.shape[2] - (rows - ahead) :], (0, ahead)) for x in streams[self.reference]
        )
        other, there = (x[:, :, x.shape[2] - self.held :] for x in streams[self.of])
        shift = toeplitz(posterior, rows)[:, : self.held]
        moved = torch.matmul(torch.cat([other, there], dim=1), shift)  # [B, W + 1, rows]
        ahead_of_it = 1.0 - torch.matmul(torch.ones_like(there), shift)
        millis = total(posterior * self.filter.grid_millis)
        spread = torch.sqrt(total(posterior * (self.filter.grid_millis - millis) ** 2))
        more = [(spread / (self.token_millis * self.reach)).unsqueeze(2).expand(-1, 1, rows)]
        if self.shape.beside:
            more.append(functional.pad(other[:, :, self.reach :], (0, ahead)))
        held = moved[:, :-1] + other[:, :, -1:] * ahead_of_it
        fused = self.fusion(reference, held, present, moved[:, -1:], *more)
        return tuple(part[:, :, 0] for part in self.readout(fused, newest=True))

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

    def newest_evidence(
        self,
        finished: dict[str, tuple[Tensor, Tensor]],
        streams: dict[str, tuple[Tensor, Tensor]],
        inputs: dict[str, Tensor],
        result: dict[str, Tensor],
    ) -> Tensor:
        """Evidence [B, L] of the newest hop, from the embeddings; carries of its own come from `inputs` and go to
        `result`."""
        newest = self.reach + self.per_hop
        recent = [x[:, :, x.shape[2] - newest :] for n in (self.reference, self.of) for x in streams[n]]
        return evidence(*self.matcher(*recent), self.reach, self.per_hop)[:, 0]

    def _finished(self, name: str, inputs: dict[str, Tensor], result: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Features [B, C, T] of a stream's new tokens, and the mask [B, 1, past + T] of these and of those before."""
        f, mask = self.features[name], inputs[f"{name}_mask"]
        if not self.incremental:
            raw, present = window(f, inputs[name], mask)
            return f.finish(raw, present), present
        x, present = inputs[name] * mask.unsqueeze(2), f.token_mask(mask)
        tokens = present.shape[2]
        if f.past:
            x = torch.cat([inputs[f"{name}_past"], x], dim=1)
            result[f"next_{name}_past"] = x[:, x.shape[1] - f.past :]
        present = torch.cat([inputs[f"{name}_present"], present], dim=2)
        result[f"next_{name}_present"] = present[:, :, tokens:]
        return f.finish(f.raw(x), present[:, :, present.shape[2] - tokens - f.past_tokens :]), present

    def _embedded(
        self, name: str, features: Tensor, present: Tensor, inputs: dict[str, Tensor], result: dict[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Embeddings [B, W, n] and mask [B, 1, n] of a stream's newest tokens, those carried included."""
        tokens = features.shape[2]
        here = present[:, :, present.shape[2] - tokens :]
        if not self.incremental:
            return self.encoders[name](features, here)[0], here
        carried = inputs[f"{name}_first"], inputs[f"{name}_second"]
        h, (first, second) = self.encoders[name](features, here, carried)
        result[f"next_{name}_first"], result[f"next_{name}_second"] = first, second
        h = torch.cat([inputs[f"{name}_embedding"], h], dim=2)
        result[f"next_{name}_embedding"] = h[:, :, tokens:]
        return h, present[:, :, present.shape[2] - h.shape[2] :]
