"""The contract inside an ONNX file: what the host must feed a model, what it gets back, and which state it keeps.

It is JSON under the key `entrain.contract` of the file's `metadata_props`, and the only thing Python and Java share.
Tensors that follow from it, all float32 with a dynamic first dimension B:

    in   <modality>             [B, context_hops * steps, channels * (1 + marks)]
         <modality>_mask        [B, context_hops * steps]      1 present, 0 missing
         <state>                [B, *shape]
    out  <output>               [B, K]                         for the newest step of the window
         <output log_variance>  [B, K]
         <lag posterior>        [B, L] and <lag millis> [B]    where the model estimates a lag
         <headroom>             [B]                            where it says how safely
         <attention>            [B, *shape]                    where the model shows one
         <state next>           [B, *shape]

Events come as raw counts per bin, samples raw in the modality's unit. What stands under a mask of 0 changes nothing.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import onnx

VERSION = 2
"""Version 2 added `delay_millis` of outputs, and `headroom` and `allowed` of the lag; version 1 has none of them."""
KEY = "entrain.contract"
MAX_DELAY_MILLIS = 60_000


class ContractError(ValueError):
    """A contract that cannot be kept: the message names what, the value and the bound."""


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ContractError(message)


def _positive(what: str, value: object) -> None:
    ok = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    _require(ok, f"{what} is {value!r}, must be a whole number of at least 1")


def _finite(what: str, values: tuple[float, ...]) -> None:
    for value in values:
        ok = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        _require(ok, f"{what} holds {value!r}, must be finite numbers")


@dataclass(frozen=True, kw_only=True)
class Modality:
    """One input stream. `events` have `bins_per_hop` and `marks`, `samples` have `rate_hz`."""

    name: str
    kind: str
    channels: int
    unit: str
    bins_per_hop: int | None = None
    marks: tuple[str, ...] = ()
    rate_hz: int | None = None

    def steps(self, hop_millis: int) -> int:
        """Rows of this modality in one hop: bins of events, or samples."""
        return self.bins_per_hop if self.kind == "events" else self.rate_hz * hop_millis // 1000

    @property
    def planes(self) -> int:
        """Columns of the input tensor: counts of every channel, then one plane of every channel for each mark."""
        return self.channels * (1 + len(self.marks))

    def check(self, hop_millis: int) -> None:
        what = f"modality {self.name!r}"
        _require(bool(self.name), "a modality has an empty name")
        _require(self.kind in ("events", "samples"), f"{what}: kind is {self.kind!r}, must be 'events' or 'samples'")
        _positive(f"{what}: channels", self.channels)
        if self.kind == "events":
            _positive(f"{what}: bins_per_hop", self.bins_per_hop)
            whole = (hop_millis * 1_000_000) % self.bins_per_hop == 0
            _require(whole, f"{what}: bins_per_hop is {self.bins_per_hop}, must divide the hop of {hop_millis} ms")
            _require(self.rate_hz is None, f"{what}: rate_hz is {self.rate_hz}, but events have no rate")
        else:
            _positive(f"{what}: rate_hz", self.rate_hz)
            whole = self.rate_hz * hop_millis % 1000 == 0
            _require(whole, f"{what}: rate_hz is {self.rate_hz}, must give whole samples in a hop of {hop_millis} ms")
            _require(self.bins_per_hop is None, f"{what}: bins_per_hop is {self.bins_per_hop}, but samples have none")
            _require(not self.marks, f"{what}: marks are {list(self.marks)}, but samples have none")


@dataclass(frozen=True, kw_only=True)
class State:
    """A tensor the host keeps for each session. `initial` is row-major, or one number for every element."""

    name: str
    next: str
    shape: tuple[int, ...]
    initial: tuple[float, ...]

    def check(self) -> None:
        what = f"state {self.name!r}"
        _require(bool(self.name) and bool(self.next), f"{what}: name and next must not be empty")
        _require(len(self.shape) > 0, f"{what}: shape is empty, must have at least one dimension")
        for size in self.shape:
            _positive(f"{what}: shape", size)
        size = math.prod(self.shape)
        ok = len(self.initial) in (1, size)
        _require(ok, f"{what}: initial has {len(self.initial)} values, must have 1 or {size} (shape {self.shape})")
        _finite(f"{what}: initial", self.initial)


@dataclass(frozen=True, kw_only=True)
class Component:
    name: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Output:
    """A decoded quantity: the tensor `name` [B, K] of means and `log_variance` [B, K] of natural log variances, for the
    instant `delay_millis` before the window's end."""

    name: str
    log_variance: str
    components: tuple[Component, ...]
    delay_millis: int = 0


@dataclass(frozen=True, kw_only=True)
class Lag:
    """Lag of modality `of` on the clock of `relative_to`: positive where `of` is stamped late.

    `headroom` names an output [B], the alignment headroom; `allowed` a state [L] that is 1 where a lag is allowed and 0
    elsewhere, which the host sets from a pinned lag or range. A model may have neither."""

    of: str
    relative_to: str
    grid_millis: tuple[float, ...]
    posterior: str = "lag_posterior"
    millis: str = "lag_millis"
    headroom: str | None = None
    allowed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attention:
    """A tensor to look at. Here: the posterior over the lag grid that the newest window alone supports."""

    output: str
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Contract:
    name: str
    hop_millis: int
    context_hops: int
    warmup_hops: int
    modalities: tuple[Modality, ...]
    outputs: tuple[Output, ...]
    states: tuple[State, ...] = ()
    lag: Lag | None = None
    attention: Attention | None = None
    provenance: dict = field(default_factory=dict)
    version: int = VERSION

    def modality(self, name: str) -> Modality:
        for modality in self.modalities:
            if modality.name == name:
                return modality
        raise ContractError(f"modality {name!r} is not in the contract, which has {[m.name for m in self.modalities]}")

    def rows(self, modality: Modality) -> int:
        """Rows of this modality's input tensor: `context_hops * steps`."""
        return self.context_hops * modality.steps(self.hop_millis)

    @property
    def tokens_per_hop(self) -> int:
        """Tokens are the bins of the events; without events 10 ms, or the whole hop where 10 ms do not divide it."""
        bins = [m.bins_per_hop for m in self.modalities if m.kind == "events"]
        return max(bins) if bins else self.hop_millis // 10 if self.hop_millis % 10 == 0 else 1

    def inputs(self) -> dict[str, tuple[int, ...]]:
        """Name and shape (without B) of every graph input, in order."""
        shapes: dict[str, tuple[int, ...]] = {}
        for m in self.modalities:
            shapes[m.name] = (self.rows(m), m.planes)
            shapes[f"{m.name}_mask"] = (self.rows(m),)
        return shapes | {s.name: s.shape for s in self.states}

    def results(self) -> dict[str, tuple[int, ...]]:
        """Name and shape (without B) of every graph output, in order."""
        shapes: dict[str, tuple[int, ...]] = {}
        for output in self.outputs:
            shapes[output.name] = shapes[output.log_variance] = (len(output.components),)
        if self.lag:
            shapes[self.lag.posterior] = (len(self.lag.grid_millis),)
            shapes[self.lag.millis] = ()
            if self.lag.headroom:
                shapes[self.lag.headroom] = ()
        if self.attention:
            shapes[self.attention.output] = self.attention.shape
        return shapes | {s.next: s.shape for s in self.states}

    def check(self) -> Contract:
        """Returns itself, or raises ContractError on the first thing that cannot be kept."""
        known = isinstance(self.version, int) and 1 <= self.version <= VERSION
        _require(known, f"contract version is {self.version!r}, this code reads versions 1 to {VERSION}")
        _require(bool(self.name), "contract name is empty")
        _positive("hop_millis", self.hop_millis)
        _positive("context_hops", self.context_hops)
        hops = self.warmup_hops
        _require(isinstance(hops, int) and hops >= 0, f"warmup_hops is {hops!r}, must be a whole number of at least 0")
        _require(len(self.modalities) > 0, "contract has no modality, must have at least one")
        _require(len(self.outputs) > 0, "contract has no output, must have at least one")
        for modality in self.modalities:
            modality.check(self.hop_millis)
        for state in self.states:
            state.check()
        self._check_outputs()
        if self.lag:
            self._check_lag(self.lag)
        self._check_names()
        return self

    def _check_outputs(self) -> None:
        seen = set()
        for output in self.outputs:
            what, delay = f"output {output.name!r}", output.delay_millis
            _require(len(output.components) > 0, f"{what} has no component, must have at least one")
            ok = isinstance(delay, int) and 0 <= delay <= MAX_DELAY_MILLIS and delay % self.hop_millis == 0
            bound = f"must be a multiple of the hop of {self.hop_millis} ms, from 0 to {MAX_DELAY_MILLIS}"
            _require(ok, f"{what}: delay_millis is {delay!r}, {bound}")
            for component in output.components:
                again = (component.name, delay) in seen
                _require(not again, f"{what}: component {component.name!r} stands twice at a delay of {delay} ms")
                seen.add((component.name, delay))

    def _check_lag(self, lag: Lag) -> None:
        names = [m.name for m in self.modalities]
        _require(lag.of in names, f"lag: of is {lag.of!r}, must be one of {names}")
        _require(lag.relative_to in names, f"lag: relative_to is {lag.relative_to!r}, must be one of {names}")
        _require(lag.of != lag.relative_to, f"lag: of and relative_to are both {lag.of!r}, must differ")
        _require(len(lag.grid_millis) >= 2, f"lag: grid_millis has {len(lag.grid_millis)} values, must have at least 2")
        _finite("lag: grid_millis", lag.grid_millis)
        rising = all(a < b for a, b in zip(lag.grid_millis, lag.grid_millis[1:], strict=False))
        _require(rising, "lag: grid_millis must rise from value to value")
        if lag.allowed is not None:
            shapes = {s.name: s.shape for s in self.states}
            wanted = (len(lag.grid_millis),)
            found = shapes.get(lag.allowed)
            _require(found == wanted, f"lag: allowed is {lag.allowed!r}, must be a state of shape {wanted}, is {found}")

    def _check_names(self) -> None:
        names = [m.name for m in self.modalities] + [f"{m.name}_mask" for m in self.modalities]
        names += [s.name for s in self.states] + [s.next for s in self.states]
        names += [n for o in self.outputs for n in (o.name, o.log_variance)]
        names += [self.lag.posterior, self.lag.millis] if self.lag else []
        names += [self.lag.headroom] if self.lag and self.lag.headroom else []
        names += [self.attention.output] if self.attention else []
        for name in names:
            _require(names.count(name) == 1, f"tensor name {name!r} stands {names.count(name)} times, must be unique")

    def to_json(self) -> str:
        def modality(m: Modality) -> dict:
            own = {"bins_per_hop": m.bins_per_hop} if m.kind == "events" else {"rate_hz": m.rate_hz}
            marks = {"marks": list(m.marks)} if m.kind == "events" else {}
            return {"name": m.name, "kind": m.kind, "channels": m.channels, **own, "unit": m.unit, **marks}

        tree = {"version": self.version, "name": self.name, "hop_millis": self.hop_millis}
        tree |= {"context_hops": self.context_hops, "warmup_hops": self.warmup_hops}
        tree["modalities"] = [modality(m) for m in self.modalities]
        for key in ("states", "outputs"):
            tree[key] = [dataclasses.asdict(part) for part in getattr(self, key)]
        for key in ("lag", "attention"):
            tree[key] = dataclasses.asdict(getattr(self, key)) if getattr(self, key) else None
        tree["provenance"] = self.provenance
        return json.dumps(tree, indent=1, allow_nan=False)

    @staticmethod
    def from_json(text: str) -> Contract:
        try:
            tree = json.loads(text)
        except json.JSONDecodeError as error:
            raise ContractError(f"contract is not JSON: {error}") from error
        _require(isinstance(tree, dict), f"contract is a {type(tree).__name__}, must be a JSON object")
        version = tree.get("version")
        known = isinstance(version, int) and 1 <= version <= VERSION
        _require(known, f"contract version is {version!r}, this code reads versions 1 to {VERSION}")
        parts = {"modalities": Modality, "states": State, "outputs": Output}
        for key, kind in parts.items():
            entries = tree.get(key, [])
            _require(isinstance(entries, list), f"contract: {key} must be a list")
            tree[key] = tuple(_read(kind, entry, f"contract: {key}[{i}]") for i, entry in enumerate(entries))
        for key, kind in {"lag": Lag, "attention": Attention}.items():
            tree[key] = _read(kind, tree[key], f"contract: {key}") if tree.get(key) is not None else None
        return _read(Contract, tree, "contract").check()


def _read(kind: type, entry: object, where: str) -> object:
    """Builds a dataclass from a JSON object: lists become tuples, unknown or missing keys are refused by name."""
    _require(isinstance(entry, dict), f"{where} is {entry!r}, must be a JSON object")
    fields = {f.name: f for f in dataclasses.fields(kind)}
    for key in entry:
        _require(key in fields, f"{where}: key {key!r} is unknown, must be one of {sorted(fields)}")
    for key, f in fields.items():
        needed = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        _require(key in entry or not needed, f"{where}: key {key!r} is missing")
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    if kind is State and not isinstance(values["initial"], tuple):
        values["initial"] = (values["initial"],)
    if kind is Output:
        parts = enumerate(values["components"])
        values["components"] = tuple(_read(Component, c, f"{where}.components[{i}]") for i, c in parts)
    return kind(**values)


def write(contract: Contract, path: Path) -> None:
    """Puts the contract into the metadata of the ONNX file at `path`, replacing what stood there."""
    model = onnx.load(path)
    kept = {p.key: p.value for p in model.metadata_props if p.key != KEY}
    onnx.helper.set_model_props(model, kept | {KEY: contract.check().to_json()})
    check_graph(contract, model, str(path))
    onnx.save(model, path)


def read(path: Path) -> Contract:
    """Reads and checks the contract of the ONNX file at `path`, also against the graph's inputs and outputs."""
    model = onnx.load(path)
    props = {p.key: p.value for p in model.metadata_props}
    _require(KEY in props, f"{path}: metadata has no key {KEY!r}; export the model with entrain_model, or add one")
    contract = Contract.from_json(props[KEY])
    check_graph(contract, model, str(path))
    return contract


def check_graph(contract: Contract, model: onnx.ModelProto, where: str) -> None:
    """Holds the graph's inputs and outputs against those that follow from the contract."""
    for side, wanted, values in (
        ("input", contract.inputs(), model.graph.input),
        ("output", contract.results(), model.graph.output),
    ):
        found = {v.name: tuple(d.dim_value for d in v.type.tensor_type.shape.dim) for v in values}
        same = set(found) == set(wanted)
        _require(same, f"{where}: {side}s are {sorted(found)}, the contract asks for {sorted(wanted)}")
        for name, shape in wanted.items():
            fits = found[name][1:] == shape
            _require(fits, f"{where}: {side} {name!r} is [B, {found[name][1:]}], the contract asks for [B, {shape}]")
            _require(found[name][0] == 0, f"{where}: {side} {name!r} has a fixed batch of {found[name][0]}")
