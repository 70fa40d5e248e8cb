package io.entrain.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;
import org.apache.logging.log4j.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is printed, and which code is returned, when a command cannot do what was asked. */
final class Problems {
  /** Jaro-Winkler similarity from which two names are taken for one with a slip in it. */
  private static final double LIKE = 0.8;

  private Problems() {}

  /** A wrong option: one line with what is wrong, one with what was perhaps meant. */
  static int usage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + firstLine(e));
    if (e instanceof UnmatchedArgumentException unmatched) {
      suggestion(unmatched.getUnmatched().get(0), command)
          .ifPresent(name -> err.println("Did you mean " + name + "?"));
    }
    err.println("See ./" + command.getCommandSpec().qualifiedName() + " --help");
    return CommandLine.ExitCode.USAGE;
  }

  /**
   * A command that failed: what our own exceptions say is enough; of others every message along the
   * chain of causes. The stack goes to the log.
   */
  static int failure(Exception e, CommandLine command, ParseResult result) {
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + firstLine(e));
    String last = firstLine(e);
    boolean ours = e.getClass().getPackageName().startsWith("io.entrain");
    for (Throwable cause = ours ? null : e.getCause(); cause != null; cause = cause.getCause()) {
      String line = firstLine(cause);
      if (!last.contains(line)) {
        err.println("  because: " + line);
        last = line;
      }
    }
    LogManager.getLogger(Problems.class).info("The command failed", e);
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** The option or command whose name is most like what was typed, where one is like it at all. */
  private static Optional<String> suggestion(String typed, CommandLine command) {
    String name = typed.replaceFirst("=.*", "");
    JaroWinklerSimilarity likeness = new JaroWinklerSimilarity();
    return Stream.concat(
            command.getCommandSpec().optionsMap().keySet().stream(),
            command.getSubcommands().keySet().stream())
        .filter(known -> known.startsWith("-") == name.startsWith("-"))
        .filter(known -> likeness.apply(name, known) > LIKE)
        .max(Comparator.comparingDouble(known -> likeness.apply(name, known)));
  }

  private static String firstLine(Throwable e) {
    String message = e.getMessage();
    if (message == null || message.isBlank()) {
      return e.getClass().getSimpleName();
    }
    return message.lines().findFirst().orElseThrow();
  }
}
