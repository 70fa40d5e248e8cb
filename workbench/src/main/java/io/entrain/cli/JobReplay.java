package io.entrain.cli;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.experiment.BoundedJob;
import io.entrain.inference.Provider;
import io.entrain.job.JobModel;
import io.entrain.job.LagRange;
import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Sender.Speed;
import io.entrain.recording.Session;
import io.entrain.recording.Signal;
import io.entrain.recording.Span;
import io.entrain.scoring.Score;
import io.entrain.scoring.Scoreboard;
import io.entrain.wire.LetterParts;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Truth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;

/**
 * Sessions through a broker and the job, both in this process: everything is sent, the job runs to
 * the end of the topics, and what it decoded is read back and scored. Models that do not read the
 * same streams run as jobs of their own.
 */
final class JobReplay {
  private static final Duration GLANCE = Duration.ofMillis(500);

  private final List<JobModel> models = new ArrayList<>();
  private final String lagRange;
  private final int parallelism;
  private final Consumer<String> say;
  private final Map<String, Long> expected = new LinkedHashMap<>();
  private long rejected;

  /** {@code lagRange}: which lags the models may find, as the job's setting of that name has it. */
  JobReplay(List<Path> files, String lagRange, int parallelism, Consumer<String> say) {
    for (Path file : files) {
      models.addAll(JobModel.open(List.of(file.toString()), Provider.AUTO));
    }
    LagRange.parse(lagRange).check(models.stream().map(JobModel::contract).toList());
    this.lagRange = lagRange;
    this.parallelism = parallelism;
    this.say = say;
  }

  /** Where sending must begin so that every model is warm at {@code fromNanos}. */
  long leadIn(long fromNanos, long firstNanos) {
    return BoundedJob.leadIn(models, fromNanos, firstNanos);
  }

  private static Duration hop(JobModel model) {
    return Duration.ofMillis(model.contract().hopMillis());
  }

  /** Panes that the sessions hold, by model. */
  Map<String, Long> expected() {
    return expected;
  }

  /** Records on the dead-letter topic. */
  long rejected() {
    return rejected;
  }

  /** The scores by model in the order of the models; without meaning where it was interrupted. */
  List<Score> run(List<Session> sessions, Span scored, Interruption interruption) {
    count(sessions);
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        EmbeddedFlink engine = EmbeddedFlink.start(parallelism * models.size())) {
      send(broker.bootstrapServers(), sessions, interruption);
      if (interruption.asked()) {
        return List.of();
      }
      List<JobID> jobs = submit(broker.bootstrapServers(), engine);
      if (!finished(engine, jobs, interruption)) {
        jobs.forEach(engine::cancel);
        return List.of();
      }
      return score(broker.bootstrapServers(), sessions, scored);
    }
  }

  private void count(List<Session> sessions) {
    for (JobModel model : models) {
      expected.put(
          model.contract().name(),
          sessions.stream().mapToLong(session -> BoundedJob.panes(model, session.span())).sum());
    }
  }

  private void send(String bootstrap, List<Session> sessions, Interruption interruption) {
    List<String> modalities = sessions.get(0).signals().stream().map(Signal::modality).toList();
    Playback playback = new Playback();
    for (Session session : sessions) {
      playback.add(session, session.about().name(), Playback.BLOCK_NANOS);
    }
    long lengthNanos = sessions.get(0).span().nanos();
    try (Sender sender = Sender.open(bootstrap, Topics.DEFAULT, modalities, Speed.MAX)) {
      sender.send(playback, lengthNanos, interruption::await, sent -> {});
    }
    say.accept(
        "sent %d sessions of %.0f s; decoding with %s"
            .formatted(sessions.size(), lengthNanos * 1e-9, expected.keySet()));
  }

  private List<JobID> submit(String bootstrap, EmbeddedFlink engine) {
    List<JobID> jobs = new ArrayList<>();
    for (List<JobModel> group : BoundedJob.groups(models)) {
      BoundedJob job = new BoundedJob(Topics.DEFAULT, group, lagRange, false, parallelism);
      jobs.add(job.submit(bootstrap, engine, "replay-" + jobs.size()));
    }
    return jobs;
  }

  private static boolean finished(
      EmbeddedFlink engine, List<JobID> jobs, Interruption interruption) {
    for (JobID job : jobs) {
      while (!BoundedJob.isFinished(engine, job)) {
        if (interruption.await(GLANCE)) {
          return false;
        }
      }
    }
    return true;
  }

  private List<Score> score(String bootstrap, List<Session> sessions, Span scored) {
    Scoreboard board =
        new Scoreboard(
            models.stream()
                .collect(Collectors.toMap(model -> model.contract().name(), JobReplay::hop)));
    sessions.forEach(session -> board.scoreFrom(session.about().name(), scored.startNanos()));
    for (Received<Truth> truth :
        read(bootstrap, Topics.DEFAULT.truth(), MessageCodec.TRUTH::decode)) {
      board.add(truth.value());
    }
    for (Received<Decoded> decoded :
        read(bootstrap, Topics.DEFAULT.decoded(), MessageCodec.DECODED::decode)) {
      board.add(decoded.value());
    }
    board.finish();
    rejected =
        read(bootstrap, Topics.DEFAULT.rejected(), MessageCodec.REJECTED::decode).stream()
            .filter(letter -> LetterParts.isFirst(letter.value()))
            .count();
    return models.stream().map(model -> board.score(model.contract().name())).toList();
  }

  private static <T> List<Received<T>> read(
      String bootstrap, String topic, RecordConsumer.Decoder<T> decoder) {
    try (RecordConsumer<T> consumer =
        new RecordConsumer<>(
            bootstrap, topic, decoder, Start.BEGINNING, Isolation.READ_COMMITTED)) {
      return consumer.readToEnd();
    }
  }
}
