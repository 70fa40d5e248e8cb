package io.entrain.cli;

import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.JobModel;
import io.entrain.job.Main;
import io.entrain.job.Setting;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code run}: the job against any Kafka, in this process or on a Flink cluster. */
@Command(
    name = "run",
    modelTransformer = JobSettings.class,
    sortOptions = false,
    customSynopsis = "entrain run [--flink=HOST:PORT] [--config=FILE] [--SETTING=VALUE]...",
    description =
        "Run the job against a Kafka: in this process until Ctrl-C, or on a Flink cluster.",
    footerHeading =
        "%nAny --kafka.NAME=VALUE goes to every Kafka client. Without --config and --models it runs the%n"
            + "lag-posterior model that comes with Entrain.%n%nExamples:%n",
    footer = {
      "  ./entrain run --bootstrap localhost:9092",
      "  ./entrain run --config entrain.yaml --delivery exactly-once",
      "  ./entrain run --flink localhost:8081 --bootstrap kafka:9092",
      "  ./entrain run --flink localhost:8081 --from-savepoint /savepoints/savepoint-1 --parallelism 2"
    })
final class Run implements Callable<Integer> {
  private static final Duration GLANCE = Duration.ofMillis(200);

  @Option(
      names = "--flink",
      paramLabel = "HOST:PORT",
      description =
          "Submit to the Flink cluster with this REST address (default: run in this process)")
  String flink;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings as YAML, one `key: value` a line; options win over it")
  String config;

  @Option(
      names = "--from-savepoint",
      paramLabel = "PATH",
      description = "Go on from this savepoint or retained checkpoint, as the engine sees its path")
  String savepoint;

  @Mixin LogOption log;
  @Unmatched List<String> unmatched = new ArrayList<>();
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    JobConfig job =
        JobSettings.read(
            spec.commandLine(),
            config,
            unmatched,
            Map.of(Setting.MODELS, Installation.model("lag-posterior").toString()));
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    List<JobModel> models = EntrainJob.build(environment, job);
    PrintWriter out = spec.commandLine().getOut();
    out.print(Main.describe(job, models));
    out.flush();
    if (flink == null) {
      return runHere(environment, job, out);
    }
    JobID id = RemoteFlink.at(flink).submit(environment, Installation.jobJar(), savepoint);
    out.println("Submitted to http://" + flink + " as job " + id);
    return 0;
  }

  /** 0 where the job finished or was interrupted, 1 where it failed. */
  private int runHere(StreamExecutionEnvironment environment, JobConfig job, PrintWriter out) {
    try (Interruption interruption = Interruption.watch();
        EmbeddedFlink engine = EmbeddedFlink.start((int) job.number(Setting.PARALLELISM))) {
      JobID id =
          savepoint == null ? engine.submit(environment) : engine.restore(environment, savepoint);
      out.println("Running; Flink's REST interface is " + engine.restAddress());
      out.flush();
      while (!interruption.await(GLANCE)) {
        if (engine.status(id).isGloballyTerminalState()) {
          return engine.awaitEnd(id, GLANCE).map(this::failed).orElse(0);
        }
      }
      return 0;
    }
  }

  private int failed(Throwable thrown) {
    return Problems.failure(
        new IllegalStateException("the job failed", thrown), spec.commandLine(), null);
  }
}
