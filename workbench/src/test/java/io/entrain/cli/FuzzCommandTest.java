package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FuzzCommandTest {
  private static final Path MODEL =
      Path.of(
          System.getProperty("entrain.root"), "flink-job/src/test/resources/models/pinnable.onnx");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void saysWhatBecameOfTheRecords() {
    assertThat(run("--records", "300", "--model", MODEL.toString(), "--seed", "3")).isZero();
    assertThat(out.toString())
        .contains("300 records in ")
        .contains(" 0 not accounted for")
        .contains("the job did not restart");
  }

  @Test
  void refusesAShareAboveOne() {
    assertThat(run("--mutants", "1.5")).isEqualTo(1);
    assertThat(err.toString()).contains("1.5, must be 0 to 1");
  }

  private int run(String... arguments) {
    CommandLine command = Entrain.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "fuzz";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return command.execute(all);
  }
}
