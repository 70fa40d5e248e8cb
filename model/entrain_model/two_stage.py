"""The strongest classical rival: canonical correlations find the lag, a hidden Markov model tracks it, then decode.

The lag's evidence is that of canonical variates alone (canonical.py), pooled and tracked as in the model (same filter,
its temperature and diffusion fitted in the same way), and the decoder is the model's, trained near the true lag on the
same windows. Told the true lag it is the oracle.
"""

from __future__ import annotations

from torch import Tensor, nn

from entrain_model.canonical import CanonicalLagPosterior
from entrain_model.contract import Contract
from entrain_model.lag_posterior import Shape


class TwoStage(CanonicalLagPosterior):
    """The model's filter and decoder behind canonical correlations instead of a learned matcher."""

    mixes = False

    def __init__(self, contract: Contract, shape: Shape, *, delay_tokens: int, diffusion: float) -> None:
        super().__init__(contract, shape, delay_tokens=delay_tokens, diffusion=diffusion)
        self.matcher = nn.Identity()
        del self.share

    def evidence_of(self, raws: dict[str, Tensor], masks: dict[str, Tensor]) -> Tensor:
        return self.canonical_of(raws, masks)

    def newest_evidence(
        self,
        finished: dict[str, tuple[Tensor, Tensor]],
        streams: dict[str, tuple[Tensor, Tensor]],
        inputs: dict[str, Tensor],
        result: dict[str, Tensor],
    ) -> Tensor:
        return self.newest_canonical(finished, streams, inputs, result)
