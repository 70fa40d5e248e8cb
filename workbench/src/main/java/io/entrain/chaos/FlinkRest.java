package io.entrain.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.entrain.embedded.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What Flink's REST interface tells of the cluster. Where nobody answers, nothing is known: empty
 * sets, no exception.
 */
final class FlinkRest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** States of jobs that will not run again. */
  private static final Set<String> ENDED = Set.of("FINISHED", "CANCELED", "FAILED");

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final int port;

  FlinkRest(int port) {
    this.port = port;
  }

  /** {@code host:port}. */
  String address() {
    return Ports.HOST + ":" + port;
  }

  /** Resource ids of the TaskManagers that the JobManager knows. */
  Set<String> taskManagers() {
    return texts(get("/taskmanagers").path("taskmanagers"), "id");
  }

  /** Resource ids of those on which a task of a job runs now. */
  Set<String> working() {
    Set<String> found = new TreeSet<>();
    for (String job : texts(get("/jobs").path("jobs"), "id")) {
      for (String vertex : texts(get("/jobs/" + job).path("vertices"), "id")) {
        JsonNode tasks = get("/jobs/" + job + "/vertices/" + vertex).path("subtasks");
        for (JsonNode task : tasks) {
          if (task.path("status").asText().equals("RUNNING")) {
            found.add(task.path("taskmanager-id").asText());
          }
        }
      }
    }
    return found;
  }

  /** The one job that has not ended, where every task of it runs, its operators opened. */
  Optional<String> running() {
    Set<String> alive = new TreeSet<>();
    for (JsonNode job : get("/jobs").path("jobs")) {
      if (!ENDED.contains(job.path("status").asText())) {
        alive.add(job.path("id").asText());
      }
    }
    return alive.size() == 1 && alive.stream().allMatch(this::allRun)
        ? alive.stream().findFirst()
        : Optional.empty();
  }

  private boolean allRun(String job) {
    JsonNode vertices = get("/jobs/" + job).path("vertices");
    for (JsonNode vertex : vertices) {
      if (vertex.path("tasks").path("RUNNING").asInt() != vertex.path("parallelism").asInt()) {
        return false;
      }
    }
    return !vertices.isEmpty();
  }

  /** Whether a job will not run again; false where nobody answers. */
  boolean ended(String job) {
    return ENDED.contains(get("/jobs/" + job).path("state").asText());
  }

  /**
   * Asks a job to stop with a savepoint, and waits until it has or cannot.
   *
   * @param folder in which the savepoint gets a folder of its own, as a URI
   */
  void stop(String job, String folder) {
    String body =
        JSON.createObjectNode().put("targetDirectory", folder).put("drain", false).toString();
    String request =
        ask(HttpRequest.newBuilder(uri("/jobs/" + job + "/stop"))
                .POST(BodyPublishers.ofString(body)))
            .path("request-id")
            .asText();
    String path = "/jobs/" + job + "/savepoints/" + request;
    while (get(path).path("status").path("id").asText().equals("IN_PROGRESS")) {
      Waiting.pauseMillis(50);
    }
  }

  /** How often tasks of the jobs were started again since their JobManager began. */
  int restarts() {
    int restarts = 0;
    for (String job : texts(get("/jobs").path("jobs"), "id")) {
      int most = 0;
      for (String vertex : texts(get("/jobs/" + job).path("vertices"), "id")) {
        for (JsonNode task : get("/jobs/" + job + "/vertices/" + vertex).path("subtasks")) {
          most = Math.max(most, task.path("attempt").asInt());
        }
      }
      restarts += most;
    }
    return restarts;
  }

  private static Set<String> texts(JsonNode array, String field) {
    Set<String> texts = new TreeSet<>();
    array.forEach(node -> texts.add(node.path(field).asText()));
    return texts;
  }

  private JsonNode get(String path) {
    return ask(HttpRequest.newBuilder(uri(path)));
  }

  private URI uri(String path) {
    return URI.create("http://" + address() + path);
  }

  private JsonNode ask(HttpRequest.Builder request) {
    try {
      String body = client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString()).body();
      return JSON.readTree(body);
    } catch (IOException nobodyThere) {
      return JSON.createObjectNode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosException("interrupted while Flink was asked", e);
    }
  }
}
