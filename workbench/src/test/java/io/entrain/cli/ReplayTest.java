package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrain.embedded.EmbeddedBroker;
import io.entrain.recording.SessionWriter;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.v1.Truth;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import io.entrain.world.WorldOptions.Faults;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ReplayTest {
  private static final Path ROOT = Path.of(System.getProperty("entrain.root", "."));

  @TempDir Path folder;

  private record Answer(int code, String out, String err) {}

  private static Answer run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Entrain.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = command.execute(arguments);
    return new Answer(code, out.toString(), err.toString());
  }

  /** Of a replay that went well: its figures, model by model. */
  private JsonNode summary(String... arguments) throws IOException {
    Path file = folder.resolve("summary.json");
    List<String> all = new ArrayList<>(List.of("replay", "--summary", file.toString()));
    all.addAll(List.of(arguments));
    Answer answer = run(all.toArray(String[]::new));
    assertThat(answer.err).isEmpty();
    assertThat(answer.code).isZero();
    return new ObjectMapper().readTree(file.toFile()).path("models");
  }

  private Path session(LagPlan lag, int seconds) throws IOException {
    Path session = folder.resolve("session");
    SessionWriter.write(World.session(new WorldOptions(1, 9, seconds, lag, Faults.NONE)), session);
    return session;
  }

  @Test
  void everyPaneOfASessionIsDecodedOnceAndScoredAfterTheLeadIn() throws IOException {
    Path session = session(LagPlan.wandering(60, 150), 20);
    Path summary = folder.resolve("summary.json");
    Answer answer =
        run(
            "replay",
            session.toString(),
            "--models",
            "early-fusion",
            "--from",
            ".25",
            "--summary",
            summary.toString());
    assertThat(answer.err).isEmpty();
    assertThat(answer.code).isZero();
    assertThat(answer.out).contains("early-fusion", "rejected: 0", "scored from 5.0 to 20.0 s");
    JsonNode model =
        new ObjectMapper().readTree(summary.toFile()).path("models").path("early-fusion");
    // 15 s of 20 ms panes, with 51 panes before them to warm up.
    assertThat(model.path("windows").asLong()).isEqualTo(801);
    assertThat(model.path("scored").asLong()).isEqualTo(750);
    assertThat(model.path("missing").asLong()).isZero();
    assertThat(model.path("missing_share").asDouble()).isZero();
    assertThat(model.path("r2").asDouble()).isGreaterThan(.5);
    assertThat(model.path("lag_rmse_millis").isNull()).isTrue();
  }

  /** Hop by hop through the real job; the model beside it has no lag to pin and runs as ever. */
  @Test
  void aPinnedLagReachesTheModelsThatFindOneAndNoOthers() throws IOException {
    Path session = session(LagPlan.constant(40), 10);
    JsonNode models =
        summary(
            session.toString(),
            "--models",
            "lag-posterior-incremental,early-fusion",
            "--job-lag-range-millis",
            "40");
    assertThat(models.path("lag-posterior-incremental").path("lag_rmse_millis").asDouble())
        .isLessThan(.01);
    for (String model : List.of("lag-posterior-incremental", "early-fusion")) {
      assertThat(models.path(model).path("scored").asLong()).as(model).isPositive();
      assertThat(models.path(model).path("missing").asLong()).as(model).isZero();
    }
  }

  @Test
  void aReplayToKafkaCarriesTheInjectedLagAsTruth() throws IOException {
    Path session = noLag(session(LagPlan.NONE, 10));
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      Answer answer =
          run(
              "replay",
              session.toString(),
              "--bootstrap",
              broker.bootstrapServers(),
              "--speed",
              "max",
              "--delay",
              "spikes",
              "--lag-millis",
              "300",
              "--seeds",
              "1,2");
      assertThat(answer.err).isEmpty();
      assertThat(answer.code).isZero();
      try (RecordConsumer<Truth> truths =
          new RecordConsumer<>(
              broker.bootstrapServers(),
              "entrain.truth",
              MessageCodec.TRUTH::decode,
              Start.BEGINNING,
              Isolation.READ_COMMITTED)) {
        List<Received<Truth>> rows = truths.readToEnd();
        assertThat(rows).hasSize(1600).allMatch(row -> row.value().getLagMillis() == 300);
        assertThat(rows.stream().map(Received::key).distinct())
            .containsExactlyInAnyOrder("subject-1-session-9-lag-1", "subject-1-session-9-lag-2");
      }
    }
  }

  /** The session as a recording whose lag nobody knows. */
  private static Path noLag(Path session) throws IOException {
    Path yaml = session.resolve("recording.yaml");
    String text = Files.readString(yaml);
    Files.writeString(yaml, text.substring(0, text.indexOf("lag:\n")));
    return session;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--from .9 --to .5        | --from 0.9 --to 0.5: must be 0 <= from < to <= 1",
        "--models nothing         | nothing.onnx is not there",
        "--lag-millis 20 --models early-fusion | has a lag of its own; replay it without --lag-",
        "--data /nowhere          | no such file; name its folder with --data",
        "--models early-fusion --job-lag-range-millis 5..-5 | lag-range-millis is \"5..-5\"; its first",
        "--models early-fusion --job-lag-range-millis -5..5 | none of the models [early-fusion] finds a lag",
        "--frm 3                  | Unknown options: '--frm', '3'",
      })
  void saysWhatIsWrong(String options, String message) throws IOException {
    Path session = session(LagPlan.NONE, 2);
    Answer answer = run(("replay " + session + " " + options).split(" +"));
    assertThat(answer.code).isNotZero();
    assertThat(answer.err).contains(message);
  }

  @Test
  void aRecordingWithoutModelsOrThatIsNotThereIsRefused() throws IOException {
    assertThat(run("replay", session(LagPlan.NONE, 2).toString()).err)
        .contains("names no models; add --models");
    assertThat(run("replay", folder.resolve("none").toString()).err).contains("no such file");
  }

  /** The figure of the README; needs the recording, which is not shipped. */
  @Test
  void theM1RecordingIsDecodedThroughALagThatWanders() throws IOException {
    Path data = ROOT.resolve("../shared/data/m1-reaching");
    assumeTrue(
        Files.exists(data) && Files.exists(ROOT.resolve("model/trained/m1-lag-posterior.onnx")),
        "the M1 recording or its models are not there (" + data + "): not tested");
    JsonNode models =
        summary(
            ROOT.resolve("workbench/recordings/m1-reaching.yaml").toString(),
            "--data",
            data.toString(),
            "--from",
            ".8",
            "--lag-sd-millis",
            "230",
            "--lag-tau-seconds",
            "300",
            "--seeds",
            "1,2,3,4,5,6,7,8");
    double r2 = models.path("m1-lag-posterior").path("r2").asDouble();
    assertThat(r2).isGreaterThan(.80);
    // Published: .038 over early fusion at the newest step, .14 over the reference alone.
    Map<String, Double> leads =
        Map.of("m1-early-fusion", .01, "m1-reference-only", .08, "m1-ridge", .08);
    leads.forEach(
        (rival, lead) ->
            assertThat(r2)
                .as(rival)
                .isGreaterThan(models.path(rival).path("r2").asDouble() + lead));
    assertThat(models.findValuesAsText("missing")).containsOnly("0");
  }
}
