"""Feature extraction inside the graph: raw counts and raw samples in, one row of features a token out.

A token is one bin of the events. Everything is causal: a token's features use nothing after the token's end. Filters
are fixed and normalisation constants are buffers fitted on training data, because a filter bank that learns memorises
slow noise of the training session. A feature whose filter touches a missing sample is missing itself, so that a gap
looks the same wherever the window begins.

Shapes: B windows, T tokens, C channels, F features, S samples, P tokens of the past that a filter reaches back.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from entrain_model.contract import Modality
from entrain_model.elementwise import log

BETA_HZ = (21.0,)
"""Centre of the quadrature pair for 16-26 Hz; the 120 ms Hann window is about 14 Hz wide, so one pair covers it."""
BETA_MILLIS = 120
GAMMA_HZ = (68.0, 84.0, 102.0, 122.0)
"""Centres for 60-130 Hz; each 50 ms Hann window is about 30 Hz wide, so four pairs cover the band with some overlap."""
GAMMA_MILLIS = 50
POWER_FLOOR = 1e-4
"""Added before the logarithm of a power in squared input units: far below any band's power, it only tames silence."""


def tokens_of(modality: Modality, hop_millis: int, tokens_per_hop: int) -> EventTokens | SampleTokens:
    if modality.kind == "events":
        if modality.bins_per_hop != tokens_per_hop:
            raise ValueError(f"{modality.name}: {modality.bins_per_hop} bins a hop, but {tokens_per_hop} tokens a hop")
        return EventTokens(modality.channels, len(modality.marks))
    samples = modality.steps(hop_millis) // tokens_per_hop
    return SampleTokens(modality.channels, modality.rate_hz, samples, tokens_per_hop)


class EventTokens(nn.Module):
    """Counts per bin to features: square root (steadies a Poisson variance), then unit mean and sd of each channel.
    Sums of marks, where there are any, stand beside the counts as they are."""

    past = past_tokens = 0
    """Rows of the input, and tokens, before the window that a token's features use."""

    def __init__(self, channels: int, marks: int = 0) -> None:
        super().__init__()
        self.channels, self.stride = channels, 1
        self.size = channels * (1 + marks)
        self.register_buffer("mean", torch.zeros(self.size, 1))
        self.register_buffer("scale", torch.ones(self.size, 1))

    def raw(self, x: Tensor) -> Tensor:
        """Raw counts [B, T, F] to features [B, F, T] before normalisation."""
        x = x.transpose(1, 2)
        counts = torch.sqrt(x[:, : self.channels])
        return torch.cat([counts, x[:, self.channels :]], dim=1) if self.size > self.channels else counts

    def token_mask(self, mask: Tensor) -> Tensor:
        """Mask [B, T] of rows to a mask [B, 1, T] of tokens."""
        return mask.unsqueeze(1)

    def finish(self, raw: Tensor, present: Tensor) -> Tensor:
        """Normalised features [B, F, T]: zero where `present` [B, 1, T] is zero."""
        return (raw - self.mean) * self.scale * present

    def by_hops(self, x: Tensor, present: Tensor) -> Tensor:
        """Normalised features [B, F, T] of raw counts [B, T, F] and their mask [B, 1, T]."""
        return self.finish(self.raw(x), present)


class SampleTokens(nn.Module):
    """Samples to features of each channel: the token's mean (all linear content below half the token rate) and the
    logarithm of the power in beta and in four gamma bands, from pairs of Hann-windowed sine and cosine filters; bands
    that the rate cannot hold (or has no room for in a token's length) are left out.

    A token is present when every sample in it is; a power when every sample under its filter is.

    `by_hops` computes the same hop by hop: within a hop every filter at every place is a row of one matrix, and every
    span of the mask a column of another. One product costs less than convolutions of one channel each."""

    def __init__(self, channels: int, rate_hz: int, samples_per_token: int, tokens_per_hop: int) -> None:
        super().__init__()
        self.stride, self.channels, self.per_hop = samples_per_token, channels, tokens_per_hop
        beta = tuple(f for f in BETA_HZ if f < 0.45 * rate_hz)
        gamma = tuple(f for f in GAMMA_HZ if f < 0.45 * rate_hz)
        self.fine = self.stride // 2 if self.stride % 2 == 0 else self.stride
        parts = [(beta, BETA_MILLIS, self.stride), (gamma, GAMMA_MILLIS, self.fine)]
        parts = [(hz, millis, step) for hz, millis, step in parts if hz and millis * rate_hz // 1000 >= step]
        self.steps = [step for _, _, step in parts]
        for i, (hz, millis, _) in enumerate(parts):
            self.register_buffer(f"filter{i}", _quadrature(hz, millis, rate_hz))
        taps = [millis * rate_hz // 1000 for _, millis, _ in parts]
        self.reach = [-(-n // self.stride) for n in taps]
        """Tokens that each bank of filters spans, its own included."""
        self.bands = [len(hz) for hz, _, _ in parts]
        self.past = self.stride * max([r - 1 for r in self.reach], default=0)
        self.past_tokens = self.past // self.stride
        self.size = channels * (1 + sum(self.bands))
        self.register_buffer("mean", torch.zeros(self.size, 1))
        self.register_buffer("scale", torch.ones(self.size, 1))
        self.register_buffer("responses", self._responses(tokens_per_hop), persistent=False)
        self.register_buffer("pooled", self._pooled(tokens_per_hop), persistent=False)
        self.register_buffer("spans", self._spans(tokens_per_hop), persistent=False)

    def raw(self, x: Tensor) -> Tensor:
        """Samples [B, past + T * stride, C], `past` of them before the window, to features [B, F, T] before
        normalisation. Missing samples must hold zero."""
        return self.powers(self.linear(x))

    def linear(self, x: Tensor) -> Tensor:
        """What is linear in the samples, [B, P * C, T]: each token's mean, then the sine and cosine responses at every
        step of it. Signal and noise can be filtered apart and added."""
        batch, samples, channels = x.shape
        single = x.transpose(1, 2).reshape(batch * channels, 1, samples)
        parts = [functional.avg_pool1d(single[:, :, self.past :], self.stride)]
        tokens = parts[0].shape[2]
        for i, step in enumerate(self.steps):
            filters = getattr(self, f"filter{i}")
            first = self.past + step - filters.shape[-1]
            waves = functional.conv1d(single[:, :, first:], filters, stride=step)  # [B * C, 2 bands, T * steps]
            waves = waves.reshape(batch * channels, -1, tokens, self.stride // step).transpose(2, 3)
            parts.append(waves.reshape(batch * channels, -1, tokens))
        stacked = torch.cat(parts, dim=1).reshape(batch, channels, -1, tokens)
        return stacked.transpose(1, 2).reshape(batch, -1, tokens)

    def powers(self, linear: Tensor) -> Tensor:
        """Features [B, F, T], grouped by band so that a band's mask is one slice: the means, and the logarithm of each
        band's squared envelope averaged over the steps of a token."""
        batch, tokens = linear.shape[0], linear.shape[2]
        parts, at = [linear[:, : self.channels]], self.channels
        for bands, step in zip(self.bands, self.steps, strict=True):
            steps = self.stride // step
            size = 2 * bands * steps * self.channels
            waves = linear[:, at : at + size].reshape(batch, 2, bands, steps, self.channels, tokens)
            power = (waves[:, 0] ** 2 + waves[:, 1] ** 2).mean(2)
            parts.append(torch.log(power + POWER_FLOOR).reshape(batch, bands * self.channels, tokens))
            at += size
        return torch.cat(parts, dim=1)

    def token_mask(self, mask: Tensor) -> Tensor:
        """Mask [B, T * stride] of samples to a mask [B, 1, T] of tokens."""
        return mask.reshape(mask.shape[0], 1, -1, self.stride).amin(-1)

    def finish(self, raw: Tensor, present: Tensor) -> Tensor:
        """Normalised features [B, F, T] from raw ones and the token mask [B, 1, past_tokens + T]."""
        masks = [present[:, :, self.past_tokens :].expand(-1, self.channels, -1)]
        for reach, bands in zip(self.reach, self.bands, strict=True):
            span = present[:, :, self.past_tokens + 1 - reach :]
            whole = 1.0 - functional.max_pool1d(1.0 - span, reach, stride=1)
            masks.append(whole.expand(-1, bands * self.channels, -1))
        return (raw - self.mean) * self.scale * torch.cat(masks, dim=1)

    def by_hops(self, x: Tensor, present: Tensor) -> Tensor:
        """Normalised features [B, F, T] of samples [B, past + T * stride, C] and the token mask
        [B, 1, past_tokens + T], where T is a whole number of hops."""
        tokens, length, present = self.per_hop, present.shape[2] - self.past_tokens, present.squeeze(1)
        if length > tokens:
            span, hops = self.past_tokens + tokens, length // tokens
            places = torch.tensor([hop * tokens + i for hop in range(hops) for i in range(span)])
            blocks = x.reshape(-1, self.past_tokens + length, self.stride * self.channels).index_select(1, places)
            x = blocks.reshape(-1, span * self.stride, self.channels)  # from here on B counts every window's hops
            present = present.index_select(1, places).reshape(-1, span)
        means, waves = torch.matmul(self.responses, x).split([tokens, len(self.responses) - tokens], dim=1)
        parts = [means.unsqueeze(2)]  # [B, T, 1, C]
        if self.bands:
            power = log(torch.matmul(self.pooled, waves * waves) + POWER_FLOOR)
            parts.append(power.reshape(-1, tokens, sum(self.bands), self.channels))
        rows = torch.cat(parts, dim=2).reshape(-1, tokens, self.size)
        reach = torch.tensor([1, *(r for r, n in zip(self.reach, self.bands, strict=True) for _ in range(n))])
        missing = (reach - 1.0).repeat_interleave(self.channels).repeat(tokens)
        whole = torch.relu(torch.matmul(present, self.spans) - missing).reshape(-1, tokens, self.size)
        rows = (rows - self.mean.T) * self.scale.T * whole
        return rows.reshape(-1, length, self.size).transpose(1, 2)

    def _responses(self, tokens: int) -> Tensor:
        """[T + 2 N, past + T * stride]: each token's mean, then at each token, band and step the response to the sine,
        then all those to the cosine."""
        samples = self.past + tokens * self.stride
        rows, waves = torch.zeros(tokens, samples), ([], [])
        for token in range(tokens):
            first = self.past + token * self.stride
            rows[token, first : first + self.stride] = 1 / self.stride
            for i, (bands, step) in enumerate(zip(self.bands, self.steps, strict=True)):
                filters = getattr(self, f"filter{i}")[:, 0]
                for band in range(bands):
                    for end in range(first + step, first + self.stride + 1, step):
                        for kept, row in zip(waves, (filters[band], filters[bands + band]), strict=True):
                            kept.append(functional.pad(row, (end - len(row), samples - end)))
        return torch.cat([rows, *(torch.stack(kept) for kept in waves if kept)])

    def _pooled(self, tokens: int) -> Tensor:
        """[T * bands, 2 N]: from squared responses to each token's mean power in each band."""
        steps = [self.stride // step for n, step in zip(self.bands, self.steps, strict=True) for _ in range(n)] * tokens
        means = torch.block_diag(*(torch.full((1, n), 1 / n) for n in steps)) if steps else torch.zeros(0, 0)
        return means.repeat(1, 2)

    def _spans(self, tokens: int) -> Tensor:
        """[past_tokens + T, T * F]: which tokens a feature of a token is made of."""
        place, columns = torch.arange(self.past_tokens + tokens), []
        for token in range(tokens):
            behind = self.past_tokens + token - place
            for reach, bands in zip([1, *self.reach], [1, *self.bands], strict=True):
                inside = ((behind >= 0) & (behind < reach)).float().unsqueeze(1)
                columns.append(inside.expand(-1, bands * self.channels))
        return torch.cat(columns, dim=1)


def _quadrature(centres_hz: tuple[float, ...], window_millis: int, rate_hz: int) -> Tensor:
    """[2 * bands, 1, taps]: sines of all bands, then cosines; zero mean, so that slow content does not leak in."""
    taps = window_millis * rate_hz // 1000
    time = (torch.arange(taps, dtype=torch.float64) + 0.5) / rate_hz
    window = torch.hann_window(taps, periodic=False, dtype=torch.float64)
    window = window / window.sum()
    rows = []
    for wave in (torch.sin, torch.cos):
        for centre in centres_hz:
            row = window * wave(2 * math.pi * centre * time)
            rows.append(row - window * row.sum())
    return torch.stack(rows).unsqueeze(1).float()


def window(tokens: EventTokens | SampleTokens, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Raw features [B, F, T] and token mask [B, 1, past + T] of rows [B, S, planes] and their mask [B, S], with nothing
    before them. What stands under a mask of 0 is not read."""
    raw = tokens.raw(functional.pad(x * mask.unsqueeze(2), (0, 0, tokens.past, 0)))
    return raw, functional.pad(tokens.token_mask(mask), (tokens.past_tokens, 0))


def newest(tokens: EventTokens | SampleTokens, x: Tensor, mask: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The same of the newest `count` tokens alone, as `by_hops` takes them: rows [B, past + count * stride, planes] and
    token mask [B, 1, past + count]."""
    rows, present = tokens.past + count * tokens.stride, tokens.token_mask(mask)
    kept, span = min(rows, x.shape[1]), min(tokens.past_tokens + count, present.shape[2])
    x, mask = (part[:, x.shape[1] - kept :] for part in (x, mask))
    x, present = x * mask.unsqueeze(2), present[:, :, present.shape[2] - span :]
    if kept < rows:
        x = functional.pad(x, (0, 0, rows - kept, 0))
    if span < tokens.past_tokens + count:
        present = functional.pad(present, (tokens.past_tokens + count - span, 0))
    return x, present


def fit(tokens: EventTokens | SampleTokens, raw: Tensor) -> None:
    """Sets mean and scale from raw features [N, F] of training data."""
    tokens.mean.copy_(raw.mean(0).unsqueeze(1))
    tokens.scale.copy_(1.0 / raw.std(0).clamp_min(1e-3).unsqueeze(1))
