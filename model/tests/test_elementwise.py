"""Logarithms through ONNX Runtime: the same bits in any batch."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch

from entrain_model.elementwise import log


class Logarithm(torch.nn.Module):
    def forward(self, x):
        return log(x)


@pytest.mark.parametrize("shape", [(98,), (5, 7), (160,)])
def test_a_logarithm_has_the_same_bits_however_many_rows_share_its_call(shape, tmp_path):
    rows = np.random.default_rng(1).uniform(1e-3, 30.0, (4096, *shape)).astype(np.float32)
    file = tmp_path / "log.onnx"
    batch = {"x": {0: torch.export.Dim("batch")}}
    torch.onnx.export(Logarithm(), (torch.from_numpy(rows[:3]),), file, dynamo=True, dynamic_shapes=batch)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    (together,) = session.run(None, {name: rows})
    np.testing.assert_allclose(together, np.log(rows), atol=2e-6)
    for size in (1, 3, 16):
        apart = [session.run(None, {name: rows[i : i + size]})[0] for i in range(0, 4096, size)]
        np.testing.assert_array_equal(np.concatenate(apart), together, err_msg=f"calls of {size}")
