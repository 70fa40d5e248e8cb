package io.entrain.contract;

import io.entrain.contract.ModelContract.Component;
import io.entrain.contract.ModelContract.LagOutput;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.Output;
import io.entrain.contract.ModelContract.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * No two tensors may share a name, nor two components of one delay, and what the lag names must be
 * there: its modalities, and the state of the lags that are allowed.
 */
final class ContractNames {
  private ContractNames() {}

  static void check(ModelContract contract) {
    Set<String> seen = new HashSet<>();
    for (String name : tensors(contract)) {
      if (!seen.add(name)) {
        throw new ContractException(
            "the tensor name \"%s\" stands twice, each must be unique".formatted(name));
      }
    }
    checkComponents(contract);
    if (contract.lag() != null) {
      checkModality(contract, "lag.of", contract.lag().of());
      checkModality(contract, "lag.relative_to", contract.lag().relativeTo());
      if (contract.lag().of().equals(contract.lag().relativeTo())) {
        throw new ContractException(
            "lag.of and lag.relative_to are both \"%s\", must differ"
                .formatted(contract.lag().of()));
      }
      checkAllowed(contract, contract.lag());
    }
  }

  /** A record of the output names a component and its delay, not the tensor it came from. */
  private static void checkComponents(ModelContract contract) {
    Map<Integer, Set<String>> seen = new HashMap<>();
    for (Output output : contract.outputs()) {
      Set<String> names = seen.computeIfAbsent(output.delayMillis(), delay -> new HashSet<>());
      for (Component component : output.components()) {
        if (!names.add(component.name())) {
          throw new ContractException(
              "output %s has the component \"%s\", which stands twice at a delay of %d ms, each must be unique"
                  .formatted(output.name(), component.name(), output.delayMillis()));
        }
      }
    }
  }

  private static void checkAllowed(ModelContract contract, LagOutput lag) {
    if (lag.allowed() == null) {
      return;
    }
    State state = contract.state(lag.allowed());
    if (state == null) {
      throw new ContractException(
          "lag.allowed is \"%s\", must be one of the states %s"
              .formatted(lag.allowed(), contract.states().stream().map(State::name).toList()));
    }
    List<Integer> wanted = List.of(lag.gridMillis().length);
    if (!state.shape().equals(wanted)) {
      throw new ContractException(
          "lag.allowed is \"%s\", a state of shape %s, must be of shape %s, one for each lag"
              .formatted(lag.allowed(), state.shape(), wanted));
    }
  }

  private static List<String> tensors(ModelContract contract) {
    List<String> names = new ArrayList<>();
    for (Modality modality : contract.modalities()) {
      names.add(modality.name());
      names.add(modality.maskName());
    }
    for (State state : contract.states()) {
      names.add(state.name());
      names.add(state.next());
    }
    for (Output output : contract.outputs()) {
      names.add(output.name());
      names.add(output.logVariance());
    }
    if (contract.lag() != null) {
      names.add(contract.lag().posterior());
      names.add(contract.lag().millis());
      if (contract.lag().headroom() != null) {
        names.add(contract.lag().headroom());
      }
    }
    if (contract.attention() != null) {
      names.add(contract.attention().output());
    }
    return names;
  }

  private static void checkModality(ModelContract contract, String what, String name) {
    if (contract.modality(name) == null) {
      throw new ContractException(
          "%s is \"%s\", must be one of %s"
              .formatted(what, name, contract.modalities().stream().map(Modality::name).toList()));
    }
  }
}
