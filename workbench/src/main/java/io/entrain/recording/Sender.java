package io.entrain.recording;

import io.entrain.wire.BlockProducer;
import io.entrain.wire.Broker;
import io.entrain.wire.Format;
import io.entrain.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Sends a playback to Kafka. A record's timestamp is when it leaves: the wall time of the first
 * departure plus what lies between the two, also where everything is sent as fast as it goes. Then
 * the last record bears the present, so that no timestamp lies in the future, which brokers refuse
 * beyond an hour.
 */
public final class Sender implements AutoCloseable {
  /** How fast simulated time passes. */
  public enum Speed {
    REAL_TIME,
    MAX
  }

  /**
   * What has been sent.
   *
   * @param blocks of all sessions
   * @param truths rows of truth
   * @param seconds of simulated time
   * @param complete false where it was interrupted
   */
  public record Sent(long blocks, long truths, double seconds, boolean complete) {}

  private static final Duration PROGRESS = Duration.ofSeconds(1);

  private final BlockProducer producer;
  private final Speed speed;

  private Sender(BlockProducer producer, Speed speed) {
    this.producer = producer;
    this.speed = speed;
  }

  /** Opens a sender and makes those topics of the modalities and the truth that do not exist. */
  public static Sender open(
      String bootstrap, Topics topics, Collection<String> modalities, Speed speed) {
    return open(bootstrap, topics, modalities, speed, Map.of());
  }

  /** The same with further settings of Kafka's clients, for example of TLS and SASL. */
  public static Sender open(
      String bootstrap,
      Topics topics,
      Collection<String> modalities,
      Speed speed,
      Map<String, String> kafka) {
    List<String> names = new ArrayList<>(modalities.stream().map(topics::modality).toList());
    names.add(topics.truth());
    new Broker(bootstrap, kafka).createTopics(names, 1);
    Map<String, String> settings = new HashMap<>(kafka);
    if (speed == Speed.MAX) {
      // In real time at once; else in batches, which is an order of magnitude faster.
      settings.putIfAbsent("linger.ms", "20");
    }
    return new Sender(new BlockProducer(bootstrap, topics, Format.PROTOBUF, settings), speed);
  }

  /**
   * Sends until the end or an interruption.
   *
   * @param lengthNanos of the playback, from the first departure to the last, about
   * @param interrupted waits as long as it is told and says whether to stop
   * @param progress is told about once a second what has been sent
   */
  public Sent send(
      Playback playback,
      long lengthNanos,
      Predicate<Duration> interrupted,
      Consumer<Sent> progress) {
    long startMillis =
        System.currentTimeMillis() - (speed == Speed.MAX ? lengthNanos / 1_000_000 : 0);
    return sendFrom(playback, startMillis, interrupted, progress);
  }

  /**
   * The same with the log time of the first departure: what is sent after another playback must not
   * have left before it.
   */
  public Sent sendFrom(
      Playback playback,
      long startMillis,
      Predicate<Duration> interrupted,
      Consumer<Sent> progress) {
    long startNanos = System.nanoTime();
    long firstNanos = playback.nextNanos();
    long reportedNanos = startNanos;
    Sent sent = new Sent(0, 0, 0, true);
    while (playback.hasNext()) {
      long offsetNanos = playback.nextNanos() - firstNanos;
      long waitNanos = speed == Speed.MAX ? 0 : startNanos + offsetNanos - System.nanoTime();
      if (interrupted.test(Duration.ofNanos(Math.max(0, waitNanos)))) {
        return new Sent(sent.blocks, sent.truths, sent.seconds, false);
      }
      sent = send(playback.next(), startMillis, offsetNanos, sent);
      if (System.nanoTime() - reportedNanos > PROGRESS.toNanos()) {
        reportedNanos = System.nanoTime();
        progress.accept(sent);
      }
    }
    producer.flush();
    return sent;
  }

  private Sent send(Departure departure, long startMillis, long offsetNanos, Sent sent) {
    long timestampMillis = startMillis + offsetNanos / 1_000_000;
    if (departure.block() != null) {
      producer.send(departure.block(), timestampMillis);
      return new Sent(sent.blocks + 1, sent.truths, offsetNanos * 1e-9, true);
    }
    producer.send(departure.truth(), timestampMillis);
    return new Sent(sent.blocks, sent.truths + 1, offsetNanos * 1e-9, true);
  }

  @Override
  public void close() {
    producer.close();
  }
}
