package io.entrain.bench.contest;

import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.LiveLoad;
import io.entrain.bench.load.Replay;
import io.entrain.bench.measure.Meter;
import io.entrain.bench.measure.ThreadCpu;
import io.entrain.job.EntrainJob;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Timing;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job, its live input and a consumer of its output.
 *
 * @param warmUpHops of other sessions that the job has decoded before the first of the feed is due
 * @param firstHops of the feed, which do not count
 */
record LiveStand(String bootstrap, Engine engine, Feed feed, int warmUpHops, int firstHops) {
  private static final AtomicInteger RUNS = new AtomicInteger();

  /** After this long without a record the run is given up. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private static final Duration GLANCE = Duration.ofMillis(5);

  /** The production job with default settings but for these. */
  LiveRun decoding(Path model, Map<String, String> settings) throws Exception {
    Topics topics = freshTopics();
    StreamExecutionEnvironment environment = Engine.environment();
    EntrainJob.build(environment, DecodingJob.onKafka(bootstrap, topics.prefix(), model, settings));
    return run(environment, topics, MessageCodec.DECODED::decode, this::window);
  }

  /** The job that only passes on. */
  LiveRun passing() throws Exception {
    Topics topics = freshTopics();
    StreamExecutionEnvironment environment =
        IdentityJob.build(
            PlainKafka.sources(bootstrap, topics, false),
            PlainKafka.sink(bootstrap, topics.decoded(), false));
    return run(environment, topics, value -> value, this::afterWarmUp);
  }

  private Topics freshTopics() {
    Topics topics = new Topics("live-" + RUNS.getAndIncrement());
    Replay.createTopics(bootstrap, topics);
    return topics;
  }

  /** Number of the window of a decoded record, hop by hop. */
  private long window(Decoded decoded) {
    long hop = decoded.getWindowEndNanos() / (FeedShape.HOP_MILLIS * 1_000_000L) - 1;
    String session = decoded.getSession();
    return hop * feed.shape().sessions()
        + Integer.parseInt(session.substring(session.indexOf('-') + 1));
  }

  private <T> LiveRun run(
      StreamExecutionEnvironment environment,
      Topics topics,
      RecordConsumer.Decoder<T> decoder,
      ToLongFunction<T> window)
      throws Exception {
    JobID job = engine.start(environment);
    try (RecordConsumer<T> consumer =
            new RecordConsumer<>(
                bootstrap, topics.decoded(), decoder, Start.BEGINNING, Isolation.READ_UNCOMMITTED);
        LiveLoad load = new LiveLoad(bootstrap, topics, feed)) {
      await(consumer, load.warmUp(warmUpHops));
      load.start();
      return follow(consumer, load, window);
    } finally {
      engine.cancel(job);
    }
  }

  private long afterWarmUp(byte[] passed) {
    return IdentityJob.place(passed) - feed.shape().lasting(warmUpHops).windows();
  }

  private static void await(RecordConsumer<?> consumer, int windows) {
    long lastNanos = System.nanoTime();
    int came = 0;
    while (came < windows) {
      int more = consumer.poll(GLANCE).size();
      came += more;
      lastNanos = more > 0 ? System.nanoTime() : lastNanos;
      if (System.nanoTime() - lastNanos > PATIENCE_NANOS) {
        throw new IllegalStateException(
            "%d of %d windows came of the warm-up, then none for 20 s".formatted(came, windows));
      }
    }
  }

  private <T> LiveRun follow(RecordConsumer<T> consumer, LiveLoad load, ToLongFunction<T> window) {
    LiveRun run = new LiveRun();
    int first = firstHops * feed.shape().sessions();
    long wanted = feed.shape().windows() - first;
    Account account = null;
    long lastNanos = System.nanoTime();
    while (run.windows() < wanted) {
      for (Received<T> record : consumer.poll(GLANCE)) {
        lastNanos = System.nanoTime();
        int number = (int) window.applyAsLong(record.value());
        if (number < first) {
          continue;
        }
        account = account == null ? Account.open() : account;
        add(run, load, number, record, lastNanos);
      }
      load.check();
      if (System.nanoTime() - lastNanos > PATIENCE_NANOS) {
        throw new IllegalStateException(
            "%d of %d windows came, then none for 20 s".formatted(run.windows(), wanted));
      }
    }
    run.used(account.cores());
    return run;
  }

  private static void add(
      LiveRun run, LiveLoad load, int window, Received<?> record, long nowNanos) {
    run.add(
        nowNanos - load.dueNanos(window),
        load.slipMicros(window),
        Math.max(0, load.ackMicros(window)),
        Timing.read(record.headers()),
        System.currentTimeMillis());
  }

  /** CPU of the process without the threads that send and that look at the result. */
  private record Account(long startNanos, long processNanos, Map<Long, Long> others) {
    static Account open() {
      return new Account(
          System.nanoTime(), Meter.processCpuNanos(), ThreadCpu.nanos(LiveLoad.THREADS));
    }

    double cores() {
      long others = ThreadCpu.between(this.others, ThreadCpu.nanos(LiveLoad.THREADS));
      long ours = Meter.processCpuNanos() - processNanos - others;
      return (double) ours / (System.nanoTime() - startNanos);
    }
  }
}
