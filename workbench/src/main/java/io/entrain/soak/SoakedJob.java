package io.entrain.soak;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job as a process that is asked how it is: one line {@value #SAMPLE} on standard input, one
 * line of JSON on standard output. It may not restart: a failure ends the process with a line that
 * says what it was. The end of standard input is the end of the job.
 */
public final class SoakedJob {
  /** Asks for memory and a savepoint. */
  static final String SAMPLE = "sample";

  private static final Duration GLANCE = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();

  private final EmbeddedFlink engine;
  private final JobID job;
  private volatile boolean ending;

  private SoakedJob(EmbeddedFlink engine, JobID job) {
    this.engine = engine;
    this.job = job;
  }

  /** {@code settings}: of the job, as {@code key=value}. */
  public static void main(String[] settings) throws IOException, InterruptedException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String setting : settings) {
      int sign = setting.indexOf('=');
      values.put(setting.substring(0, sign), setting.substring(sign + 1));
    }
    Configuration flink = new Configuration();
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    try (EmbeddedFlink engine = EmbeddedFlink.start(1, flink)) {
      StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
      EntrainJob.build(environment, JobConfig.of(values));
      SoakedJob soaked = new SoakedJob(engine, engine.submit(environment));
      // A checkpoint needs every task: then a savepoint can be had, too.
      while (engine.checkpointedMillis(soaked.job).isEmpty()) {
        soaked.endIfFailed();
        Thread.sleep(GLANCE.toMillis());
      }
      answer(JSON.createObjectNode());
      soaked.watch();
      soaked.serve();
    }
  }

  private void watch() {
    Thread watcher =
        new Thread(
            () -> {
              while (!ending && !engine.status(job).isGloballyTerminalState()) {
                try {
                  Thread.sleep(GLANCE.toMillis());
                } catch (InterruptedException e) {
                  return;
                }
              }
              if (!ending) {
                endIfFailed();
              }
            },
            "watcher");
    watcher.setDaemon(true);
    watcher.start();
  }

  /** A failed job ends the process at once: there is nothing left to ask. */
  private void endIfFailed() {
    if (engine.status(job).isGloballyTerminalState()) {
      engine
          .awaitEnd(job, PATIENCE)
          .ifPresent(
              failure -> {
                answer(JSON.createObjectNode().put("failure", causes(failure)));
                Runtime.getRuntime().halt(1);
              });
    }
  }

  private void serve() throws IOException {
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      if (!line.equals(SAMPLE)) {
        throw new IOException("asked for '" + line + "', know '" + SAMPLE + "'");
      }
      ObjectNode reply = JSON.createObjectNode();
      Probe.measure(reply);
      answer(reply.put("savepoint", engine.savepoint(job)));
    }
    ending = true;
  }

  private static void answer(ObjectNode reply) {
    System.out.println(reply);
    System.out.flush();
  }

  private static String causes(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      text.append(text.isEmpty() ? "" : "; because: ").append(cause);
    }
    return text.toString();
  }
}
