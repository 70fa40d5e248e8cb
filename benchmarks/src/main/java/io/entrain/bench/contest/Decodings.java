package io.entrain.bench.contest;

import io.entrain.job.OutputKind;
import io.entrain.job.OutputRecord;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What was decoded for which window, to hold one contestant's output against another's. */
final class Decodings {
  /**
   * Another batch size or another form of a model moves the last bits, and a belief carries them
   * on; more than this is another result.
   */
  private static final double TOLERANCE = 2e-3;

  private record Window(String session, long endNanos) {}

  private final Map<Window, float[]> means = new HashMap<>();

  static Decodings of(Collection<Decoded> decoded) {
    Decodings all = new Decodings();
    decoded.forEach(all::add);
    return all;
  }

  static Decodings ofOutputs(Collection<OutputRecord> outputs) {
    Decodings all = new Decodings();
    for (OutputRecord output : outputs) {
      if (output.kind() == OutputKind.DECODED) {
        all.add(OutputSum.read(output.value()));
      }
    }
    return all;
  }

  private void add(Decoded decoded) {
    float[] values = new float[decoded.getComponentCount()];
    int i = 0;
    for (Component component : decoded.getComponentList()) {
      values[i++] = component.getMean();
    }
    means.put(new Window(decoded.getSession(), decoded.getWindowEndNanos()), values);
  }

  int size() {
    return means.size();
  }

  /**
   * Largest difference of a mean over the windows that both have.
   *
   * @throws IllegalStateException where it is above the tolerance or there are no such windows
   */
  double largestDifference(Decodings other, String who) {
    double largest = -1;
    for (Map.Entry<Window, float[]> entry : means.entrySet()) {
      float[] theirs = other.means.get(entry.getKey());
      for (int i = 0; theirs != null && i < theirs.length; i++) {
        largest = Math.max(largest, Math.abs(theirs[i] - entry.getValue()[i]));
      }
    }
    if (!(largest >= 0 && largest <= TOLERANCE)) {
      throw new IllegalStateException(
          "%s decodes something else: a mean is off by %s, the tolerance is %s"
              .formatted(who, largest < 0 ? "all" : Double.toString(largest), TOLERANCE));
    }
    return largest;
  }
}
