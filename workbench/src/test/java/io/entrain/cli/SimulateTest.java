package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.recording.EventSignal;
import io.entrain.recording.Session;
import io.entrain.recording.SessionReader;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
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
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SimulateTest {
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

  @Test
  void writesEachSessionToItsFolder() {
    Answer answer =
        run(
            "simulate",
            "--out",
            folder.toString(),
            "--subjects",
            "1,2",
            "--seconds",
            "2",
            "--lag-millis",
            "40",
            "--noise",
            ".5");
    assertThat(answer.err).isEmpty();
    assertThat(answer.code).isZero();
    for (int subject = 1; subject <= 2; subject++) {
      Session expected =
          World.session(
              new WorldOptions(subject, 1, 2, LagPlan.constant(40), new Faults(0, .5, 0, "")));
      assertThat(SessionReader.read(folder.resolve("subject-" + subject + "-session-1")))
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"max, 20", "max, 137", "real-time, 20"})
  void whatIsSentIsWhatTheWorldHolds(String speed, String blockMillis) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      long before = System.currentTimeMillis();
      Answer answer =
          run(
              "simulate",
              "--bootstrap",
              broker.bootstrapServers(),
              "--seconds",
              "2",
              "--sessions",
              "1,2",
              "--lag-sd-millis",
              "60",
              "--speed",
              speed,
              "--block-millis",
              blockMillis,
              "--run",
              "x");
      assertThat(answer.err).isEmpty();
      assertThat(answer.code).isZero();
      assertThat(answer.out).contains("done:", "400 rows of truth");
      BlockCodec codec = new BlockCodec();
      try (RecordConsumer<Block> spikes =
              new RecordConsumer<>(
                  broker.bootstrapServers(),
                  "entrain.spikes",
                  bytes -> codec.decode(bytes).block(),
                  Start.BEGINNING,
                  Isolation.READ_COMMITTED);
          RecordConsumer<Truth> truths =
              new RecordConsumer<>(
                  broker.bootstrapServers(),
                  "entrain.truth",
                  MessageCodec.TRUTH::decode,
                  Start.BEGINNING,
                  Isolation.READ_COMMITTED)) {
        List<Received<Block>> blocks = spikes.readToEnd();
        assertThat(blocks.stream().mapToLong(Received::timestampMillis)).isSorted();
        assertThat(blocks).allMatch(received -> received.key().equals(received.value().session()));
        long last = blocks.get(blocks.size() - 1).timestampMillis();
        assertThat(last).isBetween(before - 500, System.currentTimeMillis());
        assertThat(truths.readToEnd()).hasSize(400);
        for (int session = 1; session <= 2; session++) {
          String id = "subject-1-session-" + session + "-x";
          EventSignal expected =
              (EventSignal)
                  World.session(
                          new WorldOptions(1, session, 2, LagPlan.wandering(60, 150), Faults.NONE))
                      .signal(World.SPIKES);
          assertThat(
                  blocks.stream()
                      .map(Received::value)
                      .filter(block -> block.session().equals(id))
                      .flatMapToLong(
                          block ->
                              java.util.Arrays.stream(block.events().offsetNanos())
                                  .map(offset -> offset + block.startNanos())))
              .containsExactly(
                  java.util.Arrays.stream(expected.nanos()).boxed().toArray(Long[]::new));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "simulate                                  | Missing required argument",
        "simulate --out x --bootstrap y            | mutually exclusive",
        "simulate --out x --noise -1               | want 0 or more of each",
        "simulate --out x --missing ecg            | missing modality 'ecg', want spikes or lfp",
        "simulate --out x --lag-millis 500         | outside its range of ±150.0 ms; widen the range",
        "simulate --bootstrap localhost:1 --speed fast | 'fast' is neither real-time nor max",
        "simulate --bootstrap nowhere              | \"nowhere\" is not the address of a Kafka broker",
      })
  void saysWhatIsWrong(String typed, String message) {
    Answer answer = run(typed.split(" +"));
    assertThat(answer.code).isNotZero();
    assertThat(answer.err).contains(message);
  }
}
