"""The strongest classical rival: canonical correlations find the lag, a hidden Markov model tracks it, then decode.

The lag's evidence is that of canonical variates alone (canonical.py), pooled and tracked as in the model (same filter,
its temperature and diffusion fitted in the same way), and the decoder is the model's, trained near the true lag on the
same windows. Told the true lag it is the oracle.
"""

from __future__ import annotations

from torch import nn

from entrain_model.canonical import WithVariates
from entrain_model.contract import Contract
from entrain_model.lag_posterior import Shape


class TwoStage(WithVariates):
    """The model's filter and decoder behind canonical correlations instead of a learned matcher."""

    evidence_of = WithVariates.canonical_of
    newest_evidence = WithVariates.newest_canonical

    def __init__(self, contract: Contract, shape: Shape, *, delay_tokens: int, diffusion: float) -> None:
        super().__init__(contract, shape, delay_tokens=delay_tokens, diffusion=diffusion)
        self.matcher = nn.Identity()
