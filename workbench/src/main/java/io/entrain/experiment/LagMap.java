package io.entrain.experiment;

import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Alignment;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a model saw the lag of one session: the posterior at every {@code stride}-th window, and the
 * attention of the window in the middle.
 *
 * @param gridMillis {@code [L]}
 * @param timesSeconds {@code [T]} ends of the windows, from the session's start
 * @param posterior {@code [T][L]}
 * @param trueLagMillis {@code [T]}, NaN as null where unknown
 * @param lagMillis {@code [T]} the estimate
 * @param sdMillis {@code [T]} its sd
 * @param attention of one window; null where the model has no attention of a number for each lag
 */
record LagMap(
    String title,
    String model,
    String session,
    List<Float> gridMillis,
    List<Double> timesSeconds,
    List<List<Float>> posterior,
    List<Double> trueLagMillis,
    List<Float> lagMillis,
    List<Float> sdMillis,
    Attention attention) {
  /** Columns that a page has room for. */
  private static final int MOST_COLUMNS = 300;

  /** Weight of each lag, {@code [L]}. */
  record Attention(double atSeconds, List<Float> values) {}

  /** From what the job wrote about a session that it was alone with. */
  static LagMap read(
      String bootstrap, Topics topics, String title, String model, KnownTruth truth) {
    Map<Long, Decoded> decoded = new HashMap<>();
    for (Received<Decoded> record :
        read(bootstrap, topics.decoded(), MessageCodec.DECODED::decode)) {
      decoded.put(record.value().getWindowEndNanos(), record.value());
    }
    List<Received<Alignment>> all =
        read(bootstrap, topics.alignment(), MessageCodec.ALIGNMENT::decode);
    if (all.isEmpty()) {
      return null;
    }
    int stride = Math.max(1, (all.size() + MOST_COLUMNS - 1) / MOST_COLUMNS);
    long startNanos = all.get(0).value().getWindowEndNanos();
    LagMap map =
        new LagMap(
            title,
            model,
            all.get(0).key(),
            all.get(0).value().getGridMillisList(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            attention(all.get(all.size() / 2).value(), startNanos));
    for (int i = 0; i < all.size(); i += stride) {
      Alignment alignment = all.get(i).value();
      map.add(alignment, decoded.get(alignment.getWindowEndNanos()), truth, startNanos);
    }
    return map;
  }

  private void add(Alignment alignment, Decoded decoded, KnownTruth truth, long startNanos) {
    if (decoded == null || decoded.getWarmingUp()) {
      return;
    }
    int row = truth.rowBefore(alignment.getWindowEndNanos());
    double trueLag = row < 0 ? Double.NaN : truth.lagMillis(row);
    timesSeconds.add((alignment.getWindowEndNanos() - startNanos) * 1e-9);
    posterior.add(alignment.getPosteriorList());
    trueLagMillis.add(Double.isNaN(trueLag) ? null : trueLag);
    lagMillis.add(decoded.getLag().getMillis());
    sdMillis.add(decoded.getLag().getSdMillis());
  }

  private static Attention attention(Alignment alignment, long startNanos) {
    return alignment.getAttentionCount() != alignment.getGridMillisCount()
        ? null
        : new Attention(
            (alignment.getWindowEndNanos() - startNanos) * 1e-9, alignment.getAttentionList());
  }

  private static <T> List<Received<T>> read(
      String bootstrap, String topic, RecordConsumer.Decoder<T> decoder) {
    try (RecordConsumer<T> consumer =
        new RecordConsumer<>(
            bootstrap, topic, decoder, Start.BEGINNING, Isolation.READ_UNCOMMITTED)) {
      return consumer.readToEnd();
    }
  }
}
