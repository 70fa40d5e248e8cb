package io.entrain.job;

import io.entrain.swap.ModelTerm;
import io.entrain.wire.v1.Reason;

/**
 * What became of an announcement, on its way to every decoder: a term, or else a dead letter.
 *
 * @param term the admitted term, or null
 * @param letter the refused record, or null
 * @param reason why it was refused, or null
 */
public record Announced(ModelTerm term, OutputRecord letter, Reason reason) {}
