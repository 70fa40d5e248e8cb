package io.entrain.experiment;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.experiment.Roster.Entrant;
import io.entrain.job.JobModel;
import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Sender.Speed;
import io.entrain.recording.Session;
import io.entrain.recording.Signal;
import io.entrain.wire.LetterParts;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Timing;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Rejected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.flink.api.common.JobID;

/**
 * Runs errands on a broker and an engine in this process. All sessions of an errand are one stream
 * and one job; so that memory does not grow with their number, they are sent in waves, one after
 * the other in log time, and a score is kept as soon as its session is decoded.
 */
final class Runner implements AutoCloseable {
  private static final Duration GLANCE = Duration.ofMillis(200);

  /**
   * What is decoded is fetched by glances. A fetch for each record that comes would take the job's
   * processor: the broker is in this process, too.
   */
  private static final Map<String, String> BY_GLANCES =
      Map.of("fetch.min.bytes", "1048576", "fetch.max.wait.ms", Long.toString(GLANCE.toMillis()));

  /** Seconds of sessions held in memory at once: about 70 MB a 1000 s of 16 channels at 1 kHz. */
  private static final int SECONDS_AT_ONCE = 4000;

  private static final int FEWEST_AT_ONCE = 8;
  private static final int MOST_AT_ONCE = 64;

  /** Between two waves: longer than any lag and any wait of the job. */
  private static final long PAUSE_MILLIS = 60_000;

  /** What is known of a session that is being decoded. */
  private record Open(Cell cell, Map<String, Tally> tallies, Map<String, Long> expected) {}

  private final EmbeddedBroker broker;
  private final EmbeddedFlink engine;
  private final ScoreStore store;
  private final Watcher watcher;
  private final int parallelism;
  private final Map<String, Open> open = new HashMap<>();
  private final long total;
  private int errands;
  private long decoded;
  private Pace pace = Pace.NONE;
  private long rejected;

  /**
   * Starts broker and engine.
   *
   * @param jobs the most that an errand asks for
   * @param total windows of all errands, for the watcher
   */
  Runner(ScoreStore store, Watcher watcher, int parallelism, int jobs, long total) {
    this.store = store;
    this.watcher = watcher;
    this.parallelism = parallelism;
    this.total = total;
    broker = EmbeddedBroker.start();
    engine = EmbeddedFlink.start(parallelism * jobs);
  }

  String bootstrap() {
    return broker.bootstrapServers();
  }

  /** Records on the dead-letter topics. */
  long rejected() {
    return rejected;
  }

  /** Windows decoded. */
  long decoded() {
    return decoded;
  }

  /** How fast the jobs decoded, without those that wrote alignment. */
  Pace pace() {
    return pace;
  }

  /** Runs an errand; the topics it used, or null where it was stopped. */
  Topics run(Errand errand, boolean alignment) {
    Topics topics = new Topics("experiment-" + errands++);
    open.clear();
    if (!send(errand, topics)) {
      return null;
    }
    List<JobID> jobs = new ArrayList<>();
    for (List<JobModel> group : errand.groups()) {
      BoundedJob job = new BoundedJob(topics, group, errand.lagRange(), alignment, parallelism);
      jobs.add(job.submit(bootstrap(), engine, topics.prefix() + "-" + jobs.size()));
    }
    // Eight bytes a window, until the errand is done.
    LongStream.Builder stampsMillis = LongStream.builder();
    if (!follow(errand, topics, jobs, stampsMillis)) {
      jobs.forEach(engine::cancel);
      return null;
    }
    if (!alignment) {
      pace = pace.and(Pace.of(stampsMillis.build().toArray()));
    }
    try (RecordConsumer<Rejected> letters =
        consumer(topics.rejected(), MessageCodec.REJECTED::decode, Map.of())) {
      rejected +=
          letters.readToEnd().stream().filter(each -> LetterParts.isFirst(each.value())).count();
    }
    return topics;
  }

  private boolean send(Errand errand, Topics topics) {
    List<Cell> cells = errand.cells();
    Session first = errand.source().session(cells.get(0).conditions(), cells.get(0).seed());
    long lengthMillis = first.span().nanos() / 1_000_000 + PAUSE_MILLIS;
    int wave =
        (int)
            Math.max(
                FEWEST_AT_ONCE, Math.min(MOST_AT_ONCE, SECONDS_AT_ONCE * 1000L / lengthMillis));
    int waves = (cells.size() + wave - 1) / wave;
    long startMillis = System.currentTimeMillis() - waves * lengthMillis;
    List<String> modalities = first.signals().stream().map(Signal::modality).toList();
    try (Sender sender = Sender.open(bootstrap(), topics, modalities, Speed.MAX)) {
      for (int i = 0; i < waves; i++) {
        Playback playback = new Playback();
        for (Cell cell : cells.subList(i * wave, Math.min(cells.size(), (i + 1) * wave))) {
          if (watcher.stops(Duration.ZERO)) {
            return false;
          }
          playback.add(open(errand, cell), cell.id(), Playback.BLOCK_NANOS);
          watcher.sending(open.size(), cells.size());
        }
        long waveMillis = startMillis + i * lengthMillis;
        if (!sender.sendFrom(playback, waveMillis, watcher::stops, sent -> {}).complete()) {
          return false;
        }
      }
    }
    return true;
  }

  private Session open(Errand errand, Cell cell) {
    Session session = errand.source().session(cell.conditions(), cell.seed());
    KnownTruth truth = new KnownTruth(session);
    Map<String, Tally> tallies = new HashMap<>();
    Map<String, Long> expected = new HashMap<>();
    for (Entrant entrant : errand.entrants()) {
      String name = entrant.model().contract().name();
      tallies.put(
          name,
          new Tally(truth, errand.source().blocksFromNanos(), errand.source().scoredFromNanos()));
      expected.put(name, BoundedJob.panes(entrant.model(), session.span()));
    }
    open.put(cell.id(), new Open(cell, tallies, expected));
    return session;
  }

  private boolean follow(
      Errand errand, Topics topics, List<JobID> jobs, LongStream.Builder stampsMillis) {
    Consumer<Received<Decoded>> reader =
        record -> {
          stampsMillis.add(record.timestampMillis());
          add(errand, record);
        };
    try (RecordConsumer<Decoded> consumer =
        consumer(topics.decoded(), MessageCodec.DECODED::decode, BY_GLANCES)) {
      while (!jobs.stream().allMatch(job -> BoundedJob.isFinished(engine, job))) {
        consumer.poll(GLANCE).forEach(reader);
        watcher.decoding(decoded, total);
        if (watcher.stops(Duration.ZERO)) {
          return false;
        }
      }
      consumer.readToEnd(reader);
    }
    for (Open session : List.copyOf(open.values())) {
      session.tallies().keySet().forEach(model -> keep(errand, session, model));
    }
    watcher.decoding(decoded, total);
    return true;
  }

  private <T> RecordConsumer<T> consumer(
      String topic, RecordConsumer.Decoder<T> decoder, Map<String, String> kafka) {
    return new RecordConsumer<>(
        bootstrap(), topic, decoder, Start.BEGINNING, Isolation.READ_UNCOMMITTED, kafka);
  }

  private void add(Errand errand, Received<Decoded> record) {
    Open session = open.get(record.key());
    String model = record.value().getModel();
    if (session == null) {
      return; // every window of it has been scored; only a repeat could come
    }
    Tally tally = session.tallies().get(model);
    tally.add(record.value(), Timing.read(record.headers()));
    decoded++;
    if (tally.windows() == session.expected().get(model)) {
      keep(errand, session, model);
      if (session.tallies().entrySet().stream()
          .allMatch(each -> each.getValue().windows() >= session.expected().get(each.getKey()))) {
        open.remove(record.key());
      }
    }
  }

  private void keep(Errand errand, Open session, String model) {
    Entrant entrant = errand.entrant(model);
    store.keep(
        session
            .tallies()
            .get(model)
            .score(
                session.cell().id(),
                errand.label(entrant),
                entrant.model().sha256(),
                session.expected().get(model)));
  }

  @Override
  public void close() {
    try {
      engine.close();
    } finally {
      broker.close();
    }
  }
}
