package io.entrain.chaos;

import java.util.List;

/**
 * What one run showed.
 *
 * @param schedule what was to happen
 * @param moments what was done
 * @param aftermath what each fault left
 * @param blocksSent blocks of the input, and {@code blocksKept} those in the broker at the end
 * @param blocksKept must be the same
 * @param verdict of the checker
 * @param deduplicated what a consumer saw that drops repeats
 * @param takeovers of models that were announced
 * @param restarts of the job's tasks, as the last JobManager counts them
 * @param decodedPerTenth decoded records seen in each tenth of a second after the first block
 * @param seconds that the run took, start and undisturbed run included
 */
public record ChaosResult(
    Schedule schedule,
    List<Moment> moments,
    List<Aftermath> aftermath,
    int blocksSent,
    int blocksKept,
    Verdict verdict,
    Deduplicated deduplicated,
    Takeovers takeovers,
    int restarts,
    int[] decodedPerTenth,
    double seconds) {
  /**
   * Whether the input stood in the broker whole, nothing of the output differs, and every session
   * changed its model as announced.
   */
  public boolean passed() {
    return blocksSent == blocksKept && verdict.clean() && deduplicated.clean() && takeovers.clean();
  }
}
