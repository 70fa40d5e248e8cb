"""The study of BIDMC: for each patient every model is fitted to the first part, chosen on the next, scored on the last,
through the exported files, with the heartbeats' clock off by up to 500 ms.

A result is kept for each patient, so that a study that was stopped goes on where it was.
"""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from entrain_model import __version__, adapt, evaluate, judge, verdicts
from entrain_model import export as exports
from entrain_model import heartbeats as hb
from entrain_model.adapt import Parts, Rows
from entrain_model.contract import Contract, Modality
from entrain_model.heartbeats import Aligning, AsStamped, BeatEvidence, CanonicalEvidence, TemplateEvidence
from entrain_model.judge import Verdict
from entrain_model.recording import Events, RecordingError, Session
from entrain_model.windows import Stream, stream

ALIGNED = ("lag-posterior", "two-stage", "pulse-template")
PLAIN = ("early", "early-lag-0", "ppg-only", "beats-only")
MODELS = (*ALIGNED, *PLAIN)
TRAIN_SHARE, CHOOSE_SHARE = 0.6, 0.15
"""4.8 minutes to fit, 1.2 to choose; the last 2 minutes are reported."""
LIMIT_MILLIS = 500.0
SLOPE_MILLIS_PER_SECOND = 5.0
STREAMS = 8
"""Draws of the lag in each condition."""
CONDITIONS = ("lag-0", "constant", "drifting")
MIX = CONDITIONS[1:]
LAGS_MILLIS = tuple(hb.HOP_MILLIS / hb.PER_HOP * i for i in range(-hb.REACH, hb.REACH + 1))
LIMITS = (
    "Fitted to one patient in one bed: it is of use to no other patient.",
    "The lag was injected by us; the delay from heart to finger counts as no lag, and its changes as lag.",
)


@dataclass(frozen=True, eq=False)
class Fitted:
    network: torch.nn.Module
    contract: Contract
    figures: dict[str, object]


def parts_of(session: Session) -> tuple[Parts, tuple[int, int]]:
    """What a patient is fitted to, and the stretch that is reported."""
    streams = {type(s): s for s in session.streams.values()}
    if session.labels is None or len(streams) != 2 or len(session.streams) != 2:
        raise RecordingError(f"{session.name}: must have one stream of events, one of samples, and labels")
    train, choose, report = session.parts(0.0, TRAIN_SHARE, TRAIN_SHARE + CHOOSE_SHARE, 1.0)
    events, samples = (next(n for n, s in session.streams.items() if isinstance(s, Events) == e) for e in (True, False))
    return Parts(session, train, choose, events, samples), report


def contract_of(parts: Parts, model: str) -> Contract:
    events, samples = parts.session.streams[parts.lag_of], parts.session.streams[parts.reference]
    bins, marks = hb.PER_HOP, events.mark_names
    beats = Modality(
        name=events.name, kind="events", channels=events.channels, unit="count", bins_per_hop=bins, marks=marks
    )
    ppg = Modality(name=samples.name, kind="samples", channels=samples.channels, unit="a.u.", rate_hz=samples.rate_hz)
    unit = parts.session.labels.unit
    if model == "beats-only":
        return hb.contract_for(model, beats, None, aligns=False, unit=unit)
    return hb.contract_for(model, ppg, None if model == "ppg-only" else beats, aligns=model in ALIGNED, unit=unit)


def fit(parts: Parts) -> dict[str, Fitted]:
    """Every model, fitted to one patient. Those that align share their decoders and differ in how they find the lag."""
    with torch.no_grad():
        contract = contract_of(parts, "lag-posterior")
        marks, sets = len(contract.modality(parts.lag_of).marks), {}
        network = Aligning(contract, _evidence("lag-posterior", marks))
        start = parts.panes(contract, parts.train, 0.0)
        adapt.fit_marks(network.marks, torch.from_numpy(start.rows[parts.lag_of]))
        for span in (parts.train, parts.choose):
            sets[span] = [adapt.rows_at(network, parts, contract, span, lag) for lag in LAGS_MILLIS]
        figures = {"validation_r2": round(_fit_decoders(network, sets, parts), 4)}
        fitted = {}
        for model in ALIGNED:
            evidence = _evidence(model, marks)
            own = Aligning(contract_of(parts, model), evidence)
            shared = {k: v for k, v in network.state_dict().items() if not k.startswith(("evidence", "weights"))}
            own.load_state_dict(shared, strict=False)
            _fit_evidence(own, parts)
            fitted[model] = Fitted(own, contract_of(parts, model), figures | adapt.fit_weights(own, _paths(own, parts)))
        for model in PLAIN:
            fitted[model] = _plain(model, parts, network, sets)
    return fitted


def _evidence(model: str, marks: int) -> BeatEvidence | CanonicalEvidence | TemplateEvidence:
    if model == "lag-posterior":
        return BeatEvidence(marks)
    return CanonicalEvidence(marks) if model == "two-stage" else TemplateEvidence()


def _fit_decoders(network: Aligning, sets: dict, parts: Parts) -> float:
    def rows(span: tuple[int, int], which: str) -> list[Rows]:
        return [Rows(_chosen(beats, ppg, which), y) for beats, ppg, y in sets[span]]

    found = adapt.fit_bank(network.fused, rows(parts.train, "both"), rows(parts.choose, "both"))
    adapt.fit_bank(network.alone, rows(parts.train, "beats"), rows(parts.choose, "beats"))
    adapt.fit_bank(network.other, rows(parts.train, "ppg")[:1], rows(parts.choose, "ppg")[:1])
    y = sets[parts.train][0][2]
    network.rest.copy_(torch.stack([y.mean(0), y.var(0)]))
    return found


def _chosen(beats: torch.Tensor, ppg: torch.Tensor, which: str) -> torch.Tensor:
    return {"both": torch.cat([beats, ppg], dim=1), "beats": beats, "ppg": ppg}[which]


def _fit_evidence(network: Aligning, parts: Parts) -> None:
    """From the beats of the first part as they are recorded, which is lag 0."""
    panes = parts.panes(contract_of(parts, "lag-posterior"), parts.train, 0.0)
    made, layer = adapt.windows(panes), network.evidence
    values, there = network.marks(made.inputs[network.beats], made.inputs[f"{network.beats}_mask"])
    marks, here = hb.due_marks(values, there)
    x, mask = (torch.from_numpy(p[network.ppg]).unsqueeze(0) for p in (panes.rows, panes.masks))
    tokens = hb.ppg_tokens(x, mask)[0][0]
    first = (adapt.SETTLED_HOPS - hb.DUE_HOPS) * hb.PER_HOP
    at = first + torch.arange(here.numel()).reshape(here.shape)
    chosen = here > 0.5
    around = tokens.unfold(0, hb.BEFORE + hb.AFTER, 1)
    if isinstance(layer, BeatEvidence):
        adapt.fit_evidence(layer, tokens, marks[chosen], at[chosen])
    canonical = layer.canonical if isinstance(layer, BeatEvidence) else layer
    if isinstance(canonical, CanonicalEvidence):
        adapt.fit_canonical(canonical, around[at.flatten() - hb.BEFORE], hb.beat_tokens(marks, here).flatten(0, 1))
    else:
        layer.template.copy_(hb.wave(around[at[chosen] - hb.BEFORE].unsqueeze(0))[0].mean(0) / (hb.SHAPE + hb.AFTER))


def _paths(network: Aligning, parts: Parts) -> list[Stream]:
    """The choosing part under lags of every kind that is reported."""
    contract = contract_of(parts, "lag-posterior")
    return [
        stream(parts.session, contract, parts.choose, lag_of(condition, i, 500), parts.lag_of)
        for condition in MIX
        for i in range(STREAMS)
    ]


def _plain(model: str, parts: Parts, network: Aligning, sets: dict) -> Fitted:
    contract = contract_of(parts, model)
    plain = AsStamped(contract)
    plain.marks.load_state_dict(network.marks.state_dict() if plain.beats else plain.marks.state_dict())
    which = {"ppg-only": "ppg", "beats-only": "beats"}.get(model, "both")
    spans = []
    for span in (parts.train, parts.choose):
        rows = [Rows(_chosen(beats, ppg, which), y) for beats, ppg, y in sets[span]]
        middle = [rows[hb.REACH]]
        spans.append(middle if model in ("early-lag-0", "ppg-only") else rows)
    value = adapt.fit_bank(plain.bank, *spans, pooled=True)
    return Fitted(plain, contract, {"validation_r2": round(value, 4)})


def lag_of(condition: str, i: int, seed: int):
    """The i-th lag of a condition, a function of seconds to ms: spread evenly over +-500 ms, or going up or down from
    there at up to 5 ms a second and turning at the ends."""
    rng = np.random.default_rng([seed, i])
    first = -LIMIT_MILLIS + 2 * LIMIT_MILLIS / STREAMS * (i + rng.random())
    slope = 0.0
    if condition == "drifting":
        slope = rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 1.0) * SLOPE_MILLIS_PER_SECOND
    if condition == "lag-0":
        first = 0.0

    def lag(seconds: np.ndarray) -> np.ndarray:
        along = (first + slope * seconds + LIMIT_MILLIS) % (4 * LIMIT_MILLIS)
        return np.where(along > 2 * LIMIT_MILLIS, 4 * LIMIT_MILLIS - along, along) - LIMIT_MILLIS

    return lag


def export(fitted: dict[str, Fitted], parts: Parts, folder: Path) -> dict[str, Path]:
    paths = {}
    for model, f in fitted.items():
        provenance = {
            "model": model,
            "data": parts.session.source,
            "split": "fitted to the first 60 % of the time, chosen on the next 15 %, reported on the last 25 %",
            "seed": 0,
            "code_version": __version__,
            "created": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "parameters": sum(b.numel() for b in f.network.buffers()),
            "metrics": f.figures,
            "limits": list(LIMITS),
        }
        paths[model] = folder / f"{model}.onnx"
        exports.export(f.network, dataclasses.replace(f.contract, provenance=provenance), paths[model])
    return paths


def judged(paths: dict[str, Path], parts: Parts, span: tuple[int, int]) -> list[Verdict]:
    """Every file under every condition; the belief begins 60 s before the stretch that is scored."""
    warm = hb.WARMUP_HOPS * hb.HOP_MILLIS * 1_000_000
    found = []
    for model, path in paths.items():
        for oracle in (False, True) if model == "lag-posterior" else (False,):
            contract = contract_of(parts, model)
            lags = [("lag-0", 0)] + [(c, i) for c in MIX for i in range(STREAMS)]
            streams = [
                stream(parts.session, contract, (span[0] - warm, span[1]), lag_of(c, i, 900), parts.lag_of)
                for c, i in lags
            ]
            decoded = evaluate.decode(path, streams, oracle=oracle, start_hop=hb.WARMUP_HOPS)
            for condition in CONDITIONS:
                picked = [j for j, (c, _) in enumerate(lags) if c == condition]
                name = model + (", true lag" if oracle else "")
                found.append(judge.verdict(decoded.only(picked), name, parts.session.name, condition))
    return found


def run(session: Session, models: Path, results: Path) -> list[Verdict]:
    """The verdicts on one patient: kept ones, or made anew."""
    kept = results / "verdicts" / f"{session.name}.json"
    known = verdicts.load(kept)
    if known is not None:
        return known
    parts, span = parts_of(session)
    paths = export(fit(parts), parts, models / session.name)
    found = judged(paths, parts, span)
    verdicts.store(kept, exports.file_hash(paths["lag-posterior"]), found)
    return found
