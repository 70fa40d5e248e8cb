package io.entrain.experiment;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.inference.Provider;
import io.entrain.job.JobModel;
import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Sender.Speed;
import io.entrain.recording.Session;
import io.entrain.scoring.Scoreboard;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.world.World;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.awaitility.Awaitility;

/** One session alone through the job, scored by the scoreboard of {@code replay}: a reference. */
final class ReplayedSession {
  private static final String ID = "alone";

  private ReplayedSession() {}

  static double r2(Conditions conditions, long seed, int seconds) {
    Path file =
        new Places(Path.of(System.getProperty("entrain.root", ".")), null, null)
            .model("lag-posterior");
    JobModel model = JobModel.open(List.of(file.toString()), Provider.AUTO).get(0);
    String name = model.contract().name();
    Session session = World.session(conditions.world(1, seed, seconds));
    Scoreboard board =
        new Scoreboard(Map.of(name, Duration.ofMillis(model.contract().hopMillis())));
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        EmbeddedFlink engine = EmbeddedFlink.start(1)) {
      String bootstrap = broker.bootstrapServers();
      try (Sender sender =
          Sender.open(bootstrap, Topics.DEFAULT, List.of(World.SPIKES, World.LFP), Speed.MAX)) {
        Playback playback = new Playback().add(session, ID, Playback.BLOCK_NANOS);
        sender.send(playback, session.span().nanos(), wait -> false, sent -> {});
      }
      JobID job =
          new BoundedJob(Topics.DEFAULT, List.of(model), "", false, 1)
              .submit(bootstrap, engine, "alone");
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> BoundedJob.isFinished(engine, job));
      read(bootstrap, Topics.DEFAULT.truth(), MessageCodec.TRUTH::decode).forEach(board::add);
      read(bootstrap, Topics.DEFAULT.decoded(), MessageCodec.DECODED::decode).forEach(board::add);
    }
    board.finish();
    return board.score(name).r2();
  }

  private static <T> List<T> read(
      String bootstrap, String topic, RecordConsumer.Decoder<T> decoder) {
    try (RecordConsumer<T> consumer =
        new RecordConsumer<>(
            bootstrap, topic, decoder, Start.BEGINNING, Isolation.READ_COMMITTED)) {
      return consumer.readToEnd().stream().map(received -> received.value()).toList();
    }
  }
}
