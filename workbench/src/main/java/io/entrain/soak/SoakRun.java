package io.entrain.soak;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.embedded.EmbeddedBroker;
import io.entrain.embedded.ScratchFolder;
import io.entrain.inference.Provider;
import io.entrain.job.JobConfig;
import io.entrain.job.JobModel;
import io.entrain.job.Setting;
import io.entrain.wire.Broker;
import io.entrain.wire.Topics;
import io.entrain.world.World;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * A run: a broker here, the job in a process of its own, and the traffic of the timetable from
 * here, as fast as the job takes it. Log time goes with event time, so that sessions time out as
 * they would have.
 */
public final class SoakRun {
  static final String GROUP = "soak";

  /** The session that outlasts the others: it carries log time past their time-outs. */
  static final String LAST = "soak-last";

  private static final int LAST_SECONDS = 5;

  /** A block may leave so much later than the session's end: the reach of its lag. */
  private static final long REACH_MILLIS = 1_000;

  /** The engine's threads and timers get so much event time between a time-out and the count. */
  private static final long SLACK_MILLIS = 5_000;

  /** Small segments, looked at often: what is deleted leaves the disk. */
  private static final Map<String, String> BROKER =
      Map.of(
          "log.segment.bytes", Integer.toString(16 << 20),
          "log.retention.check.interval.ms", "5000",
          "log.segment.delete.delay.ms", "1000");

  private static final Duration GLANCE = Duration.ofMillis(500);

  private final SoakPlan plan;
  private final long timeoutMillis;
  private final long checkpointMillis;
  private final ModelContract contract;
  private final Watch watch;

  /**
   * Whom a run tells how it goes.
   *
   * @param reached is told the event time in milliseconds that the job has reached
   * @param stop waits as long as it is told and says whether to stop
   */
  public record Watch(LongConsumer reached, Predicate<Duration> stop) {}

  /**
   * Reads the model.
   *
   * @throws io.entrain.inference.ModelException where it is none
   * @throws IllegalArgumentException where it does not read the streams of the simulated world, or
   *     a setting is the run's own
   */
  public SoakRun(SoakPlan plan, Watch watch) {
    this(plan, JobConfig.of(settings(plan, "")).number(Setting.SESSION_TIMEOUT_MILLIS), watch);
  }

  /** {@code timeoutMillis}: after which the state of a session must be gone. */
  SoakRun(SoakPlan plan, long timeoutMillis, Watch watch) {
    this.plan = plan;
    this.timeoutMillis = timeoutMillis;
    this.watch = watch;
    checkpointMillis = JobConfig.of(settings(plan, "")).number(Setting.CHECKPOINT_INTERVAL_MILLIS);
    contract = JobModel.open(List.of(plan.model().toString()), Provider.CPU).get(0).contract();
    List<String> modalities = modalities();
    if (!Set.copyOf(modalities).equals(Set.of(World.SPIKES, World.LFP))) {
      throw new IllegalArgumentException(
          plan.model() + " reads " + modalities + ", want spikes and lfp");
    }
  }

  private List<String> modalities() {
    return contract.modalities().stream().map(Modality::name).toList();
  }

  private static Map<String, String> settings(SoakPlan plan, String bootstrap) {
    Map<String, String> settings = new LinkedHashMap<>(plan.job());
    // A stream is never given up: at full speed two seconds without a record are minutes of log
    // time.
    settings.putIfAbsent(Setting.IDLE_TIMEOUT_MILLIS.key(), "0");
    Map<String, String> own =
        Map.of(
            Setting.BOOTSTRAP.key(),
            bootstrap.isEmpty() ? "localhost:9092" : bootstrap,
            Setting.MODELS.key(),
            plan.model().toString(),
            Setting.GROUP.key(),
            GROUP,
            Setting.START_FROM.key(),
            "earliest",
            Setting.PARALLELISM.key(),
            "1",
            Setting.TOPIC_PREFIX.key(),
            Topics.DEFAULT.prefix());
    own.forEach(
        (key, value) -> {
          if (settings.put(key, value) != null) {
            throw new IllegalArgumentException("the setting " + key + " is the run's own");
          }
        });
    return settings;
  }

  /** Sends, decodes, measures and judges; a run that is stopped is judged as far as it came. */
  public SoakResult run() {
    List<String> inputs = modalities().stream().map(Topics.DEFAULT::modality).toList();
    try (ScratchFolder data = ScratchFolder.create("soak");
        EmbeddedBroker broker = EmbeddedBroker.start(0, data.path(), BROKER)) {
      String bootstrap = broker.bootstrapServers();
      new Broker(bootstrap).createTopics(inputs, 1);
      List<Visit> visits = visits();
      Ledger ledger = new Ledger(contract);
      Pace pace = new Pace(inputs.size());
      int tapeSeconds = Math.max(LAST_SECONDS, Timetable.longestSeconds(plan.lengthMillis()));
      Traffic traffic = new Traffic(visits, Tapes.simulate(plan.seed(), tapeSeconds));
      Feeder.Books books = new Feeder.Books(pace, ledger);
      try (JobProcess job = JobProcess.start(plan.out(), settings(plan, bootstrap));
          TopicEnds ends = new TopicEnds(bootstrap, GROUP, inputs);
          Outputs outputs = new Outputs(bootstrap, Topics.DEFAULT, ledger);
          Feeder feeder = new Feeder(bootstrap, traffic, modalities(), baseMillis(visits), books)) {
        Sampler sampler = new Sampler(job, outputs, books, data.path());
        return watch(feeder, new Parts(job, ends, outputs, sampler, books), visits);
      }
    }
  }

  /** All visits, and the last one, which begins when every other must have been forgotten. */
  private List<Visit> visits() {
    List<Visit> visits = Timetable.draw(plan);
    long over = visits.stream().mapToLong(this::overMillis).max().orElseThrow();
    visits.add(new Visit(LAST, over, LAST_SECONDS, 0, 0, new Visit.Absence(World.LFP, 0, 0)));
    return visits;
  }

  /** Event time at which nothing of a visit may be left in the job. */
  private long overMillis(Visit visit) {
    return visit.endMillis() + REACH_MILLIS + timeoutMillis + SLACK_MILLIS;
  }

  /** Log time of event time 0: the run ends in the present, so that none of it is in the future. */
  private static long baseMillis(List<Visit> visits) {
    return System.currentTimeMillis() - visits.get(visits.size() - 1).endMillis() - REACH_MILLIS;
  }

  /** What the run has open. */
  private record Parts(
      JobProcess job, TopicEnds ends, Outputs outputs, Sampler sampler, Feeder.Books books) {}

  private SoakResult watch(Feeder feeder, Parts parts, List<Visit> visits) {
    long started = System.nanoTime();
    // What is seen in a topic of the time before may be of a checkpoint that was not the newest.
    Past past = new Past(3 * checkpointMillis + 2 * GLANCE.toMillis());
    long endMillis = visits.get(visits.size() - 1).startMillis();
    feeder.start();
    long settledMillis = 0;
    while (settledMillis < endMillis && parts.job.failure().isEmpty() && !watch.stop.test(GLANCE)) {
      boolean sent = feeder.isDone();
      long[] committed = parts.ends.committed();
      parts.books.pace().committed(committed);
      long reached = parts.books.pace().reachedMillis();
      watch.reached.accept(reached);
      long wallMillis = (System.nanoTime() - started) / 1_000_000;
      settledMillis = past.at(wallMillis, reached);
      parts.outputs.read();
      parts.books.ledger().settle(over(visits, settledMillis));
      trim(parts, committed);
      boolean last = sent && settledMillis >= endMillis;
      if (last || parts.sampler.isDue(reached, wallMillis)) {
        parts.sampler.take(reached, wallMillis, visits, over(visits, settledMillis));
      }
    }
    Ledger.Totals totals = parts.books.ledger().totals();
    List<Sample> samples = parts.sampler.samples();
    return new SoakResult(
        samples,
        totals,
        SoakVerdict.of(samples, totals, end(parts.job, settledMillis >= endMillis)),
        parts.books.pace().blocks(),
        parts.sampler.mostDiskBytes(),
        (System.nanoTime() - started) * 1e-9);
  }

  private static String end(JobProcess job, boolean complete) {
    return complete || !job.failure().isEmpty() ? job.failure() : SoakVerdict.STOPPED;
  }

  /** Sessions of which nothing may be left at an event time. */
  private Set<String> over(List<Visit> visits, long millis) {
    return Set.copyOf(
        visits.stream().filter(visit -> overMillis(visit) <= millis).map(Visit::session).toList());
  }

  private static void trim(Parts parts, long[] committed) {
    Map<String, Long> read = new LinkedHashMap<>(parts.outputs.offsets());
    String alignment = Topics.DEFAULT.alignment();
    read.put(alignment, parts.ends.end(alignment));
    parts.ends.trim(read);
    parts.ends.trimInputs(committed);
  }
}
