package io.entrain.chaos;

import io.entrain.chaos.Announcer.Announcement;
import io.entrain.chaos.Injector.Targets;
import io.entrain.embedded.Ports;
import io.entrain.embedded.ScratchFolder;
import io.entrain.job.Delivery;
import io.entrain.job.Setting;
import io.entrain.wire.Broker;
import io.entrain.wire.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One run: a broker, ZooKeeper, a JobManager and TaskManagers as processes, the job submitted to
 * them, sessions sent in real time, the faults of a schedule, and the checker.
 */
public final class ChaosRun {
  /** For what is left to do after the last fault; a restart takes seconds. */
  private static final long SETTLE_SECONDS = 600;

  /** Output is complete when all input is accounted for and nothing has come for so long. */
  private static final long QUIET_MILLIS = 3_000;

  /** Beyond two checkpoints: polling, and a machine that is busy. */
  private static final long SLACK_MILLIS = 500;

  /** After its term has begun, a session decodes with a model for so long at least, or need not. */
  private static final long TERM_SLACK_MILLIS = 2_000;

  private static final Topics DISTURBED = new Topics("chaos");
  private static final Topics UNDISTURBED = new Topics("calm");

  private final ChaosPlan plan;
  private final Schedule schedule;
  private final Consumer<String> say;
  private final Map<String, String> settings;

  private ChaosRun(ChaosPlan plan, Schedule schedule, Consumer<String> say) {
    this.plan = plan;
    this.schedule = schedule;
    this.say = say;
    settings = new LinkedHashMap<>();
    settings.put(Setting.MODELS.key(), models().get(0).toString());
    settings.put(Setting.CHECKPOINT_INTERVAL_MILLIS.key(), "500");
    settings.put(Setting.START_FROM.key(), "earliest");
    settings.put(
        Setting.DELIVERY.key(),
        plan.delivery() == Delivery.EXACTLY_ONCE ? "exactly-once" : "at-least-once");
    settings.putAll(plan.job());
  }

  /**
   * Runs the schedule that the seed gives.
   *
   * @param say is told what happens, a line each
   * @throws ChaosException where the run could not be made, whatever the job did
   */
  public static ChaosResult run(ChaosPlan plan, long seed, Consumer<String> say) {
    return run(plan, Schedule.draw(seed, plan.seconds(), plan.kinds()), say);
  }

  /** Runs this schedule. */
  static ChaosResult run(ChaosPlan plan, Schedule schedule, Consumer<String> say) {
    Path logs = plan.out().resolve("seed-" + schedule.seed()).resolve("logs");
    long began = System.nanoTime();
    try (ScratchFolder scratch = ScratchFolder.create("chaos")) {
      Site site = Site.here(plan.root(), scratch.path(), logs);
      return new ChaosRun(plan, schedule, say).run(site, began);
    }
  }

  private ChaosResult run(Site site, long began) {
    int[] ports = Ports.free(3);
    Path checkpoints = site.folder("checkpoints");
    try (CheckpointDisk disk =
            schedule.has(FaultKind.DISK_FULL) ? CheckpointDisk.thatCanBeFull(checkpoints) : null;
        Proxy proxy = Proxy.start(ports[1]);
        BrokerNode broker = new BrokerNode(site, ports, proxy.port())) {
      broker.launch();
      broker.awaitAnswer();
      Broker topics = new Broker(broker.bootstrap());
      topics.createTopics(topics(), plan.width().partitions());
      topics.createTopics(List.of(DISTURBED.models(), UNDISTURBED.models()), 1);
      try (FlinkCluster flink = FlinkCluster.start(site, taskManagers(), checkpoints)) {
        Submission submission =
            new Submission(site, flink.rest().address(), jobSettings(broker.jobBootstrap()));
        submission.submit(plan.width().parallelism(), null);
        flink.awaitJob();
        Rescaler rescaler = new Rescaler(flink.rest(), submission, site.folder("savepoints"));
        Announcer announcer = new Announcer(broker, DISTURBED, models());
        Targets targets =
            new Targets(
                flink, broker, proxy, disk, rescaler, announcer, plan.width().parallelism());
        return disturb(targets, began);
      }
    }
  }

  /** Of two subjects, with the same contract: either may take the other's place. */
  private List<Path> models() {
    return Stream.of("", "subject-11/")
        .map(subject -> "model/trained/" + subject + "lag-posterior-incremental.onnx")
        .map(plan.root()::resolve)
        .toList();
  }

  /** Of one slot each: those that the job needs, and a spare. */
  private int taskManagers() {
    int most = plan.width().parallelism() + (schedule.has(FaultKind.RESCALE) ? 1 : 0);
    return most + 1;
  }

  private static List<String> topics() {
    List<String> names = new ArrayList<>();
    for (Topics topics : List.of(DISTURBED, UNDISTURBED)) {
      Reference.MODALITIES.forEach(modality -> names.add(topics.modality(modality)));
      names.addAll(
          List.of(topics.decoded(), topics.alignment(), topics.rejected(), topics.shadow()));
    }
    return names;
  }

  private Map<String, String> jobSettings(String bootstrap) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put(Setting.BOOTSTRAP.key(), bootstrap);
    all.put(Setting.TOPIC_PREFIX.key(), DISTURBED.prefix());
    all.put(Setting.GROUP.key(), DISTURBED.prefix());
    return all;
  }

  private ChaosResult disturb(Targets targets, long began) {
    BrokerNode broker = targets.broker();
    FlinkRest rest = targets.flink().rest();
    Input whole =
        Input.draw(schedule.seed(), plan.sessions(), plan.seconds(), plan.width().partitions());
    Input input = Ills.of(whole, schedule);
    say.accept(
        String.format(
            Locale.ROOT, "the job runs after %.1f s; faults:", (System.nanoTime() - began) * 1e-9));
    long startMillis = System.currentTimeMillis() + 200;
    try (Observer observer = Observer.start(broker.bootstrap(), DISTURBED);
        Feeder feeder = Feeder.start(broker.bootstrap(), DISTURBED, input, startMillis)) {
      List<Moment> moments = new Injector(schedule, targets).run(startMillis, say);
      broker.awaitAnswer();
      feeder.await(plan.seconds() + SETTLE_SECONDS);
      settle(broker, observer);
      long endMillis = System.currentTimeMillis() - startMillis;
      int restarts = rest.restarts();
      // The undisturbed run needs the cores.
      targets.flink().close();
      Course course =
          new Course(startMillis, endMillis, moments, restarts, input, targets.announcer());
      return judge(broker, observer, course, began);
    }
  }

  private long leadMillis() {
    String key = Setting.SWAP_LEAD_MILLIS.key();
    return Long.parseLong(settings.getOrDefault(key, Setting.SWAP_LEAD_MILLIS.fallback()));
  }

  /** What happened until the output was complete. */
  private record Course(
      long startMillis,
      long endMillis,
      List<Moment> moments,
      int restarts,
      Input input,
      Announcer announcer) {
    /** Changes of the model that every session of this length must have seen. */
    int due(int seconds, long leadMillis) {
      long last = startMillis + seconds * 1000L - leadMillis - TERM_SLACK_MILLIS;
      return (int) announcer.announced().stream().filter(each -> each.atMillis() < last).count();
    }

    /** Hashes of the models in the order in which they are to decode. */
    List<String> models() {
      return Stream.concat(
              Stream.of(announcer.first()),
              announcer.announced().stream().map(Announcement::sha256))
          .toList();
    }
  }

  private void settle(BrokerNode broker, Observer observer) {
    try (Progress progress = new Progress(broker.bootstrap(), DISTURBED.prefix())) {
      List<String> topics = Reference.MODALITIES.stream().map(DISTURBED::modality).toList();
      Waiting.until(
          "the job accounts for all of its input",
          SETTLE_SECONDS,
          () -> progress.done(topics, plan.width().partitions()));
    }
    Waiting.until("the output ends", SETTLE_SECONDS, () -> observer.quietMillis() > QUIET_MILLIS);
  }

  private ChaosResult judge(BrokerNode broker, Observer observer, Course course, long began) {
    Reference reference = new Reference(broker.bootstrap(), DISTURBED, UNDISTURBED, settings);
    int kept = reference.copy();
    List<Output> undisturbed = reference.decode();
    List<Output> delivered = observer.seen().stream().map(Observer.Seen::output).toList();
    Verdict verdict =
        Checker.compare(undisturbed, delivered, plan.delivery() == Delivery.AT_LEAST_ONCE);
    long checkpointMillis = Long.parseLong(settings.get(Setting.CHECKPOINT_INTERVAL_MILLIS.key()));
    Arrivals arrivals =
        new Arrivals(observer.seen(), course.startMillis, 2 * checkpointMillis + SLACK_MILLIS);
    return new ChaosResult(
        schedule,
        course.moments,
        arrivals.aftermath(schedule, course.endMillis),
        course.input.messages().size(),
        kept,
        verdict,
        Deduplicated.read(broker.bootstrap(), DISTURBED.decoded(), undisturbed),
        Takeovers.of(undisturbed, course.models(), course.due(plan.seconds(), leadMillis())),
        course.restarts,
        arrivals.perTenth((int) (course.endMillis / 100) + 1),
        (System.nanoTime() - began) * 1e-9);
  }
}
