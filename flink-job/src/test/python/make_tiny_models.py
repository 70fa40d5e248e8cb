"""Writes the small models that the Java tests open: two good, the others each with one fault.

    python3 flink-job/src/test/python/make_tiny_models.py      (needs numpy and onnx)

`tiny.onnx` has everything a contract can have: events with a mark, samples, two states, a lag, attention. With the
masked inputs s [B, 8, 6] and l [B, 8, 2] it computes

    carry'   = carry / 2 + sum of s over all steps
    count'   = count + 1
    decoded  = (mean of l over the steps) + 0.1 * (sum of carry'), log variance = -1 - decoded / 8
    posterior = softmax over 3 lags of the mean of s times a fixed matrix; millis = its mean on the grid
    attention[i, j] = posterior[j] * (i + 1)

so a test can compute the same in a few lines.

`pinnable.onnx` is for the job's tests, whose sessions have 96 units and 16 channels, and has what version 2 of the
contract added: an output of the instant 40 ms earlier, headroom, and the lags that the host allows. It computes

    count'    = count + 1,  allowed' = allowed / 2, so that a host which hands allowed' back is seen
    decoded   = [count', mean of l],  settled = [count' - 2, mean of l],  log variances 0 and 2
    posterior = allowed / sum of allowed; millis = its mean on the grid; headroom = (sum of allowed) - 2

Four more bear on changing a model while a job runs. `successor.onnx` may take the place of `pinnable.onnx`: its level
is twice as high. `tallied.onnx` (three times) keeps its count under the name `tally`, so sessions must start anew with
it. `narrow.onnx` lacks an output. `failing.onnx`, of a name of its own, is `pinnable.onnx` until its count would be 6:
then it does not run. `hungry.onnx` then asks for more memory than there is.

`ragged.onnx` is `pinnable.onnx` with a level of mean log(1 + l^2) over 35 values a row. ONNX Runtime takes logarithms
of whole vector registers and ends with scalar code, so which values those are depends on the rows of the call.
"""

import copy
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).parents[1] / "resources" / "models"
KEY = "entrain.contract"
FLOAT = TensorProto.FLOAT

CONTRACT = {
    "version": 1,
    "name": "tiny",
    "hop_millis": 20,
    "context_hops": 4,
    "warmup_hops": 2,
    "modalities": [
        {"name": "spikes", "kind": "events", "channels": 3, "bins_per_hop": 2, "unit": "count", "marks": ["height"]},
        {"name": "lfp", "kind": "samples", "channels": 2, "rate_hz": 100, "unit": "sd"},
    ],
    "states": [
        {"name": "carry", "next": "next_carry", "shape": [6], "initial": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]},
        {"name": "count", "next": "next_count", "shape": [1], "initial": 0.0},
    ],
    "outputs": [
        {
            "name": "decoded",
            "log_variance": "decoded_log_variance",
            "components": [{"name": "velocity_x", "unit": "sd"}, {"name": "velocity_y", "unit": "sd"}],
        }
    ],
    "lag": {
        "of": "spikes",
        "relative_to": "lfp",
        "grid_millis": [-20.0, 0.0, 20.0],
        "posterior": "lag_posterior",
        "millis": "lag_millis",
    },
    "attention": {"output": "attention", "shape": [2, 3]},
    "provenance": {"data": "none", "seed": 0, "code_version": "0.1.0", "metrics": {"r2": 0.5}},
}

PINNABLE = {
    "version": 2,
    "name": "pinnable",
    "hop_millis": 20,
    "context_hops": 2,
    "warmup_hops": 2,
    "modalities": [
        {"name": "spikes", "kind": "events", "channels": 96, "bins_per_hop": 1, "unit": "count", "marks": []},
        {"name": "lfp", "kind": "samples", "channels": 16, "rate_hz": 1000, "unit": "sd"},
    ],
    "states": [
        {"name": "count", "next": "next_count", "shape": [1], "initial": [0.0]},
        {"name": "allowed", "next": "next_allowed", "shape": [5], "initial": [1.0]},
    ],
    "outputs": [
        {
            "name": name,
            "log_variance": f"{name}_log_variance",
            "components": [{"name": "count", "unit": "hops"}, {"name": "level", "unit": "sd"}],
            "delay_millis": delay,
        }
        for name, delay in (("decoded", 0), ("settled", 40))
    ],
    "lag": {
        "of": "spikes",
        "relative_to": "lfp",
        "grid_millis": [-20.0, -10.0, 0.0, 10.0, 20.0],
        "posterior": "lag_posterior",
        "millis": "lag_millis",
        "headroom": "headroom",
        "allowed": "allowed",
    },
    "attention": None,
    "provenance": {"data": "none", "seed": 0, "code_version": "0.1.0"},
}


def constant(name: str, values: object) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)


def indices(name: str, values: list[int]) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=np.int64), name)


def value(name: str, *shape: int, batch: object = "batch", kind: int = FLOAT):
    return helper.make_tensor_value_info(name, kind, [batch, *shape])


def tiny() -> onnx.ModelProto:
    weights = [[1, 0, -1], [0, 1, 0], [-1, 0, 1], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
    nodes = [
        helper.make_node("Unsqueeze", ["spikes_mask", "last"], ["spikes_there"]),
        helper.make_node("Mul", ["spikes", "spikes_there"], ["s"]),
        helper.make_node("Unsqueeze", ["lfp_mask", "last"], ["lfp_there"]),
        helper.make_node("Mul", ["lfp", "lfp_there"], ["l"]),
        helper.make_node("ReduceSum", ["s", "steps"], ["total"], keepdims=0),
        helper.make_node("Mul", ["carry", "half"], ["kept"]),
        helper.make_node("Add", ["kept", "total"], ["next_carry"]),
        helper.make_node("Add", ["count", "one"], ["next_count"]),
        helper.make_node("ReduceMean", ["l", "steps"], ["level"], keepdims=0),
        helper.make_node("ReduceSum", ["next_carry", "last"], ["carried"], keepdims=1),
        helper.make_node("Mul", ["carried", "tenth"], ["push"]),
        helper.make_node("Add", ["level", "push"], ["decoded"]),
        helper.make_node("Mul", ["decoded", "minus_eighth"], ["slope"]),
        helper.make_node("Add", ["slope", "minus_one"], ["decoded_log_variance"]),
        helper.make_node("ReduceMean", ["s", "steps"], ["rate"], keepdims=0),
        helper.make_node("MatMul", ["rate", "weights"], ["score"]),
        helper.make_node("Softmax", ["score"], ["lag_posterior"], axis=1),
        helper.make_node("MatMul", ["lag_posterior", "grid"], ["lag_millis"]),
        helper.make_node("Unsqueeze", ["lag_posterior", "steps"], ["wide"]),
        helper.make_node("Mul", ["wide", "factors"], ["attention"]),
    ]
    constants = [
        indices("last", [-1]),
        indices("steps", [1]),
        constant("half", 0.5),
        constant("one", 1.0),
        constant("tenth", 0.1),
        constant("minus_eighth", -0.125),
        constant("minus_one", -1.0),
        constant("weights", weights),
        constant("grid", [-20, 0, 20]),
        constant("factors", [[[1], [2]]]),
    ]
    inputs = [value("spikes", 8, 6), value("spikes_mask", 8), value("lfp", 8, 2), value("lfp_mask", 8)]
    inputs += [value("carry", 6), value("count", 1)]
    outputs = [value("decoded", 2), value("decoded_log_variance", 2), value("lag_posterior", 3), value("lag_millis")]
    outputs += [value("attention", 2, 3), value("next_carry", 6), value("next_count", 1)]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return with_contract(model, CONTRACT)


def pinnable(level: float = 1.0, count: str = "count") -> onnx.ModelProto:
    contract = copy.deepcopy(PINNABLE)
    contract["states"][0] |= {"name": count, "next": f"next_{count}"}
    nodes = [
        helper.make_node("Unsqueeze", ["lfp_mask", "last"], ["lfp_there"]),
        helper.make_node("Mul", ["lfp", "lfp_there"], ["l"]),
        helper.make_node("ReduceMean", ["l", "inside"], ["mean"], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "last"], ["height"]),
        helper.make_node("Mul", ["height", "factor"], ["level"]),
        helper.make_node("Add", [count, "one"], [f"next_{count}"]),
        helper.make_node("Sub", [f"next_{count}", "two"], ["earlier"]),
        helper.make_node("Concat", [f"next_{count}", "level"], ["decoded"], axis=1),
        helper.make_node("Concat", ["earlier", "level"], ["settled"], axis=1),
        helper.make_node("Mul", ["decoded", "zero"], ["decoded_log_variance"]),
        helper.make_node("Add", ["decoded_log_variance", "two"], ["settled_log_variance"]),
        helper.make_node("ReduceSum", ["allowed", "last"], ["sum"], keepdims=1),
        helper.make_node("Div", ["allowed", "sum"], ["lag_posterior"]),
        helper.make_node("MatMul", ["lag_posterior", "grid"], ["lag_millis"]),
        helper.make_node("Squeeze", ["sum", "last"], ["weight"]),
        helper.make_node("Sub", ["weight", "two"], ["headroom"]),
        helper.make_node("Div", ["allowed", "two"], ["next_allowed"]),
    ]
    constants = [
        indices("last", [-1]),
        indices("inside", [1, 2]),
        constant("zero", 0.0),
        constant("one", 1.0),
        constant("two", 2.0),
        constant("factor", level),
        constant("grid", PINNABLE["lag"]["grid_millis"]),
    ]
    inputs = [value("spikes", 2, 96), value("spikes_mask", 2), value("lfp", 40, 16), value("lfp_mask", 40)]
    inputs += [value(count, 1), value("allowed", 5)]
    outputs = [value(f"{name}{part}", 2) for name in ("decoded", "settled") for part in ("", "_log_variance")]
    outputs += [value("lag_posterior", 5), value("lag_millis"), value("headroom")]
    outputs += [value(f"next_{count}", 1), value("next_allowed", 5)]
    graph = helper.make_graph(nodes, "pinnable", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return with_contract(model, contract)


def narrow() -> onnx.ModelProto:
    return with_contract(pinnable(), PINNABLE | {"outputs": PINNABLE["outputs"][:1]})


def fed(model: onnx.ModelProto, output: str, place: int, nodes: list[onnx.NodeProto]) -> None:
    """Puts `nodes` before the one that computes `output`, whose input at `place` becomes the last one's output."""
    at = next(i for i, node in enumerate(model.graph.node) if list(node.output) == [output])
    model.graph.node[at].input[place] = nodes[-1].output[0]
    for node in reversed(nodes):
        model.graph.node.insert(at, node)


def failing() -> onnx.ModelProto:
    """`pinnable.onnx` that takes its factor from a table of five, at its count."""
    model = pinnable()
    factor = next(tensor for tensor in model.graph.initializer if tensor.name == "factor")
    factor.CopyFrom(constant("table", [1.0] * 5))
    taken = [
        helper.make_node("Cast", ["count"], ["place"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "place"], ["taken"]),
    ]
    fed(model, "level", 1, taken)
    return with_contract(model, PINNABLE | {"name": "failing"})


def hungry() -> onnx.ModelProto:
    """`failing.onnx` that asks for 2^48 bytes instead, at its count of 5: more than any machine can address."""
    model = pinnable()
    factor = next(tensor for tensor in model.graph.initializer if tensor.name == "factor")
    factor.CopyFrom(indices("sizes", [1] * 5 + [1 << 46]))
    model.graph.initializer.append(indices("flat", [-1]))
    model.graph.initializer.append(indices("first", [0]))
    most = [
        helper.make_node("Cast", ["count"], ["place"], to=TensorProto.INT64),
        helper.make_node("Gather", ["sizes", "place"], ["wanted"]),
        helper.make_node("ReduceMax", ["wanted"], ["size"], keepdims=0),
        helper.make_node("Reshape", ["size", "flat"], ["length"]),
        helper.make_node("ConstantOfShape", ["length"], ["room"], value=constant("filler", [1.0])),
        helper.make_node("ReduceMax", ["room", "first"], ["most"], keepdims=1),
    ]
    fed(model, "level", 1, most)
    return with_contract(model, PINNABLE | {"name": "hungry"})


def ragged() -> onnx.ModelProto:
    """`pinnable.onnx` with a level whose last bits depend on the rows of the call."""
    model = pinnable()
    model.graph.initializer.extend([indices("from", [0, 0]), indices("to", [5, 7]), indices("axes", [1, 2])])
    logarithm = [
        helper.make_node("Slice", ["l", "from", "to", "axes"], ["few"]),
        helper.make_node("Mul", ["few", "few"], ["squared"]),
        helper.make_node("Add", ["squared", "one"], ["above"]),
        helper.make_node("Log", ["above"], ["logs"]),
    ]
    fed(model, "mean", 0, logarithm)
    return with_contract(model, PINNABLE | {"name": "ragged"})


def with_contract(model: onnx.ModelProto, contract: dict | None) -> onnx.ModelProto:
    changed = copy.deepcopy(model)
    del changed.metadata_props[:]
    if contract is not None:
        helper.set_model_props(changed, {KEY: json.dumps(contract)})
    return changed


def with_input(model: onnx.ModelProto, name: str, info: onnx.ValueInfoProto) -> onnx.ModelProto:
    changed = copy.deepcopy(model)
    for declared in changed.graph.input:
        if declared.name == name:
            declared.CopyFrom(info)
    return changed


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with float16 at the input `lfp`."""
    changed = with_input(model, "lfp", value("lfp", 8, 2, kind=TensorProto.FLOAT16))
    changed.graph.node.insert(0, helper.make_node("Cast", ["lfp"], ["lfp_float"], to=FLOAT))
    for node in changed.graph.node[1:]:
        for i, name in enumerate(node.input):
            if name == "lfp":
                node.input[i] = "lfp_float"
    return changed


def batch_inside(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with a batch of 1 that only running it shows: the level is reshaped to [1, 2]."""
    changed = copy.deepcopy(model)
    changed.graph.initializer.append(indices("one_row", [1, 2]))
    for i, node in enumerate(changed.graph.node):
        if list(node.output) == ["level"]:
            node.output[0] = "level_open"
            reshape = helper.make_node("Reshape", ["level_open", "one_row"], ["level"])
            changed.graph.node.insert(i + 1, reshape)
            break
    return changed


def main() -> None:
    good = tiny()
    onnx.checker.check_model(good)
    onnx.checker.check_model(pinnable())
    models = {
        "tiny": good,
        "pinnable": pinnable(),
        "successor": pinnable(level=2.0),
        "tallied": pinnable(level=3.0, count="tally"),
        "narrow": narrow(),
        "failing": failing(),
        "hungry": hungry(),
        "ragged": ragged(),
        "no-contract": with_contract(good, None),
        "float16-input": halved(good),
        "fixed-batch": with_input(good, "carry", value("carry", 6, batch=1)),
        "fixed-batch-inside": batch_inside(good),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, model in models.items():
        (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
