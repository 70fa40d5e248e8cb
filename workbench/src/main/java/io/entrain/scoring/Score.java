package io.entrain.scoring;

/**
 * How one model has done so far.
 *
 * @param model its name
 * @param windows decoded, warm-up included, each once
 * @param scored windows after warm-up whose truth is known
 * @param r2 of the decoded components against the truth of the newest step; NaN before the truth
 *     has varied
 * @param lagRmseMillis of the lag against the true one; NaN where either is unknown
 * @param lagWithin50 share of windows whose lag is off by 50 ms at most; NaN likewise
 * @param missingShare mean share of the newest pane that was missing, over modalities and windows
 */
public record Score(
    String model,
    long windows,
    long scored,
    double r2,
    double lagRmseMillis,
    double lagWithin50,
    double missingShare) {}
