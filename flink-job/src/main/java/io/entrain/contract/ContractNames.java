package io.entrain.contract;

import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.Output;
import io.entrain.contract.ModelContract.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** No two tensors may share a name, and the lag must be of modalities that exist. */
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
    for (Output output : contract.outputs()) {
      Set<String> components = new HashSet<>();
      output
          .components()
          .forEach(
              component -> {
                if (!components.add(component.name())) {
                  throw new ContractException(
                      "output %s has two components \"%s\", each must be unique"
                          .formatted(output.name(), component.name()));
                }
              });
    }
    if (contract.lag() != null) {
      checkModality(contract, "lag.of", contract.lag().of());
      checkModality(contract, "lag.relative_to", contract.lag().relativeTo());
      if (contract.lag().of().equals(contract.lag().relativeTo())) {
        throw new ContractException(
            "lag.of and lag.relative_to are both \"%s\", must differ"
                .formatted(contract.lag().of()));
      }
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
