"""What is fitted on validation streams after training: the lag filter's settings, and the scale of the variances.

A stream of validation time is run whole: convolutions see it as one long window, which is what both exported forms
compute hop by hop.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from entrain_model import filter_fit
from entrain_model.canonical import CanonicalLagPosterior
from entrain_model.contract import Contract
from entrain_model.evaluate import NORMAL_90
from entrain_model.features import window
from entrain_model.lag_posterior import READOUT_TOKENS, LagPosterior
from entrain_model.recipe import Recipe, Task
from entrain_model.windows import Stream, noisy_session, stream, wandering_lag

JITTER_MILLIS = 8.0
CHUNK = 256
Evidence = Callable[[dict[str, Tensor], dict[str, Tensor]], Tensor]
"""As `LagPosterior.evidence_of`."""


def choice_streams(task: Task, recipe: Recipe, contract: Contract) -> list[tuple[str, Stream]]:
    """The validation stretches under wandering lags and every level of noise, with packet jitter as in the field, then
    clean ones with the heaviest jitter of the training; each with a word for what it is."""
    streams = []
    heaviest = max(recipe.augmentation.jitter_millis)
    kinds = [(f"noise_{sigma:g}", sigma, JITTER_MILLIS) for sigma in recipe.track_noise]
    kinds += [(f"jitter_{heaviest:g}", 0.0, heaviest)] if heaviest > 2 * JITTER_MILLIS else []
    for i, (session, span) in enumerate(task.choose):
        seconds, limit = (span[1] - span[0]) / 1e9, recipe.augmentation.lag_millis
        for path in range(recipe.track_paths):
            for j, (word, sigma, jitter) in enumerate(kinds):
                seed = 77 + 100 * i + 10 * path + j
                lag = wandering_lag(recipe.wander_sd_millis, recipe.wander_seconds, limit, seconds, seed)
                loud = noisy_session(session, sigma, span, seed) if sigma > 0 else session
                streams.append((word, stream(loud, contract, span, lag, task.lag_of, jitter_millis=jitter, seed=seed)))
    return streams


def raws(network: nn.Module, s: Stream) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Raw features [1, F, T] and masks [1, 1, past + T] of a whole stream."""
    features, masks = {}, {}
    for name, f in network.features.items():
        x, mask = (torch.from_numpy(part[name]).unsqueeze(0) for part in (s.rows, s.masks))
        features[name], masks[name] = window(f, x, mask)
    return features, masks


def scores(
    network: LagPosterior, features: dict[str, Tensor], masks: dict[str, Tensor], evidence_of: Evidence | None = None
) -> Tensor:
    """Evidence [1, H, L] of every hop of a stream (default: the network's whole evidence), in chunks: a whole stream's
    pairs are too many for one product."""
    evidence_of = evidence_of or network.evidence_of
    tokens = next(iter(features.values())).shape[2]
    step, before = CHUNK * network.per_hop, network.reach + 32
    before = -(-before // network.per_hop) * network.per_hop
    rows = []
    for start in range(0, tokens, step):
        first = max(0, start - before)
        part = {n: x[:, :, first : start + step] for n, x in features.items()}
        spans = {}
        for n, mask in masks.items():
            spans[n] = mask[:, :, first : network.features[n].past_tokens + start + step]
        rows.append(evidence_of(part, spans)[:, (start - first) // network.per_hop :])
    return torch.cat(rows, dim=1)


def calibrate(network: nn.Module, task: Task, recipe: Recipe, contract: Contract) -> dict[str, float]:
    """Fits what is fitted, and returns what validation said of it."""
    words, streams = zip(*choice_streams(task, recipe, contract), strict=True)
    figures: dict[str, float] = {}
    with torch.no_grad():
        prepared = [raws(network, s) for s in streams]
        if isinstance(network, LagPosterior):
            evidences = [scores(network, *p) for p in prepared]
            mixes = isinstance(network, CanonicalLagPosterior)
            canonical = [scores(network, *p, network.canonical_of) for p in prepared] if mixes else []
            figures |= _fit_filter(network, words, streams, evidences, canonical)
            if mixes:
                network.share.fill_(figures["canonical_share"])
                evidences = [e + network.share * c for e, c in zip(evidences, canonical, strict=True)]
        errors = [[], []]
        for i, (s, (features, masks)) in enumerate(zip(streams, prepared, strict=True)):
            if isinstance(network, LagPosterior):
                posterior = filter_fit.track(network, evidences[i]).sum(2)[0]
                found = _decoded(network, features, masks, posterior)
            else:
                found = _dense(network, features, masks, recipe)
            targets = torch.from_numpy(s.targets)
            for k, (delay, mean, log_variance) in enumerate(((0, *found[:2]), (recipe.delay_tokens, *found[2:4]))):
                hops, rows = found[4], delay // contract.tokens_per_hop
                left = mean - targets[hops - rows]
                errors[k].append((left.abs() * torch.exp(-0.5 * log_variance)).flatten())
        for k in range(2):
            # A gaussian's scale that covers 90 % rather than the one of the largest likelihood: tails are heavier.
            wide = torch.quantile(torch.cat(errors[k])[::7], 0.9) / NORMAL_90
            network.readout.log_variance_shift[k] += 2 * torch.log(wide)
    return figures


def _decoded(
    network: LagPosterior, features: dict[str, Tensor], masks: dict[str, Tensor], posterior: Tensor
) -> tuple[Tensor, ...]:
    """Four tensors [n, K] and the hops [n] that they are of: every hop that has all a decode reaches back."""
    streams = network.embed(features, masks)
    hops = torch.arange(-(-network.held // network.per_hop), len(posterior))
    parts = []
    for chosen in hops.split(CHUNK):
        ends = (chosen + 1) * network.per_hop
        places = ends[:, None] + torch.arange(-network.held, 0)
        cut = {n: tuple(x[0][:, places].transpose(0, 1) for x in pair) for n, pair in streams.items()}
        parts.append(network.decode(cut, posterior[chosen]))
    return (*(torch.cat(p) for p in zip(*parts, strict=True)), hops)


def _dense(
    network: nn.Module, features: dict[str, Tensor], masks: dict[str, Tensor], recipe: Recipe
) -> tuple[Tensor, ...]:
    """The same of a rival, in windows as long as those of training."""
    size, per_hop = recipe.tokens, recipe.bins_per_hop
    tokens = next(iter(features.values())).shape[2]
    step = size - READOUT_TOKENS + 1
    starts = torch.arange(0, tokens - size + 1, step)
    place = starts[:, None] + torch.arange(size)
    raw, mask = {}, {}
    for name, x in features.items():
        past = network.features[name].past_tokens
        raw[name] = x[0][:, place].transpose(0, 1)
        mask[name] = masks[name][0][:, starts[:, None] + torch.arange(past + size)].transpose(0, 1)
    parts = []
    for some in torch.arange(len(starts)).split(32):
        parts.append(
            network.decode({n: x[some] for n, x in raw.items()}, {n: x[some] for n, x in mask.items()}, newest=False)
        )
    ends = (starts[:, None] + torch.arange(READOUT_TOKENS - 1, size)).flatten()
    whole = (ends + 1) % per_hop == 0
    late = whole & ((ends + 1) // per_hop - 1 >= recipe.delay_tokens // per_hop)
    found = [torch.cat(p).transpose(1, 2).flatten(0, 1)[late] for p in zip(*parts, strict=True)]
    return (*found, (ends[late] + 1) // per_hop - 1)


def _fit_filter(
    network: LagPosterior,
    words: tuple[str, ...],
    streams: tuple[Stream, ...],
    evidences: list[Tensor],
    canonical: list[Tensor],
) -> dict[str, float]:
    """Fits the filter on all streams, equally long: one stretch each; with the lag's error on each kind of stream."""
    truth = torch.from_numpy(np.stack([s.lag_millis for s in streams])).float()
    figures, rmse = filter_fit.fit(network, torch.cat(evidences), truth, torch.cat(canonical) if canonical else None)
    for word in dict.fromkeys(words):
        rows = [float(r) for w, r in zip(words, rmse, strict=True) if w == word]
        figures[f"validation_lag_rmse_millis_{word}"] = round(float(np.mean(rows)), 2)
    return figures
