"""The filter's settings are those under which the true lags are most probable."""

from __future__ import annotations

import pytest
import torch
from conftest import SIZE, small_network

from entrain_model import filter_fit

HOPS, STREAMS, TRUTH_MILLIS = 120, 6, 20.0


def telling(network, height, seed):
    """Evidence [STREAMS, HOPS, L]: noise, and so much more at the true lag."""
    torch.manual_seed(seed)
    found = torch.randn(STREAMS, HOPS, SIZE)
    found[:, :, int((network.filter.grid_millis - TRUTH_MILLIS).abs().argmin())] += height
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_share_of_the_variates_evidence_is_added_where_it_tells_of_the_lag(seed):
    network, _ = small_network("canonical")
    truth = torch.full((STREAMS, HOPS), TRUTH_MILLIS)
    learned = telling(network, 0.3, seed)
    helped, _ = filter_fit.fit(network, learned, truth, 30 * telling(network, 0.6, 100 + seed))
    misled, _ = filter_fit.fit(network, learned, truth, 30 * telling(network, 0.0, 200 + seed))
    alone, _ = filter_fit.fit(network, learned, truth)
    assert helped["canonical_share"] >= 0.02
    assert misled["canonical_share"] <= 0.01
    assert helped["validation_lag_nats"] < alone["validation_lag_nats"]
    assert "canonical_share" not in alone
