"""Models written anew from what stands in their files."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnx
import pytest
import torch
from conftest import TRAINED, plan_of, small_network

from entrain_model import contract as contracts
from entrain_model import re_export, recipe
from entrain_model.__main__ import main
from entrain_model.export import export, file_hash

FORMS = ("small", "small-incremental")


def both_forms(folder, model="lag-posterior"):
    """A network with random weights, exported in both forms with a card; the window form's path."""
    network, contract = small_network(model)
    contract = dataclasses.replace(contract, provenance={"model": plan_of(model)[0], "seed": 3})
    for form, name in zip((contract, recipe.incremental(contract, network)), FORMS, strict=True):
        export(network.bind(form), dataclasses.replace(form, name=name), folder / f"{name}.onnx")
    path = folder / "small.onnx"
    hashes = [file_hash(folder / f"{name}.onnx") for name in FORMS]
    path.with_suffix(".md").write_text("\n".join(["| made |", *(f"| SHA-256 | `{h}` |" for h in hashes), "| end |"]))
    return network, path


def initializers(path):
    return {i.name: onnx.numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}


@pytest.mark.parametrize("model", ["lag-posterior", "canonical"])
def test_a_file_written_anew_has_the_same_graph_and_says_where_it_came_from(tmp_path, capsys, model):
    _, path = both_forms(tmp_path, model)
    out = tmp_path / "out"
    assert main(["re-export", str(path), "--out", str(out)]) == 0
    assert "small-incremental.onnx: largest difference 0.0e+00" in capsys.readouterr().out
    card = (out / "small.md").read_text()
    for name in FORMS:
        old, new = tmp_path / f"{name}.onnx", out / f"{name}.onnx"
        assert onnx.load(old).graph == onnx.load(new).graph
        a, b = contracts.read(old), contracts.read(new)
        ancestors = {re_export.ANCESTORS: [file_hash(old)]}
        assert dataclasses.replace(a, provenance=a.provenance | ancestors) == b
        assert f"| SHA-256 | `{file_hash(new)}` |" in card
        assert card.count(file_hash(old)) == 1
    assert main(["re-export", str(out / "small.onnx"), "--out", str(tmp_path / "again")]) == 0
    again = contracts.read(tmp_path / "again" / "small.onnx").provenance
    assert again[re_export.ANCESTORS] == [file_hash(path), file_hash(out / "small.onnx")]
    card = (tmp_path / "again" / "small.md").read_text()
    assert card.count("re-exported") == 1
    assert f"re-exported | with the same weights from SHA-256 `{file_hash(path)}`" in card


@pytest.mark.parametrize(("by", "said"), [(1e-3, "1.0e-03"), (float("nan"), "inf")])
def test_a_file_whose_results_would_change_is_not_written(tmp_path, monkeypatch, capsys, by, said):
    _, path = both_forms(tmp_path)
    rebuilt = re_export.rebuilt

    def shifted(*given):
        network = rebuilt(*given)
        with torch.no_grad():
            network.readout.mean += by
        return network

    monkeypatch.setattr(re_export, "rebuilt", shifted)
    assert main(["re-export", str(path), "--out", str(tmp_path / "out")]) == 2
    assert f"differs by {said}, must be at most 0.0001" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_weight_that_is_not_in_the_file_is_named(tmp_path, capsys):
    _, path = both_forms(tmp_path)
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.name == "fusion.left.bias":
            tensor.name = "renamed"
    onnx.save(model, path)
    assert main(["re-export", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "no tensor 'fusion.left.bias' in the file" in capsys.readouterr().err


def test_other_models_are_refused(tmp_path, capsys):
    _, path = both_forms(tmp_path, "two-stage")
    assert main(["re-export", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "model is 'two-stage', must be 'lag-posterior'" in capsys.readouterr().err
    assert main(["re-export", str(TRAINED / "early-fusion.onnx"), "--out", str(tmp_path / "out")]) == 2
    assert "early-fusion-incremental.onnx: no such file" in capsys.readouterr().err


@pytest.mark.parametrize("stem", ["lag-posterior", "m1-lag-posterior"])
def test_a_shipped_model_is_rebuilt_with_all_that_its_file_holds(stem):
    path = TRAINED / f"{stem}.onnx"
    forms = [contracts.read(TRAINED / f"{name}.onnx") for name in (stem, f"{stem}-incremental")]
    network, found = re_export.rebuilt(path, *forms), initializers(path)
    assert recipe.incremental(forms[0], network).states == forms[1].states
    assert sum(p.numel() for p in network.parameters() if p.requires_grad) == forms[0].provenance["parameters"]
    for name, values in network.state_dict().items():
        if name in found:
            np.testing.assert_array_equal(values.numpy(), found[name], err_msg=name)
    assert float(network.matcher.gain.detach()) != -1.0
    assert (network.readout.log_variance_shift != 0).all()
