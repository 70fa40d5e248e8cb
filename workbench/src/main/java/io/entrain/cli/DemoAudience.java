package io.entrain.cli;

import io.entrain.job.JobModel;
import io.entrain.scoring.Latency;
import io.entrain.scoring.Scoreboard;
import io.entrain.wire.LetterParts;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Timing;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import io.entrain.wire.v1.Truth;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads what the demo's job publishes and what was true, from the topics alone, and scores it. */
final class DemoAudience implements AutoCloseable {
  private static final Duration GLANCE = Duration.ofMillis(50);

  /** From the last block sent to giving up on windows that have not come. */
  private static final Duration TAIL = Duration.ofSeconds(15);

  private final RecordConsumer<Decoded> decoded;
  private final RecordConsumer<Truth> truth;
  private final RecordConsumer<Rejected> rejected;
  private final Scoreboard scoreboard;
  private final Latency latency = new Latency();
  private final Map<String, DemoState.LagNow> lags = new LinkedHashMap<>();
  private final List<String> models;
  private final long expectedWindows;
  private final int seconds;
  private long rejects;
  private long late;
  private long newestNanos;
  private long sentNanos = Long.MAX_VALUE;

  DemoAudience(String bootstrap, List<JobModel> jobModels, List<String> sessions, int seconds) {
    Topics topics = Topics.DEFAULT;
    this.seconds = seconds;
    decoded = open(bootstrap, topics.decoded(), MessageCodec.DECODED::decode);
    truth = open(bootstrap, topics.truth(), MessageCodec.TRUTH::decode);
    rejected = open(bootstrap, topics.rejected(), MessageCodec.REJECTED::decode);
    Map<String, Duration> hops =
        jobModels.stream()
            .map(JobModel::contract)
            .collect(Collectors.toMap(c -> c.name(), c -> Duration.ofMillis((long) c.hopMillis())));
    scoreboard = new Scoreboard(hops);
    models = jobModels.stream().map(model -> model.contract().name()).toList();
    expectedWindows =
        hops.values().stream().mapToLong(hop -> seconds * 1000L / hop.toMillis()).sum()
            * sessions.size();
    sessions.forEach(name -> lags.put(name, new DemoState.LagNow(name, 0, 0, 0)));
  }

  private static <T> RecordConsumer<T> open(
      String bootstrap, String topic, RecordConsumer.Decoder<T> decoder) {
    return new RecordConsumer<>(
        bootstrap, topic, decoder, Start.BEGINNING, Isolation.READ_UNCOMMITTED);
  }

  /** Takes what has come; waits a moment for it. */
  void listen() {
    truth.poll(Duration.ZERO).forEach(record -> take(record.value()));
    for (Received<Decoded> record : decoded.poll(GLANCE)) {
      take(record);
    }
    rejected.poll(Duration.ZERO).forEach(record -> take(record.value()));
  }

  private void take(Truth row) {
    scoreboard.add(row);
    lags.computeIfPresent(row.getSession(), (name, lag) -> lag.withTruth(row.getLagMillis()));
  }

  private void take(Received<Decoded> record) {
    Decoded value = record.value();
    scoreboard.add(value);
    newestNanos = Math.max(newestNanos, value.getWindowEndNanos());
    if (!value.getWarmingUp()) {
      latency.add(Timing.read(record.headers()));
    }
    if (value.hasLag()) {
      lags.computeIfPresent(
          value.getSession(),
          (name, lag) ->
              lag.withEstimate(value.getLag().getMillis(), value.getLag().getSdMillis()));
    }
  }

  private void take(Rejected letter) {
    rejects += LetterParts.isFirst(letter) ? 1 : 0;
    if (letter.getReason() == Reason.TOO_LATE) {
      late++;
    }
  }

  /** Whether all is sent and all has come, or the rest has had time enough. */
  boolean hasSeenAll(DemoFeed feed) {
    if (!feed.isDone()) {
      return false;
    }
    sentNanos = Math.min(sentNanos, System.nanoTime());
    return windows() >= expectedWindows || System.nanoTime() - sentNanos > TAIL.toNanos();
  }

  private long windows() {
    return scoreboard.scores().stream().mapToLong(score -> score.windows()).sum();
  }

  /** How things stand. */
  DemoState state() {
    return new DemoState(
        newestNanos / 1e9,
        seconds,
        models.stream().map(scoreboard::score).toList(),
        List.copyOf(lags.values()),
        new DemoState.Counts(expectedWindows, windows(), rejects, late),
        latency.millisAt(50),
        latency.millisAt(99));
  }

  /** Scores what waited for truth that does not come any more; how it ended. */
  DemoState finish() {
    truth.readToEnd().forEach(record -> take(record.value()));
    scoreboard.finish();
    return state();
  }

  @Override
  public void close() {
    decoded.close();
    truth.close();
    rejected.close();
  }
}
