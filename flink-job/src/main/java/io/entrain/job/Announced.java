package io.entrain.job;

import io.entrain.swap.ModelTerm;
import io.entrain.wire.v1.Reason;

/**
 * What became of an announcement, on its way to every decoder: a term, or else a dead letter.
 *
 * @param term the admitted term, or null
 * @param letter the refused record or a part of it, or null
 * @param reason why it was refused; null of a term, and of a letter's further parts
 */
public record Announced(ModelTerm term, OutputRecord letter, Reason reason) {}
