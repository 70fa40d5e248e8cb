package io.entrain.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.scoring.Score;
import java.util.List;

/**
 * How a demo stands.
 *
 * @param atSeconds event time of the newest window
 * @param ofSeconds length of the sessions
 * @param scores of each model, in the order in which they are shown
 * @param lags the newest lag of each session
 * @param latencyP50Millis median from arrival to publishing, after warm-up; NaN before
 * @param latencyP99Millis the same, 99th percentile
 */
record DemoState(
    double atSeconds,
    int ofSeconds,
    List<Score> scores,
    List<LagNow> lags,
    Counts counts,
    double latencyP50Millis,
    double latencyP99Millis) {

  /** The lag of one session: true, estimated, and the estimate's standard deviation. */
  record LagNow(String session, double trueMillis, double millis, double sdMillis) {
    LagNow withTruth(double newTrueMillis) {
      return new LagNow(session, newTrueMillis, millis, sdMillis);
    }

    LagNow withEstimate(double newMillis, double newSdMillis) {
      return new LagNow(session, trueMillis, newMillis, newSdMillis);
    }
  }

  /**
   * Counts over all sessions and models.
   *
   * @param expectedWindows panes that the simulator sends, times models
   * @param windows decoded so far, each once
   * @param rejected records on the dead-letter topic
   * @param late those of them that came too late
   */
  record Counts(long expectedWindows, long windows, long rejected, long late) {}

  /**
   * Share of what the simulator sent that is not in the output: windows that did not come, and in
   * those that came the streams that were missing. Means something at the end.
   */
  double missingShare() {
    double whole = 0;
    for (Score score : scores) {
      whole += score.windows() * (1 - score.missingShare());
    }
    return 1 - whole / counts.expectedWindows;
  }

  /** Root mean square error of the lag of the first model that finds one; NaN where none does. */
  double lagRmseMillis() {
    return scores.stream()
        .mapToDouble(Score::lagRmseMillis)
        .filter(Double::isFinite)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Whether everything came and nothing was rejected. */
  boolean isHealthy() {
    return counts.windows == counts.expectedWindows && counts.rejected == 0;
  }

  /** The summary: its keys are for other programs and do not change. */
  String toJson() {
    JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    ObjectNode json = mapper.createObjectNode();
    json.put("windows", counts.windows);
    ObjectNode r2 = json.putObject("r2");
    scores.forEach(score -> r2.put(score.model(), orNull(score.r2())));
    json.put("lag_rmse_millis", orNull(lagRmseMillis()));
    json.put("latency_p50_millis", orNull(latencyP50Millis));
    json.put("latency_p99_millis", orNull(latencyP99Millis));
    json.put("rejected", counts.rejected);
    json.put("late", counts.late);
    json.put("missing_share", missingShare());
    try {
      return mapper.writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The summary could not be written as JSON", e);
    }
  }

  /** JSON has no NaN. */
  private static Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
