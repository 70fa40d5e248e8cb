package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.inference.Provider;
import io.entrain.job.JobModel;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.wire.v1.ModelAnnouncement.Role;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SwapTest {
  private static final String FILE =
      Path.of(System.getProperty("entrain.root"), "model/trained/lag-posterior.onnx").toString();
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
    broker.createTopics(List.of("entrain.models"), 1);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void announcesWhatTheJobIsToCheck() throws Exception {
    long before = System.currentTimeMillis();
    assertThat(run("--file", FILE, "--fresh-state", "--after", "60").code).isZero();
    ModelAnnouncement announced = newest().value();
    JobModel model = JobModel.open(List.of(FILE), Provider.CPU).get(0);
    assertThat(announced.getModel()).isEqualTo("lag-posterior");
    assertThat(announced.getPath()).isEqualTo(model.file());
    assertThat(announced.getSha256()).isEqualTo(model.sha256());
    assertThat(announced.getRole()).isEqualTo(Role.LIVE);
    assertThat(announced.getFreshState()).isTrue();
    assertThat(announced.getEffectiveMillis())
        .isBetween(before + 60_000, System.currentTimeMillis() + 60_000);
    assertThat(newest().timestampMillis()).isBetween(before, System.currentTimeMillis());
  }

  @Test
  void announcesAShadowAndItsEnd() {
    assertThat(run("--file", FILE, "--shadow").out).contains("shadow lag-posterior");
    assertThat(newest().value().getRole()).isEqualTo(Role.SHADOW);
    assertThat(newest().value().getEffectiveMillis()).isZero();
    assertThat(run("--withdraw", "lag-posterior").code).isZero();
    assertThat(newest().value().getRole()).isEqualTo(Role.WITHDRAW);
    assertThat(newest().value().getPath()).isEmpty();
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(run("--file", FILE, "--topic-prefix", "nobody").err)
        .startsWith("entrain swap: there is no topic nobody.models")
        .contains("start the job first");
    assertThat(run("--file", "no-such.onnx").err).contains("there is no model file");
    assertThat(run().code).isEqualTo(2);
  }

  private static Received<ModelAnnouncement> newest() {
    try (RecordConsumer<ModelAnnouncement> consumer =
        new RecordConsumer<>(
            broker.bootstrapServers(),
            "entrain.models",
            MessageCodec.ANNOUNCEMENT::decode,
            Start.BEGINNING,
            Isolation.READ_COMMITTED)) {
      List<Received<ModelAnnouncement>> all = consumer.readToEnd();
      return all.get(all.size() - 1);
    }
  }

  private record Answer(int code, String out, String err) {}

  private static Answer run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Entrain.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 3];
    all[0] = "swap";
    all[1] = "--bootstrap";
    all[2] = broker.bootstrapServers();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    int code = command.execute(all);
    return new Answer(code, out.toString(), err.toString());
  }
}
