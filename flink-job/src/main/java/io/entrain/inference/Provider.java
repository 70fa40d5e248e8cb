package io.entrain.inference;

import java.util.Arrays;
import java.util.Locale;

/** Where the model runs. */
public enum Provider {
  /** CUDA where there is a device and the GPU library, else the CPU. */
  AUTO,
  /** The CPU. */
  CPU,
  /** An NVIDIA GPU, or no start. */
  CUDA;

  /**
   * The provider of that name, in any case.
   *
   * @throws IllegalArgumentException names the choices
   */
  public static Provider of(String name) {
    return Arrays.stream(values())
        .filter(provider -> provider.text().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "provider is \"" + name + "\", must be auto, cpu or cuda"));
  }

  /** As in a configuration file. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
