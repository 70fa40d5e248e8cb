package io.entrain.job;

import io.entrain.inference.ModelException;
import io.entrain.wire.BrokerException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Entry point of the job on a cluster: {@code --config FILE} and {@code --key value}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    if (Arrays.asList(arguments).contains("--help")) {
      usage(System.out);
      return;
    }
    try {
      JobConfig config = JobConfig.parse(List.of(arguments));
      StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
      List<JobModel> models = EntrainJob.build(environment, config);
      System.out.print(describe(config, models));
      environment.execute("entrain");
    } catch (ConfigException | ModelException | BrokerException e) {
      System.err.println("entrain: " + e.getMessage());
      throw e;
    }
  }

  /** What is about to run, for people. */
  public static String describe(JobConfig config, List<JobModel> models) {
    StringBuilder text = new StringBuilder("Entrain job%n".formatted()).append(config.describe());
    for (JobModel model : models) {
      text.append(
          "  model %-22s %s, %s%n"
              .formatted(
                  model.contract().name(), model.sha256().substring(0, 12), model.providerNote()));
    }
    return text.toString();
  }

  /** Every setting with its default. */
  public static void usage(PrintStream out) {
    out.println("Usage: --config FILE and --key value, for example");
    out.println("  --bootstrap localhost:9092 --models model/trained/lag-posterior.onnx");
    out.println("  --config entrain.yaml --delivery exactly-once");
    out.println("Settings (in the file as `key: value`):");
    for (Setting setting : Setting.values()) {
      out.printf(
          "  %-28s %s (default %s)%n",
          setting.key(),
          setting.description(),
          setting.fallback().isEmpty() ? "none" : setting.fallback());
    }
    out.println("  kafka.*                      goes to every Kafka client as it is");
  }
}
