package io.entrain.experiment;

import io.entrain.experiment.Plan.Claim;
import io.entrain.experiment.Plan.ForecastWish;
import io.entrain.experiment.Plan.MapWish;
import io.entrain.experiment.Plan.Published;
import io.entrain.experiment.Plan.Recordings;
import io.entrain.experiment.Plan.Simulated;
import io.entrain.experiment.Plan.Source;
import io.entrain.experiment.Plan.Sweep;
import io.entrain.experiment.PlanYaml.SourceEntry;
import io.entrain.experiment.PlanYaml.SweepEntry;
import io.entrain.recording.StrictYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Reads a plan file and holds every key against what it must be, before anything runs. */
final class PlanReader {
  private static final String WHAT =
      "a plan is a YAML file, or the name of one that comes with Entrain (./entrain experiment --list)";

  private final Path file;
  private final PlanYaml yaml;

  private PlanReader(Path file) {
    this.file = file;
    this.yaml = StrictYaml.read(file, PlanYaml.class, WHAT);
  }

  /**
   * The plan in a file.
   *
   * @throws PlanException where a key is missing or a value is out of its bounds
   * @throws io.entrain.recording.RecordingException where it is no YAML or holds an unknown key
   */
  static Plan read(Path file) {
    return new PlanReader(file).plan();
  }

  private Plan plan() {
    String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    List<String> models = need(yaml.models(), "models");
    List<Long> seeds = need(yaml.seeds(), "seeds");
    if (models.isEmpty() || seeds.isEmpty() || need(yaml.sweeps(), "sweeps").isEmpty()) {
      throw wrong("models, seeds and sweeps must hold at least one each");
    }
    once("models", models.stream().map(Plan::label).toList());
    once("seeds", seeds);
    Source source = source(need(yaml.source(), "source"));
    List<Sweep> sweeps = new ArrayList<>();
    yaml.sweeps().forEach((key, entry) -> sweeps.add(sweep(key, entry, source)));
    Plan plan =
        new Plan(
            name,
            need(yaml.title(), "title"),
            need(yaml.question(), "question"),
            source,
            List.copyOf(models),
            List.copyOf(seeds),
            sweeps,
            claim(models, sweeps),
            Boolean.TRUE.equals(yaml.oracle()),
            maps(models, source),
            forecast(models, sweeps),
            published(),
            yaml.limits() == null ? List.of() : List.copyOf(yaml.limits()),
            text());
    check(plan);
    return plan;
  }

  private Source source(SourceEntry entry) {
    if ((entry.simulated() == null) == (entry.recordings() == null)) {
      throw wrong("source must be either simulated or recordings");
    }
    if (entry.simulated() != null) {
      long subject = need(entry.simulated().subject(), "source.simulated.subject");
      int seconds = need(entry.simulated().seconds(), "source.simulated.seconds");
      if (seconds < 5) {
        throw wrong("source.simulated.seconds is " + seconds + ", must be at least 5");
      }
      return new Simulated(subject, seconds);
    }
    PlanYaml.RecordingsEntry recordings = entry.recordings();
    double from = recordings.from() == null ? 0 : recordings.from();
    if (!(0 <= from && from < 1)) {
      throw wrong("source.recordings.from is " + from + ", must be at least 0 and below 1");
    }
    return new Recordings(
        List.copyOf(need(recordings.files(), "source.recordings.files")),
        from,
        recordings.delay(),
        recordings.obtain() == null ? "" : recordings.obtain());
  }

  private Sweep sweep(String name, SweepEntry entry, Source source) {
    String where = "sweeps." + name;
    Knob over = knob(need(entry.over(), where + ".over"), source);
    Map<String, List<Object>> by = entry.by() == null ? Map.of() : entry.by();
    if (by.size() > 1) {
      throw wrong(where + ".by has " + by.keySet() + ", must be one knob");
    }
    Knob second = by.isEmpty() ? null : knob(by.keySet().iterator().next(), source);
    List<Object> byValues = new ArrayList<>();
    if (second == null) {
      byValues.add(null);
    } else {
      byValues.addAll(values(second, by.values().iterator().next(), where + ".by", source));
    }
    return new Sweep(
        name,
        need(entry.title(), where + ".title"),
        over,
        values(over, need(entry.values(), where + ".values"), where + ".values", source),
        second,
        byValues,
        conditions(entry.with(), where + ".with", source),
        entry.only() == null ? "" : entry.only());
  }

  private List<Object> values(Knob knob, List<Object> given, String where, Source source) {
    List<Object> values = new ArrayList<>();
    given.forEach(value -> values.add(value(knob, value, where, source)));
    if (values.isEmpty()) {
      throw wrong(where + " must hold at least one value of " + knob.key());
    }
    once(where, values);
    return values;
  }

  private Object value(Knob knob, Object given, String where, Source source) {
    if (!knob.isCategory() && given instanceof Number number) {
      return number.doubleValue();
    }
    List<String> allowed = Conditions.categories(knob);
    if (knob.isCategory()
        && given instanceof String
        && (source instanceof Recordings || allowed.contains(given))) {
      return given;
    }
    throw wrong(
        "%s: %s is '%s', must be %s"
            .formatted(where, knob.key(), given, knob.isCategory() ? allowed : "a number"));
  }

  private Conditions conditions(Map<String, Object> given, String where, Source source) {
    Conditions conditions = Conditions.CLEAN;
    if (given != null) {
      for (Map.Entry<String, Object> entry : given.entrySet()) {
        Knob knob = knob(entry.getKey(), source);
        conditions = conditions.with(knob, value(knob, entry.getValue(), where, source));
      }
    }
    return conditions;
  }

  private Knob knob(String key, Source source) {
    List<Knob> there = source instanceof Recordings ? Knob.OF_A_RECORDING : List.of(Knob.values());
    return Knob.of(key)
        .filter(there::contains)
        .orElseThrow(
            () ->
                wrong(
                    "knows no knob '%s' here, must be one of %s"
                        .formatted(key, there.stream().map(Knob::key).toList())));
  }

  private Claim claim(List<String> models, List<Sweep> sweeps) {
    PlanYaml.ClaimEntry entry = need(yaml.answer(), "answer");
    return new Claim(
        known(need(entry.model(), "answer.model"), models, "answer.model"),
        known(need(entry.against(), "answer.against"), models, "answer.against"),
        sweep(need(entry.sweep(), "answer.sweep"), sweeps, "answer.sweep"));
  }

  private List<MapWish> maps(List<String> models, Source source) {
    List<MapWish> maps = new ArrayList<>();
    if (yaml.maps() != null) {
      for (PlanYaml.MapEntry entry : yaml.maps()) {
        maps.add(
            new MapWish(
                need(entry.title(), "maps.title"),
                known(need(entry.model(), "maps.model"), models, "maps.model"),
                conditions(entry.conditions(), "maps.conditions", source)));
      }
    }
    return maps;
  }

  private ForecastWish forecast(List<String> models, List<Sweep> sweeps) {
    PlanYaml.ForecastEntry entry = yaml.forecast();
    if (entry == null) {
      return null;
    }
    return new ForecastWish(
        need(entry.file(), "forecast.file"),
        need(entry.run(), "forecast.run"),
        known(need(entry.model(), "forecast.model"), models, "forecast.model"),
        sweep(need(entry.sweep(), "forecast.sweep"), sweeps, "forecast.sweep"));
  }

  private List<Published> published() {
    List<Published> published = new ArrayList<>();
    if (yaml.published() != null) {
      for (PlanYaml.PublishedEntry entry : yaml.published()) {
        published.add(
            new Published(
                need(entry.what(), "published.what"),
                need(entry.value(), "published.value"),
                need(entry.source(), "published.source"),
                need(entry.comparable(), "published.comparable"),
                need(entry.why(), "published.why")));
      }
    }
    return published;
  }

  /** Lags that cannot be, packets that jitter backwards: found now, not in the middle of a run. */
  private void check(Plan plan) {
    for (Conditions conditions : plan.conditions()) {
      try {
        if (plan.source() instanceof Simulated) {
          conditions.world(0, 0, 5);
        } else {
          conditions.lag(SessionSource.OfARecording.LAG);
        }
      } catch (IllegalArgumentException impossible) {
        throw wrong(conditions + ": " + impossible.getMessage());
      }
    }
  }

  private String known(String model, List<String> models, String where) {
    List<String> labels = models.stream().map(Plan::label).toList();
    if (!labels.contains(model)) {
      throw wrong(where + " is '" + model + "', must be one of " + labels);
    }
    return model;
  }

  private String sweep(String name, List<Sweep> sweeps, String where) {
    List<String> names = sweeps.stream().map(Sweep::name).toList();
    if (!names.contains(name)) {
      throw wrong(where + " is '" + name + "', must be one of " + names);
    }
    return name;
  }

  private void once(String where, List<?> values) {
    if (new HashSet<>(values).size() < values.size()) {
      throw wrong(where + " has " + values + ", must hold each only once");
    }
  }

  private <T> T need(T value, String key) {
    if (value == null) {
      throw wrong("has no key '" + key + "', which it must have");
    }
    return value;
  }

  private PlanException wrong(String what) {
    return new PlanException(file + ": " + what);
  }

  private String text() {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }
}
