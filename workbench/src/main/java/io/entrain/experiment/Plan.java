package io.entrain.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An experiment: which models decode which sessions under which conditions, and what is asked of
 * the outcome.
 *
 * @param name of the plan file, without its ending
 * @param title heading of the report
 * @param question what the experiment is to answer
 * @param source where the sessions come from
 * @param models names of models that come with Entrain, or files; the most important first. {@code
 *     {recording}} stands for the recording's name
 * @param seeds each condition is met once with each
 * @param sweeps at least one
 * @param answer what the one sentence at the top compares
 * @param oracle whether the models that align also decode the same sessions with clocks that agree,
 *     and are told so
 * @param maps windows whose posterior and attention are shown
 * @param forecast breakdown that was forecast; null where none was
 * @param published figures of others
 * @param limits what the figures do not say
 * @param yaml the file as it was read
 */
record Plan(
    String name,
    String title,
    String question,
    Source source,
    List<String> models,
    List<Long> seeds,
    List<Sweep> sweeps,
    Claim answer,
    boolean oracle,
    List<MapWish> maps,
    ForecastWish forecast,
    List<Published> published,
    List<String> limits,
    String yaml) {

  /** Where sessions come from. */
  interface Source {}

  /** The simulated world: {@code seconds} of a subject; the seed is the session's. */
  record Simulated(long subject, int seconds) implements Source {}

  /**
   * Recordings whose stream {@code delay} is given a clock of its own; the seed is the lag's.
   *
   * @param files session folders or YAML files, as they stand in the plan
   * @param from share of the time from which is scored
   * @param delay the stream that lags; null: what the recording says
   * @param obtain how to come by the files, said where they are not there
   */
  record Recordings(List<String> files, double from, String delay, String obtain)
      implements Source {}

  /**
   * One knob turned while the others stand still.
   *
   * @param name key in the plan
   * @param title heading of its plots
   * @param over the knob that is turned
   * @param values where it is turned to, in the order of the axis
   * @param by a second knob, one panel for each of its values; null for none
   * @param byValues its values; one null where there is none
   * @param with the other knobs
   * @param only recordings whose name begins so; empty for all
   */
  record Sweep(
      String name,
      String title,
      Knob over,
      List<Object> values,
      Knob by,
      List<Object> byValues,
      Conditions with,
      String only) {
    Conditions at(Object byValue, Object value) {
      Conditions conditions = with.with(over, value);
      return by == null ? conditions : conditions.with(by, byValue);
    }
  }

  /** The mean R² of {@code model} over a sweep, and by how much it leads {@code against}. */
  record Claim(String model, String against, String sweep) {}

  /** The windows of {@code model} in the first seed's session under the conditions. */
  record MapWish(String title, String model, Conditions conditions) {}

  /** A breakdown noise registered in {@code file} under {@code run}, drawn into {@code sweep}. */
  record ForecastWish(String file, String run, String model, String sweep) {}

  record Published(String what, String value, String source, boolean comparable, String why) {}

  /** Every condition that is met, each once, in the order of the sweeps. */
  Set<Conditions> conditions() {
    return conditions(sweeps);
  }

  /** Those that a recording or subject meets. */
  Set<Conditions> conditions(String source) {
    return conditions(sweeps.stream().filter(sweep -> source.startsWith(sweep.only())).toList());
  }

  private static Set<Conditions> conditions(List<Sweep> sweeps) {
    Set<Conditions> all = new LinkedHashSet<>();
    for (Sweep sweep : sweeps) {
      for (Object by : sweep.byValues()) {
        sweep.values().forEach(value -> all.add(sweep.at(by, value)));
      }
    }
    return all;
  }

  Sweep sweep(String wanted) {
    return sweeps.stream()
        .filter(sweep -> sweep.name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no sweep " + wanted));
  }

  /**
   * The last part of a model's name or file, without the recording's and its ending: what it is
   * called in a report.
   */
  static String label(String model) {
    String file = model.substring(model.lastIndexOf('/') + 1).replaceFirst("^\\{recording}-", "");
    return file.endsWith(".onnx") ? file.substring(0, file.length() - 5) : file;
  }

  List<String> labels() {
    List<String> labels = new ArrayList<>();
    models.forEach(model -> labels.add(label(model)));
    return labels;
  }
}
