"""Supervised training on augmented windows and the choice of a checkpoint on validation windows.

All networks see the same windows. A rival is causal, so every step of a window is an example. The lag-posterior network
runs its filter over the window from a belief as it meets in a stream, and decodes at several hops, each with what had
arrived by then.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from entrain_model import ridge
from entrain_model.bank import Bank, Batch
from entrain_model.canonical import WithVariates
from entrain_model.contract import Contract
from entrain_model.evaluate import r2
from entrain_model.heads import Heads
from entrain_model.lag_posterior import LagPosterior
from entrain_model.recipe import Recipe, Task, build
from entrain_model.ridge import Ridge
from entrain_model.rivals import Rival
from entrain_model.two_stage import TwoStage

Progress = Callable[[int, int, str], None]
LOCKED_SHARE = 0.5
"""Of the windows decoded with a belief as it is after long tracking, rather than with the window's own."""
LOG_EVERY = 20
SAVE_EVERY = 100


def banks(task: Task, recipe: Recipe, contract: Contract, seed: int) -> tuple[list[Bank], list[Bank]]:
    """Training banks, and validation banks whose windows have the training lags and noise but nothing missing."""
    whole = dataclasses.replace(recipe.augmentation, gap_share=0.0, missing_share=0.0, cold_share=0.0)
    train = [
        Bank(s, contract, span, recipe.augmentation, task.lag_of, seed=seed + i)
        for i, (s, span) in enumerate(task.train)
    ]
    choose = [Bank(s, contract, span, whole, task.lag_of, seed=1000 + i) for i, (s, span) in enumerate(task.choose)]
    return train, choose


def train(
    task: Task,
    recipe: Recipe,
    contract: Contract,
    model: str,
    seed: int,
    progress: Progress,
    keep: Path | None = None,
) -> nn.Module:
    """Trains and chooses; returns the network in evaluation mode, not yet calibrated.

    `progress` is called with the step, the number of steps and a few words. With `keep` the training is saved there
    from time to time, and one that was stopped goes on from it to the same result; what was saved of another training
    (model, seed, recipe, contract or data) is not used."""
    torch.manual_seed(seed)
    network = build(contract, recipe, model)
    drawn, choosers = banks(task, recipe, contract, seed)
    chosen = [c.batch(256 // len(choosers), recipe.tokens) for c in choosers]
    if isinstance(network, Ridge):
        batches = max(2, recipe.ridge_windows // recipe.batch)
        return ridge.fit(
            network, drawn, chosen, batches=batches, size=recipe.batch, tokens=recipe.tokens, progress=progress
        )
    with torch.no_grad():
        drawn[0].fit(dict(network.features.items()))
        _scale_targets(network, drawn)
        if isinstance(network, WithVariates):
            batch = drawn[0].aligned().batch(256, recipe.tokens)
            network.fit(batch.raws, batch.masks)
    what = repr((model, seed, recipe, contract, [(s.name, s.source, span) for s, span in task.train + task.choose]))
    saved = Saved(keep, what) if keep else None
    heads = Heads.of(network, recipe.head_weight, task.lag_of)
    _descend(network, drawn, chosen, recipe, np.random.default_rng(seed), progress, saved, heads)
    if heads:
        heads.leave()
    return network.eval()


@dataclass(frozen=True)
class Saved:
    """Where a training is saved, and which training it is."""

    path: Path
    what: str

    def load(self) -> dict | None:
        kept = torch.load(self.path, weights_only=False) if self.path.is_file() else None
        return kept if kept and kept["what"] == self.what else None

    def store(self, kept: dict) -> None:
        """All of it or nothing: a training may be stopped while it is saved."""
        new = self.path.with_suffix(".new")
        torch.save(kept | {"what": self.what}, new)
        new.replace(self.path)


def _scale_targets(network: nn.Module, drawn: list[Bank]) -> None:
    values = torch.cat([b.labels for b in drawn])
    network.readout.mean.copy_(values.mean(0)[:, None])
    network.readout.sd.copy_(values.std(0)[:, None])


def _descend(
    network: nn.Module,
    drawn: list[Bank],
    chosen: list[Batch],
    recipe: Recipe,
    rng: np.random.Generator,
    progress: Progress,
    saved: Saved | None,
    heads: Heads | None = None,
) -> None:
    trained = [p for p in network.parameters() if p.requires_grad] + (list(heads.parameters()) if heads else [])
    optimiser = torch.optim.AdamW(trained, lr=recipe.rate, weight_decay=recipe.decay)
    warmup = min(recipe.warmup, recipe.steps // 4 + 1)

    def rate(step: int) -> float:
        along = max(0.0, (step - warmup) / max(1, recipe.steps - warmup))
        return min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * min(1.0, along)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    best, best_state, first = -math.inf, None, 0
    network.log = []
    if saved and (kept := saved.load()):
        first, best, best_state, network.log = kept["step"], kept["best"], kept["best_state"], kept["log"]
        network.load_state_dict(kept["network"])
        if heads:
            heads.load_state_dict(kept["heads"])
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        torch.set_rng_state(kept["torch"])
        for generator, state in zip([rng, *(b.rng for b in drawn)], kept["generators"], strict=True):
            generator.bit_generator.state = state
    for step in range(first, recipe.steps):
        network.train()
        batch = drawn[rng.integers(len(drawn))].batch(recipe.batch, recipe.tokens)
        loss = losses(network, batch, recipe, rng, likelihood=step >= recipe.squared_share * recipe.steps)
        if heads:
            loss = loss + recipe.head_weight * heads.loss(batch)
        optimiser.zero_grad()
        loss.backward()
        if (step + 1) % LOG_EVERY == 0:
            network.log.append({"step": step + 1, "loss": round(loss.item(), 5)} | gradient_norms(network))
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        schedule.step()
        every = max(1, recipe.steps // 14)
        if step + 1 == recipe.steps or (step > recipe.steps // 2 and (step + 1) % every == 0):
            value = window_r2(network, chosen, recipe)
            if value > best:
                best, best_state = value, copy.deepcopy(network.state_dict())
        words = f" validation R2 {best:.3f}" if best_state else ""
        progress(step + 1, recipe.steps, f"loss {loss.item():.3f}{words}")
        if saved and (step + 1) % SAVE_EVERY == 0:
            generators = [g.bit_generator.state for g in [rng, *(b.rng for b in drawn)]]
            kept = {"step": step + 1, "best": best, "best_state": best_state, "log": network.log}
            kept |= {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            kept |= {"heads": heads.state_dict() if heads else None}
            kept |= {"schedule": schedule.state_dict(), "torch": torch.get_rng_state(), "generators": generators}
            saved.store(kept)
    network.load_state_dict(best_state)
    network.validation_r2 = best


def gradient_norms(network: nn.Module) -> dict[str, float]:
    """Norm of the gradient in each modality's encoder, before clipping: a stream that starves may show here."""
    norms = {}
    for name, encoder in getattr(network, "encoders", {}).items():
        squares = sum(float((p.grad**2).sum()) for p in encoder.parameters() if p.grad is not None)
        norms[f"{name}_gradient_norm"] = round(math.sqrt(squares), 6)
    return norms


def losses(network: nn.Module, batch: Batch, recipe: Recipe, rng: np.random.Generator, likelihood: bool) -> Tensor:
    """One number to descend: the decode's error at the newest and the delayed step, and the lag's cross-entropy."""
    delay, tokens = recipe.delay_tokens, batch.targets.shape[1]
    lag_loss = 0.0
    if isinstance(network, LagPosterior):
        hops = _hops(network, tokens, recipe.cuts, rng)
        parts, lag_loss = _aligned(network, batch, hops, recipe)
        ends = [(h + 1) * network.per_hop - 1 for h in hops]
    else:
        found = network.decode(batch.raws, batch.masks, newest=False)
        steps = found[0].shape[2]
        ends = list(range(tokens - steps, tokens))
        parts = [part.transpose(1, 2) for part in found]
    ends = torch.tensor(ends)
    sd = network.readout.sd[:, 0]
    loss = 0.0
    for share, mean, log_variance, at in (
        (recipe.newest_share, parts[0], parts[1], ends),
        (1.0 - recipe.newest_share, parts[2], parts[3], ends - delay),
    ):
        error = ((mean - batch.targets[:, at]) / sd) ** 2
        if likelihood:
            spread = log_variance - 2 * torch.log(sd)
            nll = 0.5 * (spread + error * torch.exp(-spread))
            loss = loss + share * (nll * torch.exp(0.5 * spread.detach())).mean()
        else:
            loss = loss + share * error.mean()
    return loss + recipe.lag_weight * lag_loss


def _hops(network: LagPosterior, tokens: int, cuts: int, rng: np.random.Generator) -> list[int]:
    """Hops of a window at whose end it is decoded: the newest and others that have all that a decode reaches back."""
    last = tokens // network.per_hop - 1
    first = -(-network.held // network.per_hop)
    return sorted({last, *rng.integers(first, last, cuts - 1).tolist()})


def _first_belief(network: LagPosterior, lag_millis: Tensor) -> Tensor:
    """Beliefs [B, M, L] that windows start from: half the prior, half around the truth [B], as in a stream."""
    lags = network.filter.grid_millis / network.token_millis
    truth = (lag_millis / network.token_millis).unsqueeze(1)
    width = 0.5 + 4 * torch.rand(len(truth), 1)
    centre = truth + 0.7 * width * torch.randn(len(truth), 1)
    around = torch.softmax(-0.5 * ((lags - centre) / width) ** 2, dim=1) + 1e-5
    prior = network.filter.prior.expand_as(around)
    start = torch.where(torch.rand(len(truth), 1) < 0.5, prior, around)
    return start.unsqueeze(1).repeat(1, network.filter.hypotheses, 1)


def _aligned(network: LagPosterior, batch: Batch, hops: list[int], recipe: Recipe) -> tuple[list[Tensor], Tensor]:
    """Four tensors [B, cuts, K] and the lag's cross-entropy over all hops; the temperature is 1 in training."""
    streams = network.embed(batch.raws, batch.masks)
    truth = batch.lag_millis
    if isinstance(network, TwoStage):
        posteriors, entropy = _near(network, truth, recipe), torch.zeros(())
    else:
        posteriors = run_filter(network, network.score(streams), _first_belief(network, truth[:, 0]), raw=True).sum(2)
        entropy = _cross_entropy(network, posteriors, truth, streams, recipe)
        locked = (torch.rand(len(truth), 1, 1) < LOCKED_SHARE).float()
        posteriors = locked * _near(network, truth, recipe) + (1.0 - locked) * posteriors
    ends = (torch.tensor(hops) + 1) * network.per_hop
    places = (ends[:, None] + torch.arange(-network.held, 0)).flatten()

    def cut(x: Tensor) -> Tensor:  # [B, W, T] to the newest `held` tokens at every cut, [cuts * B, W, held]
        picked = x.index_select(2, places).reshape(x.shape[0], x.shape[1], len(hops), network.held)
        return picked.permute(2, 0, 1, 3).flatten(0, 1)

    until = {name: (cut(h), cut(mask)) for name, (h, mask) in streams.items()}
    posterior = posteriors.index_select(1, torch.tensor(hops)).transpose(0, 1).flatten(0, 1)
    decoded = network.decode(until, posterior)
    return [part.reshape(len(hops), len(truth), -1).transpose(0, 1) for part in decoded], entropy


def _near(network: LagPosterior, truth: Tensor, recipe: Recipe) -> Tensor:
    """Posteriors [B, H, L] of a tracker that is right within a token or two: what the two-stage decoder trains on."""
    lags = network.filter.grid_millis / network.token_millis
    least, most = recipe.near_tokens
    off, width = torch.randn(len(truth), 1, 1), least + (most - least) * torch.rand(len(truth), 1, 1)
    centre = (truth / network.token_millis).unsqueeze(2) + 0.5 * width * off
    return torch.softmax(-0.5 * ((lags - centre) / width) ** 2, dim=2)


def run_filter(network: LagPosterior, scores: Tensor, belief: Tensor, *, raw: bool = False) -> Tensor:
    """Beliefs [B, H, M, L] from evidence [B, H, L] and the belief [B, M, L] before."""
    rows = []
    for score in scores.unbind(1):
        belief = network.filter.weigh(network.filter.predict(belief), score, raw=raw)
        rows.append(belief)
    return torch.stack(rows, dim=1)


def _cross_entropy(
    network: LagPosterior,
    posteriors: Tensor,
    truth: Tensor,
    streams: dict[str, tuple[Tensor, Tensor]],
    recipe: Recipe,
) -> Tensor:
    """Mean over hops and over the windows in which both streams are there, from the sixth hop on."""
    lags = network.filter.grid_millis / network.token_millis
    label = torch.softmax(
        -0.5 * ((lags - (truth / network.token_millis).unsqueeze(2)) / recipe.label_sd_tokens) ** 2, dim=2
    )
    entropy = -(label * torch.log(posteriors + 1e-9)).sum(2)[:, 5:].mean(1)
    shares = [present[:, 0].mean(1) for _, present in streams.values()]
    known = ((shares[0] > 0.3) & (shares[1] > 0.3)).float()
    return (entropy * known).sum() / known.sum().clamp_min(1.0)


def window_r2(network: nn.Module, batches: list[Batch], recipe: Recipe) -> float:
    """Mean R2 of the newest and the delayed step of separate windows, the lag estimated from each window alone."""
    network.eval()
    found: list[list[np.ndarray]] = [[], [], [], []]
    with torch.no_grad():
        for batch in batches:
            means = newest(network, batch, recipe)
            for kept, values in zip(found, (means[0], means[1], *_targets(network, batch)), strict=True):
                kept.append(values.numpy())
    now, delayed, now_true, delayed_true = (np.concatenate(values) for values in found)
    return (r2(now, now_true) + r2(delayed, delayed_true)) / 2


def newest(network: nn.Module, batch: Batch, recipe: Recipe) -> tuple[Tensor, Tensor]:
    """Decoded means [B, K] of the newest and the delayed step of each window."""
    if isinstance(network, Rival):
        found = network.decode(batch.raws, batch.masks, newest=True)
        return found[0][:, :, 0], found[2][:, :, 0]
    streams = network.embed(batch.raws, batch.masks)
    if isinstance(network, TwoStage):
        posterior = _near(network, batch.lag_millis, recipe)[:, -1]
    else:
        first = network.filter.first().expand(len(batch.targets), -1, -1)
        posterior = run_filter(network, network.score(streams), first, raw=True)[:, -1].sum(1)
    found = network.decode(streams, posterior)
    return found[0], found[2]


def _targets(network: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    return batch.targets[:, -1], batch.targets[:, -1 - network.delay_tokens]
