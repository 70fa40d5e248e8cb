package io.entrain.experiment;

import io.entrain.experiment.Plan.Sweep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * All scores of an experiment, by session and model, and the figures that are made from them.
 * Sessions of one recording are the same stretch of time under several lags: they count as one.
 */
final class Findings {
  private final Plan plan;
  private final List<String> sources;
  private final Map<String, ModelScore> scores = new LinkedHashMap<>();

  /** {@code sources}: names of the subjects and recordings. */
  Findings(Plan plan, List<String> sources) {
    this.plan = plan;
    this.sources = List.copyOf(sources);
  }

  void add(ModelScore score) {
    scores.put(key(score.cell(), score.model()), score);
  }

  List<ModelScore> scores() {
    return List.copyOf(scores.values());
  }

  private static String key(String cell, String model) {
    return cell + "\n" + model;
  }

  /** Those of one model at one point of a sweep, each source and seed once; may be empty. */
  List<ModelScore> at(Sweep sweep, Object by, Object value, String model) {
    Conditions conditions = sweep.at(by, value);
    Conditions met = model.endsWith(Errand.CLOCKS_AGREE) ? conditions.aligned() : conditions;
    List<ModelScore> found = new ArrayList<>();
    for (String source : sources) {
      if (!source.startsWith(sweep.only())) {
        continue;
      }
      for (long seed : plan.seeds()) {
        ModelScore score = scores.get(key(new Cell(source, met, seed).id(), model));
        if (score != null) {
          found.add(score);
        }
      }
    }
    return found;
  }

  /** The same as what can be drawn independently of each other. */
  List<Sums> drawn(List<ModelScore> found, Function<ModelScore, Sums> part) {
    if (plan.source() instanceof Plan.Simulated) {
      return found.stream().map(part).toList();
    }
    return found.stream()
        .collect(
            Collectors.groupingBy(
                score -> sourceOf(score.cell()),
                LinkedHashMap::new,
                Collectors.mapping(part, Collectors.toList())))
        .values()
        .stream()
        .map(Sums::together)
        .toList();
  }

  private String sourceOf(String cell) {
    return sources.stream()
        .filter(source -> cell.startsWith(source + " "))
        .findFirst()
        .orElseThrow();
  }

  /** R² of an output; null where there is none, or nothing of it could be scored. */
  Estimate r2(List<ModelScore> found, int output) {
    return estimate(
        found,
        score -> score.outputs().size() > output ? score.outputs().get(output) : null,
        OutputSums.r2(found.isEmpty() ? 0 : found.get(0).components()));
  }

  /** Any figure; null where nothing of it could be scored. */
  Estimate estimate(
      List<ModelScore> found, Function<ModelScore, Sums> part, ToDoubleFunction<double[]> figure) {
    if (found.isEmpty()
        || found.stream().map(part).anyMatch(sums -> sums == null || sums.rows().isEmpty())) {
      return null;
    }
    Estimate estimate = Estimate.of(drawn(found, part), figure);
    return Double.isNaN(estimate.value()) ? null : estimate;
  }

  /** Mean R² of the newest step over a sweep, all its values and panels alike; null where none. */
  Estimate over(Sweep sweep, String model) {
    List<Estimate> all = new ArrayList<>();
    for (Object by : sweep.byValues()) {
      for (Object value : sweep.values()) {
        Estimate r2 = r2(at(sweep, by, value, model), 0);
        if (r2 == null) {
          return null;
        }
        all.add(r2);
      }
    }
    return Estimate.mean(all);
  }
}
