package io.entrain.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of waiting spans is what looking through all of them gives. */
class PendingSpansTest {
  private static final TypeSerializer<PendingSpans> SERIALIZER =
      Types.POJO(PendingSpans.class).createSerializer(new SerializerConfigImpl());

  /** Mostly in order, some in gaps later, some dropped, now and then out of a checkpoint. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theLogTimeAtWhichAnInstantIsReachedIsTheFirstOfAllThatReachIt(long seed) {
    Random random = new Random(seed);
    PendingSpans spans = new PendingSpans();
    long newest = 0;
    for (int log = 0; log < 2000; log++) {
      long start = random.nextInt(4) > 0 ? newest : newest - 1 - random.nextInt(40);
      long end = start + 1;
      if (!spans.overlaps(start, end)) {
        spans.add(start, end, log, false);
        newest = Math.max(newest, end + random.nextInt(3));
      }
      if (spans.size > 20) {
        spans.dropFirst(random.nextInt(20));
      }
      if (random.nextInt(100) == 0) {
        spans = SERIALIZER.copy(spans);
      }
      for (long at = newest - 45; at <= newest + 2; at++) {
        assertThat(spans.reachedMillis(at)).as("%d", at).isEqualTo(reachedMillis(spans, at));
      }
    }
  }

  private static long reachedMillis(PendingSpans spans, long nanos) {
    long first = Long.MAX_VALUE;
    for (int i = 0; i < spans.size; i++) {
      first = spans.endNanos[i] >= nanos ? Math.min(first, spans.logMillis[i]) : first;
    }
    return first;
  }
}
