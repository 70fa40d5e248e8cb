package io.entrain.cli;

import io.entrain.recording.KnownLag;
import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Session;
import io.entrain.recording.SessionReader;
import io.entrain.recording.Signal;
import io.entrain.recording.Span;
import io.entrain.scoring.Score;
import io.entrain.world.InjectedLag;
import io.entrain.world.LagPlan;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: a recording through the job, or to Kafka. */
@Command(
    name = "replay",
    description = {
      "Replay a recording, with a lag injected where asked for.",
      "Without --bootstrap it goes through a broker and the job in this process, by every model that",
      "the recording names, and what they decoded is scored against the recording's labels."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain replay workbench/recordings/m1-reaching.yaml --data ~/m1 --from 0.8 --lag-sd-millis 230",
      "  ./entrain replay build/test/subject-1-session-2 --models lag-posterior,early-fusion",
      "  ./entrain replay build/test/subject-1-session-2 --bootstrap localhost:9092 --speed max"
    })
final class Replay implements Runnable {
  /** What the M1 models were trained for; a real clock moves slowly. */
  private static final LagPlan LAG = new LagPlan(0, 0, 0, 120, 0, 400);

  @Parameters(
      paramLabel = "RECORDING",
      description = "A session folder, or a YAML file that describes one")
  Path recording;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Where the recording's files are (default: beside the YAML)")
  Path data;

  @Option(
      names = "--from",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "Score from this share of the time; what the models need to warm up is sent before it (default: 0)")
  double from;

  @Option(
      names = "--to",
      paramLabel = "SHARE",
      defaultValue = "1",
      description = "Stop at this share of the time (default: 1)")
  double to;

  @Option(
      names = "--delay",
      paramLabel = "MODALITY",
      description = "The stream that lags (default: what the recording says)")
  String delay;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "SEED",
      defaultValue = "1",
      description =
          "Seeds of the injected lag; each makes a session of its own, side by side (default: 1)")
  List<Long> seeds = List.of();

  @Mixin LagOption lag;

  @ArgGroup(exclusive = false, heading = "To Kafka, instead of through a job here:%n")
  SendOption kafka;

  @ArgGroup(exclusive = false, heading = "Through a job here:%n")
  JobHere job = new JobHere();

  /** What matters only where the job runs in this process. */
  static final class JobHere {
    @Option(
        names = "--models",
        split = ",",
        paramLabel = "MODEL",
        description =
            "ONNX files, or names of models that come with Entrain (default: what the recording names)")
    List<String> models = List.of();

    @Option(
        names = "--parallelism",
        paramLabel = "N",
        defaultValue = "1",
        description = "Subtasks of the job (default: 1)")
    int parallelism = 1;

    // The job's own name for it is here the bound of the lag that is injected.
    @Option(
        names = "--job-lag-range-millis",
        paramLabel = "MS",
        defaultValue = "",
        description =
            "Lags that the models may find, such as -50..50, or one that is pinned (default: all)")
    String lagRange = "";

    @Option(
        names = "--summary",
        paramLabel = "FILE",
        description = "Write the scores to FILE as JSON")
    Path summary;
  }

  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public void run() {
    Session session = read();
    if (!(0 <= from && from < to && to <= 1)) {
      throw new IllegalArgumentException(
          "--from " + from + " --to " + to + ": must be 0 <= from < to <= 1");
    }
    long start = session.span().startNanos();
    Span scored =
        new Span(
            start + (long) (from * session.span().nanos()),
            start + (long) (to * session.span().nanos()));
    try (Interruption interruption = Interruption.watch()) {
      if (kafka != null) {
        send(session, scored, interruption);
      } else {
        decode(session, scored, interruption);
      }
    }
  }

  private Session read() {
    if (data == null) {
      return SessionReader.read(recording);
    }
    return SessionReader.read(
        Files.isDirectory(recording) ? recording.resolve("recording.yaml") : recording, data);
  }

  private void send(Session session, Span part, Interruption interruption) {
    List<String> modalities = session.signals().stream().map(Signal::modality).toList();
    List<Session> sessions = sessions(session, part);
    try (Sender sender = kafka.open(modalities)) {
      Playback playback = new Playback();
      for (Session each : sessions) {
        playback.add(each, kafka.id(each), kafka.blockNanos());
        say("session " + kafka.id(each) + ": " + each.signals());
      }
      kafka.send(sender, playback, sessions.get(0).span().nanos(), interruption, this::say);
    }
  }

  private void decode(Session session, Span scored, Interruption interruption) {
    List<Path> models = models(session);
    JobReplay replay = new JobReplay(models, job.lagRange, job.parallelism, this::say);
    Span part =
        new Span(
            replay.leadIn(scored.startNanos(), session.span().startNanos()), scored.endNanos());
    List<Score> scores = replay.run(sessions(session, part), scored, interruption);
    if (interruption.asked()) {
      return;
    }
    ReplayReport report =
        new ReplayReport(
            session.about().name(), scored, scores, replay.expected(), replay.rejected());
    say(report.table());
    if (job.summary != null) {
      report.write(job.summary);
    }
  }

  private List<Path> models(Session session) {
    List<String> names = job.models.isEmpty() ? session.about().models() : job.models;
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          recording
              + " names no models; add --models, for example --models lag-posterior,early-fusion");
    }
    return names.stream()
        .map(name -> name.endsWith(".onnx") ? Path.of(name) : Installation.model(name))
        .toList();
  }

  /**
   * The part of the recording that is sent, once for each lag, never more than what the lag leaves
   * covered.
   */
  private List<Session> sessions(Session session, Span part) {
    if (!lag.given()) {
      return List.of(session.between(part));
    }
    KnownLag known = session.lag();
    if (known != null && known.nanos().length > 0) {
      throw new IllegalArgumentException(
          "session "
              + session.about().name()
              + " has a lag of its own; replay it without --lag-... and --jitter-millis");
    }
    String modality = delay != null || known == null ? delay : known.of();
    if (modality == null) {
      throw new IllegalArgumentException(
          "say which stream lags with --delay, one of "
              + session.signals().stream().map(Signal::modality).toList());
    }
    List<Session> sessions = new ArrayList<>();
    for (long seed : seeds) {
      Session lagged =
          new InjectedLag(modality, lag.plan(LAG), lag.jitterMillis, seed).into(session);
      Span covered =
          new Span(
              Math.max(part.startNanos(), lagged.span().startNanos()),
              Math.min(part.endNanos(), lagged.span().endNanos()));
      sessions.add(lagged.between(covered).named(session.about().name() + "-lag-" + seed));
    }
    return sessions;
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
