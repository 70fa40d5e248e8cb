package io.entrain.experiment;

import java.util.List;

/**
 * What one model did in one session.
 *
 * @param cell id of the session
 * @param model its label
 * @param sha256 of its file
 * @param windows decoded, warm-up included
 * @param missing windows that should have been decoded and were not
 * @param components of each output
 * @param delaysMillis how far each output lies in the past; the first is the newest step
 * @param outputs sums of each output, {@link OutputSums}
 * @param lag sums of the lag, {@link LagSums}; null where the model finds none
 * @param microsPerWindow the 10th, 50th and 90th percentile over windows of a call's time divided
 *     by its windows
 */
record ModelScore(
    String cell,
    String model,
    String sha256,
    long windows,
    long missing,
    int components,
    List<Integer> delaysMillis,
    List<Sums> outputs,
    Sums lag,
    List<Double> microsPerWindow) {
  ModelScore {
    delaysMillis = List.copyOf(delaysMillis);
    outputs = List.copyOf(outputs);
    microsPerWindow = List.copyOf(microsPerWindow);
  }
}
