"""Logarithms whose last bits do not depend on how many rows share a call."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

VECTOR = 16
"""Values in the widest vector register of a CPU that ONNX Runtime is built for, in float32."""


def log(x: Tensor) -> Tensor:
    """The natural logarithm of x [B, ...], x > 0, computed on rows of whole vectors.

    ONNX Runtime ends its loop over all B rows with scalar code for what does not fill a register, and that rounds `log`
    otherwise. A row is padded with ones where its size is no multiple of VECTOR, so no batch has such an end.
    """
    rows = x.flatten(1)
    size = rows.shape[1]
    if size % VECTOR == 0:
        return torch.log(x)
    return torch.log(functional.pad(rows, (0, -size % VECTOR), value=1.0))[:, :size].reshape(x.shape)
