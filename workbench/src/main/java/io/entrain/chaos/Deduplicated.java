package io.entrain.chaos;

import io.entrain.wire.DecodedConsumer;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.RepeatFilter;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a consumer saw that drops repeats: {@link DecodedConsumer}, over the whole topic of decoded
 * records.
 *
 * @param records that it handed on
 * @param dropped that came again
 * @param different that came again and said something else: none, or the job broke its promise
 * @param same whether those handed on are those of the undisturbed run, session by session in order
 */
public record Deduplicated(int records, int dropped, int different, boolean same) {
  /** Whether the consumer saw exactly what the undisturbed run delivered. */
  public boolean clean() {
    return different == 0 && same;
  }

  /** In one line. */
  public String line() {
    return "a consumer that drops repeats: %d decoded records, %d dropped, %d that differ, %s"
        .formatted(
            records, dropped, different, same ? "equal" : "not equal to the undisturbed run");
  }

  /**
   * Reads the topic.
   *
   * @param undisturbed what must come
   */
  static Deduplicated read(String bootstrap, String topic, List<Output> undisturbed) {
    AtomicInteger different = new AtomicInteger();
    List<Received<Decoded>> once;
    try (RecordConsumer<Decoded> raw = consumer(bootstrap, topic);
        DecodedConsumer consumer =
            new DecodedConsumer(
                consumer(bootstrap, topic),
                new RepeatFilter(RepeatFilter.DEFAULT_REMEMBERED),
                record -> different.incrementAndGet())) {
      once = consumer.readToEnd();
      int all = raw.readToEnd().size();
      return new Deduplicated(
          once.size(),
          all - once.size() - different.get(),
          different.get(),
          bySession(once).equals(expected(undisturbed)));
    }
  }

  private static RecordConsumer<Decoded> consumer(String bootstrap, String topic) {
    return new RecordConsumer<>(
        bootstrap, topic, MessageCodec.DECODED::decode, Start.BEGINNING, Isolation.READ_COMMITTED);
  }

  private static Map<String, List<Decoded>> bySession(List<Received<Decoded>> records) {
    Map<String, List<Decoded>> sessions = new TreeMap<>();
    for (Received<Decoded> record : records) {
      sessions.computeIfAbsent(record.key(), unused -> new ArrayList<>()).add(record.value());
    }
    return sessions;
  }

  private static Map<String, List<Decoded>> expected(List<Output> undisturbed) {
    Map<String, List<Decoded>> sessions = new TreeMap<>();
    for (Output output : undisturbed) {
      if (output.kind() == OutputKind.DECODED) {
        sessions
            .computeIfAbsent(output.session(), unused -> new ArrayList<>())
            .add(OutputKind.decoded(output.value()));
      }
    }
    return sessions;
  }
}
