package io.entrain.job;

import io.entrain.inference.Provider;
import io.entrain.swap.ModelTerm;
import io.entrain.wire.Format;
import java.io.Serializable;
import java.util.List;

/**
 * What the admitting operator is told once.
 *
 * @param models terms of the models that the settings name, live ones first
 * @param freshState whether sessions may start anew where their state does not fit
 * @param provider where models run
 * @param lagRange which lags the live models may find
 * @param leadMillis how long after its record an announcement takes effect at the earliest
 * @param format how messages are written
 */
record AdmitSettings(
    List<ModelTerm> models,
    boolean freshState,
    Provider provider,
    LagRange lagRange,
    long leadMillis,
    Format format)
    implements Serializable {}
