package io.entrain.chaos;

import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.implementation.bind.annotation.Argument;
import org.apache.flink.runtime.state.KeyedStateBackend;

/** State in a field, which no checkpoint sees. Goes into the jar of a broken build. */
public final class FieldState {
  private static final Map<Object, float[][]> TENSORS = new HashMap<>();

  /** Knows the session that is being decoded. */
  @SuppressWarnings("NonFinalStaticField") // the mistake that is shown
  public static KeyedStateBackend<?> backend;

  private FieldState() {}

  /** Instead of the keyed state. */
  public static float[][] tensors() {
    return TENSORS.get(backend.getCurrentKey());
  }

  /** Instead of the keyed state. */
  public static void putTensors(@Argument(0) float[][] values) {
    TENSORS.put(backend.getCurrentKey(), values);
  }
}
