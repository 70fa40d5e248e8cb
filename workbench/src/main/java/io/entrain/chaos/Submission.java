package io.entrain.chaos;

import io.entrain.job.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The job as it is submitted to a cluster: with {@code ./entrain run}, as a user does.
 *
 * @param site where the command runs
 * @param flink REST address of the cluster
 * @param settings of the job, all but its parallelism
 */
record Submission(Site site, String flink, Map<String, String> settings) {
  private static final long PATIENCE_SECONDS = 300;

  /**
   * Submits it; returns when the cluster has taken it.
   *
   * @param savepoint to go on from, or null
   */
  void submit(int parallelism, String savepoint) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put(Setting.PARALLELISM.key(), Integer.toString(parallelism));
    List<String> arguments = new ArrayList<>(List.of("run", "--flink", flink));
    all.forEach((key, value) -> arguments.add("--" + key + "=" + value));
    if (savepoint != null) {
      arguments.add("--from-savepoint=" + savepoint);
    }
    try (JavaProcess run = site.entrain("submit", "256m", arguments)) {
      int code = run.await(PATIENCE_SECONDS);
      if (code != 0) {
        throw new ChaosException(
            "the job was not submitted, code " + code + "; see " + run.log(), null);
      }
    }
  }
}
