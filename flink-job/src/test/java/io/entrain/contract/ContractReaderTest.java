package io.entrain.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.contract.ModelContract.Kind;
import io.entrain.contract.ModelContract.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContractReaderTest {
  static final String GOOD =
      """
      {"version": 1, "name": "tiny", "hop_millis": 20, "context_hops": 4, "warmup_hops": 2,
       "modalities": [
         {"name": "spikes", "kind": "events", "channels": 3, "bins_per_hop": 2, "unit": "count", "marks": ["height"]},
         {"name": "lfp", "kind": "samples", "channels": 2, "rate_hz": 100, "unit": "sd"}],
       "states": [{"name": "carry", "next": "next_carry", "shape": [2, 3], "initial": [0, 1, 2, 3, 4, 5]},
                  {"name": "count", "next": "next_count", "shape": [4], "initial": 0.5}],
       "outputs": [{"name": "decoded", "log_variance": "decoded_log_variance",
                    "components": [{"name": "velocity_x", "unit": "sd"}, {"name": "velocity_y", "unit": "sd"}]}],
       "lag": {"of": "spikes", "relative_to": "lfp", "grid_millis": [-20, 0, 20],
               "posterior": "lag_posterior", "millis": "lag_millis"},
       "attention": {"output": "attention", "shape": [2, 3]},
       "provenance": {"data": "none", "seed": 7, "metrics": {"r2": 0.5}}}
      """;

  /** As Python writes it, with every key. */
  static final String NEWER =
      """
      {"version": 2, "name": "newer", "hop_millis": 20, "context_hops": 4, "warmup_hops": 2,
       "modalities": [
         {"name": "spikes", "kind": "events", "channels": 3, "bins_per_hop": 2, "unit": "count", "marks": []},
         {"name": "lfp", "kind": "samples", "channels": 2, "rate_hz": 100, "unit": "sd"}],
       "states": [{"name": "belief", "next": "next_belief", "shape": [3, 1], "initial": [1]},
                  {"name": "open", "next": "next_open", "shape": [3], "initial": [1]}],
       "outputs": [{"name": "decoded", "log_variance": "decoded_log_variance",
                    "components": [{"name": "x", "unit": "sd"}], "delay_millis": 0},
                   {"name": "settled", "log_variance": "settled_log_variance",
                    "components": [{"name": "x", "unit": "sd"}], "delay_millis": 400}],
       "lag": {"of": "spikes", "relative_to": "lfp", "grid_millis": [-20, 0, 20], "posterior": "lag_posterior",
               "millis": "lag_millis", "headroom": "lag_headroom", "allowed": "open"},
       "attention": {"output": "attention", "shape": [3]}, "provenance": {}}
      """;

  @Test
  void readsEveryPart() {
    ModelContract contract = ContractReader.parse(GOOD);
    ModelContract.Modality spikes = contract.modality("spikes");
    assertThat(spikes.kind()).isEqualTo(Kind.EVENTS);
    assertThat(spikes.planes()).isEqualTo(6);
    assertThat(contract.stepsPerHop(spikes)).isEqualTo(2);
    assertThat(contract.stepsPerHop(contract.modality("lfp"))).isEqualTo(2);
    assertThat(contract.hopNanos()).isEqualTo(20_000_000L);
    assertThat(contract.states().get(0).initial()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(contract.states().get(1).initial()).containsExactly(.5f, .5f, .5f, .5f);
    assertThat(contract.provenance().entries()).containsEntry("metrics.r2", "0.5");
    assertThat(contract.inputs())
        .containsEntry("spikes", List.of(8, 6))
        .containsEntry("spikes_mask", List.of(8))
        .containsEntry("carry", List.of(2, 3));
    assertThat(contract.results())
        .containsEntry("decoded", List.of(2))
        .containsEntry("lag_posterior", List.of(3))
        .containsEntry("lag_millis", List.of())
        .containsEntry("attention", List.of(2, 3))
        .containsEntry("next_count", List.of(4));
  }

  @Test
  void readsWhatVersion2Added() {
    ModelContract contract = ContractReader.parse(NEWER);
    assertThat(contract.outputs()).extracting(Output::delayMillis).containsExactly(0, 400);
    assertThat(contract.lag().headroom()).isEqualTo("lag_headroom");
    assertThat(contract.state(contract.lag().allowed()).initial()).containsExactly(1, 1, 1);
    assertThat(contract.results()).containsEntry("lag_headroom", List.of());
    assertThat(contract.results().keySet())
        .containsSubsequence("lag_posterior", "lag_millis", "lag_headroom", "attention");
  }

  @Test
  void version2AsksForNothingThatVersion1DidNotHave() {
    ModelContract old = ContractReader.parse(GOOD);
    assertThat(ContractReader.parse(GOOD.replace("\"version\": 1", "\"version\": 2")))
        .isEqualTo(old);
    assertThat(ContractReader.parse(replaced(NEWER, "\"lag_headroom\"", "null")).results())
        .doesNotContainKey("lag_headroom");
    assertThat(old.outputs().get(0).delayMillis()).isZero();
    assertThat(old.lag().headroom()).isNull();
    assertThat(old.lag().allowed()).isNull();
    assertThat(old.results().keySet()).containsSubsequence("lag_millis", "attention");
  }

  @Test
  void readsTheContractOfTheDocumentation() throws IOException {
    String page =
        Files.readString(Path.of(System.getProperty("entrain.root", ".."), "docs", "contract.md"));
    String json = page.substring(page.indexOf("```json") + 7);
    assertThat(ContractReader.parse(json.substring(0, json.indexOf("```"))).name())
        .isEqualTo("tiny");
  }

  @Test
  void lagAttentionStatesAndProvenanceMayBeAbsent() {
    ModelContract contract =
        ContractReader.parse(
            """
            {"version": 1, "name": "m", "hop_millis": 50, "context_hops": 80, "warmup_hops": 80,
             "modalities": [{"name": "delayed", "kind": "events", "channels": 131, "bins_per_hop": 1, "unit": "count"}],
             "states": [], "lag": null, "attention": null,
             "outputs": [{"name": "decoded", "log_variance": "v", "components": [{"name": "x", "unit": "cm/s"}]}]}
            """);
    assertThat(contract.lag()).isNull();
    assertThat(contract.attention()).isNull();
    assertThat(contract.modalities().get(0).marks()).isEmpty();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault(
            "\"hop_millis\": 20",
            "\"hop_millis\": 0",
            "hop_millis is 0, must be a whole number from 1 to 60000"),
        fault(
            "\"hop_millis\": 20",
            "\"hop_millis\": 20.5",
            "hop_millis is 20.5, must be a whole number"),
        fault("\"hop_millis\": 20,", "", "hop_millis is missing"),
        fault(
            "\"context_hops\": 4",
            "\"context_hops\": \"4\"",
            "context_hops is \"4\", must be a whole number"),
        fault(
            "\"warmup_hops\": 2",
            "\"warmup_hops\": -1",
            "warmup_hops is -1, must be a whole number from 0"),
        fault(
            "\"version\": 1", "\"version\": 0", "version is 0, must be a whole number from 1 to 2"),
        fault("\"version\": 1,", "", "version is missing"),
        fault(
            "\"name\": \"tiny\"",
            "\"name\": \" \"",
            "name is \" \", must be a text that is not empty"),
        fault("\"warmup_hops\"", "\"warm_up_hops\"", "warmup_hops is missing"),
        fault("\"attention\": {", "\"attenton\": {", "attenton is not a field of the contract"),
        fault(
            "\"kind\": \"events\"",
            "\"kind\": \"spikes\"",
            "modalities[0].kind is \"spikes\", must be \"events\" or \"samples\""),
        fault(
            "\"channels\": 3",
            "\"channels\": 65537",
            "modalities[0].channels is 65537, must be a whole number from 1 to 65536"),
        fault(
            "\"bins_per_hop\": 2",
            "\"bins_per_hop\": 3",
            "modalities[0].bins_per_hop is 3, must divide the hop of 20 ms"),
        fault("\"bins_per_hop\": 2", "\"rate_hz\": 100", "modalities[0].bins_per_hop is missing"),
        fault(
            "\"rate_hz\": 100",
            "\"rate_hz\": 125",
            "modalities[1].rate_hz is 125, must give whole samples in a hop of 20 ms"),
        fault(
            "\"rate_hz\": 100",
            "\"rate_hz\": 100, \"marks\": []",
            "modalities[1].marks is not a field of the contract"),
        fault("[\"height\"]", "\"height\"", "modalities[0].marks is \"height\", must be a list"),
        fault("\"name\": \"lfp\"", "\"name\": \"spikes\"", "\"spikes\" stands twice"),
        fault("\"name\": \"lfp\"", "\"name\": \"spikes_mask\"", "\"spikes_mask\" stands twice"),
        fault("\"next\": \"next_carry\"", "\"next\": \"decoded\"", "\"decoded\" stands twice"),
        fault(
            "\"shape\": [4]",
            "\"shape\": []",
            "states[1].shape is [], must have at least one dimension"),
        fault("\"shape\": [4]", "\"shape\": [2147483647]", "elements a row, the limit is"),
        fault("4, 5]", "4]", "states[0].initial is 5 values, must be one, or 6"),
        fault("4, 5]", "4, 1e39]", "states[0].initial[5] is 1.0E39, must be a finite float32"),
        fault(
            "\"initial\": 0.5", "\"initial\": \"0\"", "states[1].initial is \"0\", must be a list"),
        fault(
            "\"velocity_y\"",
            "\"velocity_x\"",
            "output decoded has the component \"velocity_x\", which stands twice at a delay of 0 ms"),
        fault(
            "\"of\": \"spikes\"",
            "\"of\": \"ecg\"",
            "lag.of is \"ecg\", must be one of [spikes, lfp]"),
        fault(
            "\"of\": \"spikes\"", "\"of\": \"lfp\"", "lag.of and lag.relative_to are both \"lfp\""),
        fault(
            "[-20, 0, 20]",
            "[-20, 0, 0]",
            "lag.grid_millis[2] is 0.0, must be above the one before, 0.0"),
        fault("[-20, 0, 20]", "[0]", "lag.grid_millis is 1 values, must be at least 2"),
        fault(
            "\"context_hops\": 4",
            "\"context_hops\": 4, \"context_hops\": 5",
            "the contract is not JSON"));
  }

  static Stream<Arguments> newerFaults() {
    return Stream.of(
        fault(
            "\"delay_millis\": 400",
            "\"delay_millis\": -20",
            "outputs[1].delay_millis is -20, must be a whole number from 0 to 60000"),
        fault("400", "60020", "outputs[1].delay_millis is 60020, must be a whole number from 0 to"),
        fault("400", "40.5", "outputs[1].delay_millis is 40.5, must be a whole number"),
        fault(
            "400", "410", "outputs[1].delay_millis is 410, must be a multiple of the hop of 20 ms"),
        fault(
            "400",
            "0",
            "output settled has the component \"x\", which stands twice at a delay of 0 ms"),
        fault("\"lag_headroom\"", "7", "lag.headroom is 7, must be a text that is not empty"),
        fault("\"lag_headroom\"", "\"decoded\"", "\"decoded\" stands twice"),
        fault("\"lag_headroom\"", "\"open\"", "\"open\" stands twice"),
        fault(
            "\"allowed\": \"open\"",
            "\"allowed\": \"lfp\"",
            "lag.allowed is \"lfp\", must be one of the states [belief, open]"),
        fault(
            "\"allowed\": \"open\"",
            "\"allowed\": \"belief\"",
            "lag.allowed is \"belief\", a state of shape [3, 1], must be of shape [3]"),
        fault(
            "[-20, 0, 20]",
            "[-20, 0, 20, 40]",
            "lag.allowed is \"open\", a state of shape [3], must be of shape [4]"));
  }

  private static Arguments fault(String part, String replacement, String message) {
    return Arguments.of(part, replacement, message);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource("faults")
  void refusesWithWhatValueAndBound(String part, String replacement, String message) {
    refuses(replaced(GOOD, part, replacement), message);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource("newerFaults")
  void refusesWhatVersion2CannotKeep(String part, String replacement, String message) {
    refuses(replaced(NEWER, part, replacement), message);
  }

  private static String replaced(String contract, String part, String replacement) {
    assertThat(contract).contains(part);
    return contract.replaceFirst(Pattern.quote(part), replacement);
  }

  private static void refuses(String contract, String message) {
    assertThatThrownBy(() -> ContractReader.parse(contract))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining(message);
  }

  @Test
  void saysWhatToDoAboutAContractFromTheFuture() {
    String future = GOOD.replace("\"version\": 1", "\"version\": 3, \"clock\": \"new\"");
    assertThatThrownBy(() -> ContractReader.parse(future))
        .hasMessageContaining("the contract has version 3, this program reads versions 1 to 2")
        .hasMessageContaining("run a newer Entrain");
  }

  @Test
  void saysWhatToDoWithoutAContract() {
    for (String nothing : new String[] {null, "", "  "}) {
      assertThatThrownBy(() -> ContractReader.parse(nothing))
          .hasMessageContaining("the model has no contract")
          .hasMessageContaining("entrain.contract")
          .hasMessageContaining("export it with entrain_model");
    }
  }

  @Test
  void refusesWhatIsNotAJsonObject() {
    for (String text : new String[] {"{", "contract", "[]", "7", GOOD + "{}"}) {
      assertThatThrownBy(() -> ContractReader.parse(text))
          .as(text)
          .isInstanceOf(ContractException.class);
    }
  }
}
