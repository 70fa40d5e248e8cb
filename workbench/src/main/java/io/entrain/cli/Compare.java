package io.entrain.cli;

import io.entrain.experiment.Comparison;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: two reports of experiments side by side. */
@Command(
    name = "compare",
    description = {
      "Compare two reports of ./entrain experiment: by how much the figures differ that both have,",
      "with intervals, and what differs in plans, models and versions."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain compare build/experiments/noise build/noise-of-another-model --out build/difference"
    })
final class Compare implements Runnable {
  @Parameters(index = "0", paramLabel = "A", description = "Folder of the first report")
  Path a;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "Folder of the second; differences are B - A")
  Path b;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "Where comparison.html and comparison.json go")
  Path out;

  @Spec CommandSpec spec;

  @Override
  public void run() {
    PrintWriter writer = spec.commandLine().getOut();
    writer.println("wrote " + Comparison.write(a, b, out) + " and comparison.json");
    writer.flush();
  }
}
