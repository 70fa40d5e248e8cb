package io.entrain.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PlanReaderTest {
  private static final ShippedPlans SHIPPED =
      new ShippedPlans(Path.of(System.getProperty("entrain.root", "."), "workbench/plans"));

  static final String GOOD =
      """
      title: T
      question: Q?
      source:
        simulated: {subject: 1, seconds: 10}
      models: [lag-posterior, early-fusion]
      seeds: [1, 2]
      sweeps:
        lag:
          title: L
          over: lag_millis
          values: [-50, 0, 50]
          by: {noise: [0, 2]}
          with: {jitter_millis: 8}
      answer: {model: lag-posterior, against: early-fusion, sweep: lag}
      """;

  @TempDir Path folder;

  private Plan read(String yaml) throws IOException {
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, yaml);
    return PlanReader.read(file);
  }

  @Test
  void everyCombinationOfASweepIsACondition() throws IOException {
    Plan plan = read(GOOD);
    assertThat(plan.name()).isEqualTo("mine");
    assertThat(plan.conditions()).hasSize(6);
    assertThat(plan.conditions().stream().map(Conditions::toString))
        .contains("lag_millis=-50 jitter_millis=8 noise=2");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "over: lag_millis            | over: lag_milis      | no knob 'lag_milis' here, must be one of [lag_millis",
        "values: [-50, 0, 50]        | values: []           | sweeps.lag.values must hold at least one value",
        "values: [-50, 0, 50]        | values: [0, 0]       | must hold each only once",
        "values: [-50, 0, 50]        | values: [much]       | lag_millis is 'much', must be a number",
        "seconds: 10                 | seconds: 2           | seconds is 2, must be at least 5",
        "sweep: lag}                 | sweep: noise}        | answer.sweep is 'noise', must be one of [lag]",
        "against: early-fusion       | against: late        | answer.against is 'late', must be one of [lag-posterior",
        "seeds: [1, 2]               | seeds: []            | must hold at least one each",
        "with: {jitter_millis: 8}    | with: {jitter_millis: -8} | want 0 or more of each",
        "by: {noise: [0, 2]}         | by: {noise: [0], missing: [none]} | must be one knob",
        "by: {noise: [0, 2]}         | by: {missing: [emg]} | missing is 'emg', must be [none, spikes, lfp]",
        "title: T                    | titel: T             | unknown key 'titel'",
        "question: Q?                | limits: []           | has no key 'question'"
      })
  void whatCannotBeRunIsRefusedByNameValueAndBound(String good, String bad, String words)
      throws IOException {
    assertThat(GOOD).contains(good);
    assertThatThrownBy(() -> read(GOOD.replace(good, bad))).hasMessageContaining(words);
  }

  static List<String> shipped() {
    return SHIPPED.names();
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void plansThatComeWithEntrainCanBeRead(String name) {
    Plan plan = PlanReader.read(SHIPPED.file(name));
    assertThat(plan.seeds()).isNotEmpty();
    assertThat(plan.limits()).isNotEmpty();
  }

  @Test
  void thePlansThatWerePromisedAreThere() {
    assertThat(shipped())
        .contains(
            "alignment",
            "jitter",
            "noise",
            "dropout",
            "missing-stream",
            "dominance",
            "window-length",
            "real-reaching",
            "real-respiration",
            "quick");
    Plan alignment = PlanReader.read(SHIPPED.file("alignment"));
    assertThat(alignment.conditions().size() * alignment.seeds().size())
        .isGreaterThanOrEqualTo(200);
  }
}
