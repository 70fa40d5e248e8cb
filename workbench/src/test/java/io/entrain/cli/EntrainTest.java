package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class EntrainTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "brokr               | entrain: Unmatched argument at index 0: 'brokr' | broker",
        "broker --prot 3     | entrain broker: Unknown options: '--prot', '3'  | --port",
        "broker --partition=3| entrain broker: Unknown option: '--partition=3' | --partitions",
      })
  void namesAWrongOptionAndWhatWasPerhapsMeant(String typed, String line, String suggestion) {
    Answer answer = run(typed.split(" +"));
    assertThat(answer.code).isEqualTo(2);
    assertThat(answer.err.lines())
        .containsExactly(
            line,
            "Did you mean " + suggestion + "?",
            "See ./" + line.substring(0, line.indexOf(':')) + " --help");
  }

  @Test
  void saysWhatIsWrongWithAValue() {
    Answer answer = run("broker", "--port", "x");
    assertThat(answer.code).isEqualTo(2);
    assertThat(answer.err).startsWith("entrain broker: Invalid value for option '--port'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "demo"})
  void refusesLagsThatAreNoRangeBeforeAnythingStarts(String command) {
    Answer answer = run(command, "--lag-range-millis", "-5..-9");
    assertThat(answer.code).isEqualTo(1);
    assertThat(answer.err)
        .startsWith(
            "entrain " + command + ": lag-range-millis is \"-5..-9\"; its first number must");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "experiment                 | 2 | entrain experiment: name a plan, for example quick",
        "experiment nois            | 1 | entrain experiment: 'nois' is neither a file nor one of the plans [alignment",
        "compare /nowhere /nowhere --out x | 1 | entrain compare: /nowhere holds no report.json"
      })
  void refusesAnExperimentThatIsNotThere(String typed, int code, String words) {
    Answer answer = run(typed.split(" +"));
    assertThat(answer.code).isEqualTo(code);
    assertThat(answer.err).startsWith(words);
  }

  @Test
  void listsThePlansWithTheirQuestions() {
    assertThat(run("experiment", "--list").out.lines())
        .anyMatch(line -> line.matches("noise +At which noise is the lag lost.*"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpsWithExamples(String command) {
    Answer answer = run(command, "--help");
    assertThat(answer.code).isZero();
    assertThat(answer.out)
        .contains("Usage: entrain " + command, "Examples:", "./entrain " + command);
    List<String> lines = answer.out.lines().toList();
    assertThat(lines.subList(lines.indexOf("Examples:") + 1, lines.size()))
        .as("no example is broken into two lines")
        .allMatch(line -> line.startsWith("  ./entrain "));
  }

  static Set<String> commands() {
    return Entrain.commandLine().getSubcommands().keySet();
  }

  private record Answer(int code, String out, String err) {}

  private static Answer run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Entrain.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = command.execute(arguments);
    return new Answer(code, out.toString(), err.toString());
  }
}
