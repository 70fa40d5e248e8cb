"""Feature extraction inside the graph: raw counts and raw samples in, one row of features a token out.

A token is one bin of the events. Everything is causal: a token's features use nothing after the token's end. Filters
are fixed and normalisation constants are buffers fitted on training data, because a filter bank that learns memorises
slow noise of the training session.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

BETA_HZ = (21.0,)
"""Centre of the quadrature pair for 16-26 Hz; the 120 ms Hann window is about 14 Hz wide, so one pair covers it."""
BETA_MILLIS = 120
GAMMA_HZ = (68.0, 84.0, 102.0, 122.0)
"""Centres for 60-130 Hz; each 50 ms Hann window is about 30 Hz wide, so four pairs cover the band with some overlap."""
GAMMA_MILLIS = 50
POWER_FLOOR = 1e-4
"""Added before the logarithm of a power in squared input units: far below any band's power, it only tames silence."""


class EventTokens(nn.Module):
    """Counts per bin to features: square root (steadies a Poisson variance), then unit mean and sd of each channel.

    Args:
        x: [B, T, C] raw counts.
        mask: [B, T] 1 present, 0 missing.

    Returns:
        features [B, C, T], zero where masked, and token mask [B, 1, T].
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.size = channels
        self.register_buffer("mean", torch.zeros(channels, 1))
        self.register_buffer("scale", torch.ones(channels, 1))

    def raw(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        present = mask.unsqueeze(1)
        return torch.sqrt(x.transpose(1, 2) * present), present

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        features, present = self.raw(x, mask)
        return (features - self.mean) * self.scale * present, present


class SampleTokens(nn.Module):
    """Samples to features of each channel: the token's mean (all linear content below half the token rate) and the
    logarithm of the power in beta and in four gamma bands, from pairs of Hann-windowed sine and cosine filters.

    A token is present when every sample in it is. Missing samples count as zero in the filters.

    Args:
        x: [B, T * samples, C] raw samples.
        mask: [B, T * samples] 1 present, 0 missing.

    Returns:
        features [B, C * 6, T], zero where masked, and token mask [B, 1, T].
    """

    def __init__(self, channels: int, rate_hz: int, samples_per_token: int) -> None:
        super().__init__()
        self.stride = samples_per_token
        self.channels = channels
        self.bands = len(BETA_HZ) + len(GAMMA_HZ)
        self.size = channels * (1 + self.bands)
        self.register_buffer("beta", _quadrature(BETA_HZ, BETA_MILLIS, rate_hz))
        self.register_buffer("gamma", _quadrature(GAMMA_HZ, GAMMA_MILLIS, rate_hz))
        self.register_buffer("mean", torch.zeros(self.size, 1))
        self.register_buffer("scale", torch.ones(self.size, 1))

    def _log_power(self, x: Tensor, filters: Tensor, stride: int) -> Tensor:
        """x [N, 1, S] to [N, bands, S / stride]: log of the squared envelope at the end of each stride."""
        parts = functional.conv1d(functional.pad(x, (filters.shape[-1] - stride, 0)), filters, stride=stride)
        sine, cosine = parts.chunk(2, dim=1)
        power = sine * sine + cosine * cosine
        if stride < self.stride:  # several envelopes a token: average the power first
            power = functional.avg_pool1d(power, self.stride // stride)
        return torch.log(power + POWER_FLOOR)

    def raw(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        batch, samples, channels = x.shape
        tokens = samples // self.stride
        present = mask.reshape(batch, 1, tokens, self.stride).amin(-1)
        clean = (x * mask.unsqueeze(-1)).transpose(1, 2)
        single = clean.reshape(batch * channels, 1, samples)
        half = self.stride // 2 if self.stride % 2 == 0 else self.stride
        parts = [
            functional.avg_pool1d(single, self.stride),
            self._log_power(single, self.beta, self.stride),
            self._log_power(single, self.gamma, half),
        ]
        return torch.cat(parts, dim=1).reshape(batch, self.size, tokens), present

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        features, present = self.raw(x, mask)
        return (features - self.mean) * self.scale * present, present


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


def fit(tokens: EventTokens | SampleTokens, batches: list[tuple[Tensor, Tensor]]) -> None:
    """Sets mean and scale from (x, mask) pairs of training data, over present tokens only."""
    with torch.no_grad():
        rows = []
        for x, mask in batches:
            features, present = tokens.raw(x, mask)
            rows.append(features.transpose(1, 2)[present[:, 0] > 0])
        values = torch.cat(rows)
        tokens.mean.copy_(values.mean(0).unsqueeze(1))
        tokens.scale.copy_(1.0 / values.std(0).clamp_min(1e-3).unsqueeze(1))
