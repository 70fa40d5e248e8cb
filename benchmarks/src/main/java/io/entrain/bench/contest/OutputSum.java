package io.entrain.bench.contest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.job.OutputKind;
import io.entrain.job.OutputRecord;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.List;

/** A checksum over what was decoded for which window, whatever the order. */
final class OutputSum {
  private OutputSum() {}

  /** Of the windows that end by {@code untilNanos}; never 0. */
  static long of(List<OutputRecord> outputs, long untilNanos) {
    long sum = 0;
    for (OutputRecord output : outputs) {
      if (output.kind() == OutputKind.DECODED) {
        Decoded decoded = read(output.value());
        sum += decoded.getWindowEndNanos() <= untilNanos ? hash(decoded) : 0;
      }
    }
    return sum == 0 ? 1 : sum;
  }

  static Decoded read(byte[] value) {
    try {
      return MessageCodec.DECODED.decode(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a contestant wrote what is no Decoded record", e);
    }
  }

  private static long hash(Decoded decoded) {
    long hash = decoded.getSession().hashCode() * 31L + decoded.getWindowEndNanos();
    for (Component component : decoded.getComponentList()) {
      hash = hash * 1_000_003 + Float.floatToIntBits(component.getMean());
    }
    return hash * 0x9E3779B97F4A7C15L;
  }
}
