package io.entrain.cli;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.JobModel;
import io.entrain.job.LagRange;
import io.entrain.job.Setting;
import io.entrain.view.PageServer;
import io.entrain.wire.Topics;
import io.entrain.world.LagPlan;
import io.entrain.world.LiveSession;
import io.entrain.world.WorldOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: broker, engine, simulator and job in this process, and what comes of it. */
@Command(
    name = "demo",
    description = {
      "Watch two misaligned streams being aligned and decoded: a Kafka broker, Flink, the job with",
      "both models, and simulated sessions whose lag wanders, all in this process, in real time.",
      "The live page shows it, and moves the lag and other faults of the simulator."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain demo",
      "  ./entrain demo --seed 7 --sessions 4",
      "  ./entrain demo --no-view",
      "  ./entrain demo --listen 0.0.0.0:8080             for others, who need the printed token",
      "  ./entrain demo --headless --seconds 60 --summary out.json"
    })
final class Demo implements Callable<Integer> {
  /** The trained models know this subject's sensors. */
  private static final long SUBJECT = 1;

  /** Session seeds from here on are in no training data. */
  private static final long FIRST_SESSION_SEED = 1000;

  /** The wander of the published figures, about levels on both sides, within ±150 ms. */
  private static final double LEVEL_MILLIS = 60;

  private static final LagPlan WANDER = LagPlan.wandering(60, 150);

  private static final List<String> MODELS = List.of("lag-posterior", "early-fusion");
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "300",
      description = "Length of the sessions; Ctrl-C ends earlier (default: ${DEFAULT-VALUE})")
  int seconds;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "2",
      description = "Sessions at the same time (default: ${DEFAULT-VALUE})")
  int sessions;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Another seed, other sessions (default: ${DEFAULT-VALUE})")
  long seed;

  @Option(
      names = "--lag-range-millis",
      paramLabel = "MS",
      defaultValue = "",
      description =
          "Lags that the models may find, such as -50..50, or one that is pinned (default: all)")
  String lagRange;

  @Option(names = "--headless", description = "No panel and no page; a line now and then")
  boolean headless;

  @Option(names = "--no-view", description = "No live page, the panel alone")
  boolean noView;

  @Option(names = "--summary", paramLabel = "FILE", description = "Write the result as JSON")
  Path summary;

  @Mixin PageOption page;
  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    check();
    DemoScreen screen = new DemoScreen(spec.commandLine().getOut(), headless);
    CompletableFuture<List<LiveSession>> world = CompletableFuture.supplyAsync(this::world);
    try (Interruption interruption = Interruption.watch()) {
      screen.say("Starting Kafka and Flink, simulating " + sessions + " sessions ...");
      DemoState end;
      DemoControls controls;
      try (EmbeddedBroker broker = EmbeddedBroker.start();
          EmbeddedFlink flink = EmbeddedFlink.start(1)) {
        controls = new DemoControls(world.join(), WANDER);
        DemoEngine engine = new DemoEngine(flink);
        try (PageServer server = serve(broker, controls, engine)) {
          show(server, screen);
          end = run(broker, engine, world.join(), screen, interruption);
        }
      }
      return finish(end, screen, interruption.asked() || controls.touched());
    }
  }

  /** The page's server, or null where none is wanted. */
  private PageServer serve(EmbeddedBroker broker, DemoControls controls, DemoEngine engine) {
    return headless || noView
        ? null
        : page.serve(
            new PageServer.Subject(broker.bootstrapServers(), Topics.DEFAULT, Map.of()),
            new PageServer.Inside(controls, engine));
  }

  private void show(PageServer server, DemoScreen screen) {
    if (server != null) {
      screen.say("Live page: " + server.address());
      page.open(server);
    }
  }

  private void check() {
    if (seconds < 5 || sessions < 1 || sessions > 64) {
      throw new IllegalArgumentException(
          "%d sessions of %d s; there must be 1 to 64, of at least 5 s"
              .formatted(sessions, seconds));
    }
    LagRange.parse(lagRange);
    page.check();
  }

  private List<LiveSession> world() {
    return IntStream.range(0, sessions).mapToObj(i -> new LiveSession(options(i))).toList();
  }

  private WorldOptions options(int i) {
    LagPlan lag =
        new LagPlan(
            i % 2 == 0 ? LEVEL_MILLIS : -LEVEL_MILLIS,
            WANDER.driftPpm(),
            WANDER.wanderSdMillis(),
            WANDER.wanderSeconds(),
            WANDER.jumpSeconds(),
            WANDER.rangeMillis());
    return new WorldOptions(
        SUBJECT, FIRST_SESSION_SEED * seed + i, seconds, lag, WorldOptions.Faults.NONE);
  }

  private DemoState run(
      EmbeddedBroker broker,
      DemoEngine engine,
      List<LiveSession> sessions,
      DemoScreen screen,
      Interruption interruption) {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    // The job warns of empty topics, which is what they are until the feed starts.
    Configurator.setLevel("io.entrain.job.KafkaSetup", Level.ERROR);
    List<JobModel> models = EntrainJob.build(environment, config(broker, lagRange));
    screen.say("Kafka is " + broker.bootstrapServers() + " while this runs");
    engine.submit(environment, models);
    long giveUp = System.nanoTime() + START_PATIENCE.toNanos();
    while (!engine.isRunning() && !interruption.await(Duration.ofMillis(50))) {
      if (System.nanoTime() > giveUp) {
        throw new IllegalStateException("the job did not start");
      }
    }
    List<String> names = sessions.stream().map(LiveSession::name).toList();
    try (DemoFeed feed = DemoFeed.start(broker.bootstrapServers(), sessions);
        DemoAudience audience =
            new DemoAudience(broker.bootstrapServers(), models, names, seconds)) {
      while (!interruption.asked() && !audience.hasSeenAll(feed)) {
        audience.listen();
        engine.checkAlive();
        screen.show(audience.state());
      }
      return audience.finish();
    }
  }

  private static JobConfig config(EmbeddedBroker broker, String lagRange) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(Setting.BOOTSTRAP.key(), broker.bootstrapServers());
    settings.put(
        Setting.MODELS.key(),
        String.join(",", MODELS.stream().map(m -> Installation.model(m).toString()).toList()));
    settings.put(Setting.LAG_RANGE_MILLIS.key(), lagRange);
    settings.put(Setting.START_FROM.key(), "earliest");
    // Nobody goes on from here, and the broker's coordinator is not there yet at the first one.
    settings.put("kafka.commit.offsets.on.checkpoint", "false");
    return JobConfig.of(settings);
  }

  /** 0 where every pane came out and none was rejected, or somebody saw to it that they did not. */
  private int finish(DemoState end, DemoScreen screen, boolean disturbed) throws IOException {
    screen.end(end);
    if (summary != null) {
      if (summary.toAbsolutePath().getParent() != null) {
        Files.createDirectories(summary.toAbsolutePath().getParent());
      }
      Files.writeString(summary, end.toJson());
      screen.say("Summary in " + summary);
    }
    if (!disturbed && !end.isHealthy()) {
      screen.say(
          "Not healthy: %d of %d windows came, %d records were rejected"
              .formatted(
                  end.counts().windows(), end.counts().expectedWindows(), end.counts().rejected()));
      return 1;
    }
    return 0;
  }
}
