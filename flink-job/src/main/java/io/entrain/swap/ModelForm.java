package io.entrain.swap;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.LagOutput;
import io.entrain.contract.ModelContract.Output;
import io.entrain.contract.ModelContract.State;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What of a contract others rely on, as text that compares and reads well: it is kept in
 * checkpoints, and said where two models differ.
 *
 * @param streams what is read: modalities and hop
 * @param outputs what is decoded: components, units, delays
 * @param lag what is said of the lag; empty where nothing is
 * @param memory what a session keeps for the model: panes of the window, state tensors
 */
public record ModelForm(String streams, String outputs, String lag, String memory)
    implements Serializable {
  /** Of no model. */
  static final ModelForm NONE = new ModelForm("", "", "", "");

  /** The form of the contract. */
  public static ModelForm of(ModelContract contract) {
    return new ModelForm(
        contract.modalities() + " every " + contract.hopMillis() + " ms",
        contract.outputs().stream().map(ModelForm::text).sorted().collect(Collectors.joining(", ")),
        contract.lag() == null ? "" : text(contract.lag()),
        "a window of %d hops, %s"
            .formatted(
                contract.contextHops(),
                contract.states().stream().map(ModelForm::text).sorted().toList()));
  }

  private static String text(Output output) {
    return output.components() + " of " + output.delayMillis() + " ms before";
  }

  private static String text(LagOutput lag) {
    return "%s against %s on %s%s%s"
        .formatted(
            lag.of(),
            lag.relativeTo(),
            Arrays.toString(lag.gridMillis()),
            lag.headroom() == null ? "" : ", with headroom",
            lag.allowed() == null ? "" : ", can be told which are allowed");
  }

  private static String text(State state) {
    return state.name() + state.shape();
  }

  /** How a model that decodes beside this one differs; empty where it reads the same. */
  List<String> streamDifferences(ModelForm other) {
    List<String> differences = new ArrayList<>();
    compare("reads", streams, other.streams, differences);
    return differences;
  }

  /** How a successor differs in what it reads and publishes; empty where it does not. */
  List<String> differences(ModelForm other) {
    List<String> differences = streamDifferences(other);
    compare("decodes", outputs, other.outputs, differences);
    compare("finds the lag of", lag, other.lag, differences);
    return differences;
  }

  /** How a successor differs in what a session keeps for it; empty where it can go on with that. */
  List<String> memoryDifferences(ModelForm other) {
    List<String> differences = new ArrayList<>();
    compare("keeps", memory, other.memory, differences);
    return differences;
  }

  private static void compare(String verb, String old, String next, List<String> differences) {
    if (!old.equals(next)) {
      differences.add(
          "it %s %s instead of %s"
              .formatted(verb, next.isEmpty() ? "none" : next, old.isEmpty() ? "none" : old));
    }
  }
}
