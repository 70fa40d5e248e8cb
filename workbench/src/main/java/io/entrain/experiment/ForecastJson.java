package io.entrain.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.experiment.Plan.ForecastWish;
import io.entrain.experiment.Plan.Sweep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The registered forecast of the breakdown noise beside what the sweep over noise says. */
final class ForecastJson {
  private ForecastJson() {}

  /**
   * Reads the register.
   *
   * @param sha256 of the model that was run
   * @throws PlanException where the register has no such run, or was made for another file
   */
  static ObjectNode of(Plan plan, Findings findings, Path register, String sha256) {
    ForecastWish wish = plan.forecast();
    JsonNode all = read(register);
    JsonNode run = all.path("forecasts").path(wish.run());
    if (run.isMissingNode()) {
      throw new PlanException(
          "%s: no forecast of run '%s', must be one of %s"
              .formatted(register, wish.run(), names(all.path("forecasts"))));
    }
    if (!run.path("sha256").asText().equals(sha256)) {
      throw new PlanException(
          "%s: the forecast of %s was made for the file with SHA-256 %s, model %s has %s"
              .formatted(register, wish.run(), run.path("sha256").asText(), wish.model(), sha256));
    }
    Double measured = breakdown(plan.sweep(wish.sweep()), findings, wish.model());
    ObjectNode node = ReportJson.MAPPER.createObjectNode();
    node.put("sweep", wish.sweep()).put("model", wish.model()).put("over", Knob.NOISE.key());
    node.set("band", run.path("band"));
    node.set("center", run.path("breakdown_noise"));
    node.put("measured", measured);
    node.set("registered", all.path("registered"));
    node.put(
        "words",
        "Forecast from noise up to 1 and registered before anything louder was run: the noise at which half of the 1 s "
            + "windows no longer find the lag by themselves. What is drawn beside it is read from the job's own output: "
            + "where the mean alignment headroom, the margin of the lag that was chosen, falls to 0.");
    return node;
  }

  /** Where the mean headroom crosses 0 on its way down, between two values in a straight line. */
  private static Double breakdown(Sweep sweep, Findings findings, String model) {
    double lastNoise = Double.NaN;
    double last = Double.NaN;
    for (Object value : sweep.values()) {
      List<ModelScore> found = findings.at(sweep, sweep.byValues().get(0), value, model);
      Estimate estimate = findings.estimate(found, ModelScore::lag, LagSums.headroom());
      if (estimate == null || !(value instanceof Double noise)) {
        return null;
      }
      if (last > 0 && estimate.value() <= 0) {
        double share = last / (last - estimate.value());
        return Math.rint(100 * (lastNoise + share * (noise - lastNoise))) / 100;
      }
      lastNoise = noise;
      last = estimate.value();
    }
    return null;
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static JsonNode read(Path register) {
    try {
      return ReportJson.MAPPER.readTree(register.toFile());
    } catch (IOException e) {
      throw new PlanException("the register " + register + " cannot be read: " + e.getMessage());
    }
  }
}
