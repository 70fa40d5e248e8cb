"""Respiration from heartbeats and a photoplethysmogram (PPG) whose clocks disagree: the graphs, small enough to be
fitted in closed form to five minutes of one patient.

A heartbeat reaches the finger as a pulse a fixed time later, so a beat that is stamped late or early stands at another
place of the pulse wave. Each beat is evidence about the lag, once the PPG around all its possible places has
come. For lag l the beat stamped at s stands at u = s - l, and with the PPG x around u

    e_l = a log p(a beat at u | x) + b sum_k log p(m_k | x at u) / p(m_k) + c log p(beats, x) / (p(beats) p(x))

The first term is a logistic regression on the shape of the wave; alone it cannot tell a beat from the next, since one
pulse looks like another and heart periods of 0.6 to 0.8 s fit into +-500 ms twice. The second does: m are the beat's
marks (interval, the interval before, R amplitudes), Gaussian around a linear regression on x, which breath and the
rhythm itself modulate in both streams alike. The third is the classical chain's: canonical variates of the beats and of
x. Their weights are fitted on validation. The belief over lags goes from hop to hop as a state,

    b_l = (D b)_l^(1 - h / tau) exp(e_l) / Z          D: diffusion of the clock; h: a hop

where the power forgets (Smith 1979, J. R. Stat. Soc. B 41:375-387, the power steady model): of evidence 60 s old less
than 5 % is left. It has as many peaks as there are beats that fit.

For each lag there is a linear decoder of its own, trained with the beats as they are stamped at that lag: what a late
stream has not brought yet is missing in training as it is in use. What is said is their mixture under the belief, so
that the variance holds what the lag leaves open: var = sum_l b_l (s_l^2 + y_l^2) - y^2.

Shapes: B windows, T tokens of 40 ms, L lags, M marks, F features, K outputs (newest step, delayed step), C places.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from entrain_model.contract import Component, Contract, Lag, Modality, Output, State

HOP_MILLIS = 200
PER_HOP = 5
"""Tokens of 40 ms: five samples at 125 Hz."""
CONTEXT_HOPS = 50
DELAY_MILLIS = 1000
REACH = 13
"""Lags on the grid: +-520 ms."""
HISTORY = 40
"""Hops that a decoder sees: 8 s, two breaths."""
ENVELOPE = 25
"""Tokens: the PPG's largest and smallest value of the last second, a pulse at least."""
BEFORE, AFTER, SHAPE = 75, 20, 30
"""Tokens of PPG around a place where a beat may be: 3 s before (1.2 s for the shape of the wave) and 0.8 s after."""
DUE_HOPS = 7
"""Hops until a beat is weighed: by then the PPG after its last possible place has come, 0.52 + 0.8 s."""
MEMORY_SECONDS = 20.0
DRIFT_MILLIS = 5.0
"""Random walk of the clock in one second that the belief expects: half a percent."""
WARMUP_HOPS = 300
"""60 s: from then on the lag counts as found."""
VARIATES = 6
BOUND = 3.0
"""Most nats that one mark of one beat may speak for or against a lag: a premature beat must not decide alone."""
FLOOR = 1e-4


def contract_for(name: str, source: Modality, beats: Modality | None, *, aligns: bool, unit: str = "a.u.") -> Contract:
    """The contract of a graph over the PPG and the beats, or over `source` alone."""
    component = (Component(name="respiration", unit=unit),)
    outputs = (
        Output(name="decoded", log_variance="decoded_log_variance", components=component),
        Output(name="smoothed", log_variance="smoothed_log_variance", components=component, delay_millis=DELAY_MILLIS),
    )
    lags, grid = 2 * REACH + 1, tuple(HOP_MILLIS / PER_HOP * i for i in range(-REACH, REACH + 1))
    states, lag = (), None
    if aligns:
        lag = Lag(of=beats.name, relative_to=source.name, grid_millis=grid, allowed="lag_allowed")
        states = (
            State(name="lag_belief", next="next_lag_belief", shape=(1, lags), initial=(1.0 / lags,)),
            State(name="lag_allowed", next="next_lag_allowed", shape=(lags,), initial=(1.0,)),
        )
    return Contract(
        name=name,
        hop_millis=HOP_MILLIS,
        context_hops=CONTEXT_HOPS,
        warmup_hops=WARMUP_HOPS,
        modalities=(beats, source) if beats else (source,),
        outputs=outputs,
        states=states,
        lag=lag,
    )


def ppg_tokens(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """PPG [B, T * 5, 1] and its mask to tokens [B, T], each the mean of five samples, and whether all are there."""
    whole = (x[:, :, 0] * mask).reshape(x.shape[0], -1, PER_HOP).mean(2)
    return whole, mask.reshape(mask.shape[0], -1, PER_HOP).amin(2)


class Marks(nn.Module):
    """Counts and sums of marks [B, T, 1 + M] to marks of each token's beat, clipped to what training saw and
    standardised, [B, T, M], and the places of beats [B, T]."""

    def __init__(self, marks: int) -> None:
        super().__init__()
        for name, value in (("low", -1e9), ("high", 1e9), ("mean", 0.0), ("scale", 1.0)):
            self.register_buffer(name, torch.full((marks,), value))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        count = x[:, :, :1] * mask.unsqueeze(2)
        values = torch.minimum(torch.maximum(x[:, :, 1:] / count.clamp_min(1.0), self.low), self.high)
        there = (count[:, :, 0] > 0.5).float()
        return (values - self.mean) * self.scale * there.unsqueeze(2), there


def held(values: Tensor, there: Tensor, ends: Tensor) -> Tensor:
    """Marks [B, n, M] of the last beat up to each of the tokens `ends` [n]; 0 where there was none."""
    place = torch.arange(1, there.shape[1] + 1, dtype=torch.float32)
    seen = (there * place).unsqueeze(1) * (place <= ends.unsqueeze(1) + 1).float()  # [B, n, T]
    last = seen.amax(2, keepdim=True)
    chosen = ((seen == last) & (last > 0)).float()
    return torch.matmul(chosen, values)


def beat_features(values: Tensor, there: Tensor) -> Tensor:
    """[B, HISTORY * M]: the marks that hold at the end of each of the last hops."""
    tokens = there.shape[1]
    ends = torch.arange(tokens - 1 - PER_HOP * (HISTORY - 1), tokens, PER_HOP)
    return held(values, there, ends).flatten(1)


def ppg_features(tokens: Tensor) -> Tensor:
    """[B, HISTORY * 3]: each hop's mean, and the envelope of the second that ends with it."""
    recent = tokens[:, tokens.shape[1] - PER_HOP * HISTORY - ENVELOPE + PER_HOP :].unsqueeze(1)
    top = functional.max_pool1d(recent, ENVELOPE, PER_HOP)
    bottom = -functional.max_pool1d(-recent, ENVELOPE, PER_HOP)
    mean = functional.avg_pool1d(recent[:, :, ENVELOPE - PER_HOP :], PER_HOP)
    return torch.cat([mean, top, bottom], dim=1).flatten(1)


class Bank(nn.Module):
    """Linear decoders, one for each lag (or one alone): features [B, F] to means [B, L, K] and their variances [L, K]
    in the target's unit squared."""

    def __init__(self, features: int, lags: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(features, lags * 2))
        self.register_buffer("bias", torch.zeros(lags, 2))
        self.register_buffer("variance", torch.ones(lags, 2))

    def forward(self, x: Tensor) -> Tensor:
        return torch.matmul(x, self.weight).reshape(x.shape[0], *self.bias.shape) + self.bias

    def mixed(self, x: Tensor, belief: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance [B, K] of the mixture under a belief [B, L]."""
        means, weight = self(x), belief.unsqueeze(2)
        mean = (weight * means).sum(1)
        spread = (weight * (self.variance + (means - mean.unsqueeze(1)) ** 2)).sum(1)
        return mean, spread


def places(tokens: Tensor) -> Tensor:
    """PPG [B, C, BEFORE + AFTER] around each place where a beat that is due may be, earliest first."""
    due = tokens.shape[1] - PER_HOP * (DUE_HOPS + 1)  # the first of the due hop's tokens
    first, last = due - REACH - BEFORE, due + PER_HOP - 1 + REACH + AFTER
    return tokens[:, first:last].unfold(1, BEFORE + AFTER, 1)


def wave(around: Tensor) -> Tensor:
    """[B, C, SHAPE + AFTER]: the shape of the wave around each place, without its level and size."""
    near = around[:, :, BEFORE - SHAPE :]
    near = near - near.mean(2, keepdim=True)
    return near / (near.square().mean(2, keepdim=True).sqrt() + 1e-6)


def due_marks(values: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Marks [B, 5, M + 1] of the due hop's tokens less the mean over the window's beats, the interval before last; and
    which tokens hold a beat [B, 5]. The last of the marks is the interval."""
    due = there.shape[1] - PER_HOP * (DUE_HOPS + 1)
    mean = values.sum(1, keepdim=True) / there.sum(1).clamp_min(1.0)[:, None, None]
    own = values[:, due : due + PER_HOP] - mean
    before = held(values, there, torch.arange(due - 1, due + PER_HOP - 1))[:, :, -1:] - mean[:, :, -1:]
    here = there[:, due : due + PER_HOP]
    return torch.cat([own, before], dim=2) * here.unsqueeze(2), here


def by_lag(scores: Tensor) -> Tensor:
    """[B, 5, L] from scores of places [B, C] or of beats at places [B, 5, C]: a beat of lag l stands l tokens back."""
    lags = 2 * REACH + 1
    rows = scores.unsqueeze(1).expand(-1, PER_HOP, -1) if scores.dim() == 2 else scores
    return torch.stack([rows[:, j, j : j + lags].flip(1) for j in range(PER_HOP)], dim=1)


class CanonicalEvidence(nn.Module):
    """The classical rival's, [B, L, 1]: canonical variates of a token of the beats (is there one, and its marks)
    and of the PPG around a place, and the log-likelihood ratio that they belong together (see `two_stage`)."""

    def __init__(self, marks: int) -> None:
        super().__init__()
        variates = min(VARIATES, marks + 2)
        self.register_buffer("left", torch.zeros(marks + 2, variates))
        self.register_buffer("left_mean", torch.zeros(marks + 2))
        self.register_buffer("right", torch.zeros(BEFORE + AFTER, variates))
        self.register_buffer("right_mean", torch.zeros(BEFORE + AFTER))
        self.register_buffer("correlation", torch.full((variates,), 0.1))

    def forward(self, tokens: Tensor, values: Tensor, there: Tensor) -> Tensor:
        a = torch.matmul(beat_tokens(*due_marks(values, there)) - self.left_mean, self.left).unsqueeze(2)
        b = torch.matmul(places(tokens) - self.right_mean, self.right).unsqueeze(1)
        r = self.correlation
        ratio = (r * a * b - 0.5 * r**2 * (a.square() + b.square())) / (1 - r**2)  # [B, 5, C, VARIATES]
        return by_lag(ratio.sum(3)).sum(1).unsqueeze(2)


def beat_tokens(marks: Tensor, here: Tensor) -> Tensor:
    """[B, 5, M + 2]: whether a token holds a beat, and its marks."""
    return torch.cat([here.unsqueeze(2), marks], dim=2)


class BeatEvidence(nn.Module):
    """The three terms of the evidence of a hop, [B, L, 3], before their weights."""

    def __init__(self, marks: int) -> None:
        super().__init__()
        self.canonical = CanonicalEvidence(marks)
        self.register_buffer("shape_weight", torch.zeros(SHAPE + AFTER))
        self.register_buffer("shape_bias", torch.zeros(()))
        self.register_buffer("mark_weight", torch.zeros(BEFORE + AFTER, marks + 1))
        self.register_buffer("mark_bias", torch.zeros(marks + 1))
        self.register_buffer("mark_mean", torch.zeros(marks + 1))
        self.register_buffer("prior_variance", torch.ones(marks + 1))
        self.register_buffer("left_variance", torch.ones(marks + 1))

    def forward(self, tokens: Tensor, values: Tensor, there: Tensor) -> Tensor:
        around = places(tokens)
        marks, here = due_marks(values, there)
        shape = torch.sigmoid(torch.matmul(wave(around), self.shape_weight) + self.shape_bias)
        level = around - around.mean(2, keepdim=True)
        expected = torch.matmul(level, self.mark_weight) + self.mark_bias  # [B, C, M + 1]
        alone = (marks - self.mark_mean).square() / self.prior_variance + torch.log(self.prior_variance)
        told = (marks.unsqueeze(2) - expected.unsqueeze(1)).square() / self.left_variance
        ratio = 0.5 * (alone.unsqueeze(2) - told - torch.log(self.left_variance))  # [B, 5, C, M + 1]
        ratio = ratio.clamp(-BOUND, BOUND).sum(3)
        terms = torch.stack([by_lag(torch.log(shape + FLOOR)), by_lag(ratio)], dim=3)
        terms = (terms * here[:, :, None, None]).sum(1)
        return torch.cat([terms, self.canonical(tokens, values, there)], dim=2)


class TemplateEvidence(nn.Module):
    """The simplest rival's: correlation of the PPG around a place with the mean wave around a beat, [B, L, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("template", torch.zeros(SHAPE + AFTER))

    def forward(self, tokens: Tensor, values: Tensor, there: Tensor) -> Tensor:
        alike = torch.matmul(wave(places(tokens)), self.template)
        here = due_marks(values, there)[1]
        return (by_lag(alike) * here.unsqueeze(2)).sum(1).unsqueeze(2)


class Forgetting(nn.Module):
    """The belief [B, L] from hop to hop."""

    def __init__(self) -> None:
        super().__init__()
        seconds, step = HOP_MILLIS / 1000, HOP_MILLIS / PER_HOP
        spread = DRIFT_MILLIS**2 * seconds / step**2 / 2
        self.kept = 1.0 - seconds / MEMORY_SECONDS
        self.register_buffer("diffusion", torch.tensor([[[spread, 1 - 2 * spread, spread]]]))
        lags = torch.arange(-REACH, REACH + 1, dtype=torch.float32)
        self.register_buffer("grid_millis", lags * step)
        self.register_buffer("around", ((lags[:, None] - lags[None, :]).abs() <= 3).float())

    def forward(self, belief: Tensor, evidence: Tensor, allowed: Tensor) -> Tensor:
        belief = belief.clamp_min(0.0)
        belief = belief / belief.sum(1, keepdim=True).clamp_min(1e-20)
        spread = functional.conv1d(functional.pad(belief.unsqueeze(1), (1, 1), mode="replicate"), self.diffusion)
        prior = torch.log(spread.squeeze(1) + 1e-9) * self.kept
        weighed = prior + evidence + torch.log(allowed.clamp(1e-12, 1.0))
        return torch.softmax(weighed, dim=1)

    def millis(self, belief: Tensor) -> Tensor:
        """[B]: the mean over the likeliest lag and three on either side; between two peaks there is no lag."""
        chosen = functional.one_hot(belief.argmax(1), belief.shape[1]).float()
        near = belief * torch.matmul(chosen, self.around)
        return torch.matmul(near, self.grid_millis) / near.sum(1).clamp_min(1e-20)


class Aligning(nn.Module):
    """Finds the lag and decodes under the belief. Where one stream is missing from more than half of the window, the
    decoders of the other alone speak; where both are, the mean of the training data."""

    def __init__(self, contract: Contract, evidence: BeatEvidence | CanonicalEvidence | TemplateEvidence) -> None:
        super().__init__()
        self.beats, self.ppg = contract.lag.of, contract.lag.relative_to
        marks = len(contract.modality(self.beats).marks)
        self.input_names, self.result_names = tuple(contract.inputs()), tuple(contract.results())
        self.marks, self.evidence, self.filter = Marks(marks), evidence, Forgetting()
        self.register_buffer("weights", torch.ones(3 if isinstance(evidence, BeatEvidence) else 1))
        lags, own, wave_features = 2 * REACH + 1, HISTORY * marks, HISTORY * 3
        self.fused, self.alone = Bank(own + wave_features, lags), Bank(own, lags)
        self.other = Bank(wave_features, 1)
        self.register_buffer("rest", torch.zeros(2, 2))
        """Mean and variance of the target in training, for each output."""

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The exported graph: inputs and outputs in the contract's order."""
        inputs = dict(zip(self.input_names, tensors, strict=True))
        tokens, present = ppg_tokens(inputs[self.ppg], inputs[f"{self.ppg}_mask"])
        mask = inputs[f"{self.beats}_mask"]
        values, there = self.marks(inputs[self.beats], mask)
        known = present.amin(1, keepdim=True) * mask.amin(1, keepdim=True)
        evidence = torch.matmul(self.evidence(tokens, values, there), self.weights) * known
        belief = self.filter(inputs["lag_belief"][:, 0], evidence, inputs["lag_allowed"])
        x, y = beat_features(values, there), ppg_features(tokens)
        parts = (self.fused.mixed(torch.cat([x, y], dim=1), belief), self.alone.mixed(x, belief))
        parts += (self.other.mixed(y, torch.ones_like(belief[:, :1])), (self.rest[0], self.rest[1]))
        heard, seen = ((m.mean(1, keepdim=True) > 0.5).float() for m in (mask, present))
        shares = (heard * seen, heard * (1 - seen), (1 - heard) * seen, (1 - heard) * (1 - seen))
        mean = sum(share * part[0] for share, part in zip(shares, parts, strict=True))
        spread = torch.log(sum(share * part[1] for share, part in zip(shares, parts, strict=True)))
        result = dict(_outputs(mean, spread))
        result |= {"lag_posterior": belief, "lag_millis": self.filter.millis(belief)}
        result |= {"next_lag_belief": belief.unsqueeze(1), "next_lag_allowed": inputs["lag_allowed"].clone()}
        return tuple(result[name] for name in self.result_names)


class AsStamped(nn.Module):
    """One linear decoder over the beats as they are stamped, the PPG, or both: early fusion, or one stream alone."""

    def __init__(self, contract: Contract) -> None:
        super().__init__()
        self.input_names, self.result_names = tuple(contract.inputs()), tuple(contract.results())
        kinds = {m.kind: m for m in contract.modalities}
        self.beats, self.ppg = (kinds[k].name if k in kinds else None for k in ("events", "samples"))
        marks = len(kinds["events"].marks) if self.beats else 0
        self.marks = Marks(marks)
        self.bank = Bank(HISTORY * marks + (HISTORY * 3 if self.ppg else 0), 1)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The exported graph: inputs and outputs in the contract's order."""
        inputs, parts = dict(zip(self.input_names, tensors, strict=True)), []
        if self.beats:
            parts.append(beat_features(*self.marks(inputs[self.beats], inputs[f"{self.beats}_mask"])))
        if self.ppg:
            parts.append(ppg_features(ppg_tokens(inputs[self.ppg], inputs[f"{self.ppg}_mask"])[0]))
        mean = self.bank(torch.cat(parts, dim=1))[:, 0]
        result = dict(_outputs(mean, torch.zeros_like(mean) + torch.log(self.bank.variance[0])))
        return tuple(result[name] for name in self.result_names)


def _outputs(mean: Tensor, spread: Tensor) -> list[tuple[str, Tensor]]:
    names = ("decoded", "smoothed")
    pairs = [(n, mean[:, i : i + 1]) for i, n in enumerate(names)]
    return pairs + [(f"{n}_log_variance", spread[:, i : i + 1]) for i, n in enumerate(names)]
