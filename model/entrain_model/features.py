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
    return SampleTokens(modality.channels, modality.rate_hz, modality.steps(hop_millis) // tokens_per_hop)


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


class SampleTokens(nn.Module):
    """Samples to features of each channel: the token's mean (all linear content below half the token rate) and the
    logarithm of the power in beta and in four gamma bands, from pairs of Hann-windowed sine and cosine filters; bands
    that the rate cannot hold (or has no room for in a token's length) are left out.

    A token is present when every sample in it is; a power when every sample under its filter is."""

    def __init__(self, channels: int, rate_hz: int, samples_per_token: int) -> None:
        super().__init__()
        self.stride, self.channels = samples_per_token, channels
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


def fit(tokens: EventTokens | SampleTokens, raw: Tensor) -> None:
    """Sets mean and scale from raw features [N, F] of training data."""
    tokens.mean.copy_(raw.mean(0).unsqueeze(1))
    tokens.scale.copy_(1.0 / raw.std(0).clamp_min(1e-3).unsqueeze(1))
