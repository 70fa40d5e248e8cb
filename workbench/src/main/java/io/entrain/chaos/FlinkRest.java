package io.entrain.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.entrain.embedded.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * What Flink's REST interface tells of the cluster. Where nobody answers, nothing is known: empty
 * sets, no exception.
 */
final class FlinkRest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final JsonMapper JSON = JsonMapper.builder().build();

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

  /** Whether there is a job and every task of it runs, its operators opened. */
  boolean running() {
    boolean any = false;
    for (String job : texts(get("/jobs").path("jobs"), "id")) {
      for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
        any = true;
        if (vertex.path("tasks").path("RUNNING").asInt() != vertex.path("parallelism").asInt()) {
          return false;
        }
      }
    }
    return any;
  }

  /** How often tasks of the jobs were started again since their JobManager began. */
  int restarts() {
    int restarts = 0;
    for (String job : texts(get("/jobs").path("jobs"), "id")) {
      for (String vertex : texts(get("/jobs/" + job).path("vertices"), "id")) {
        for (JsonNode task : get("/jobs/" + job + "/vertices/" + vertex).path("subtasks")) {
          restarts = Math.max(restarts, task.path("attempt").asInt());
        }
      }
    }
    return restarts;
  }

  private static Set<String> texts(JsonNode array, String field) {
    Set<String> texts = new TreeSet<>();
    array.forEach(node -> texts.add(node.path(field).asText()));
    return texts;
  }

  private JsonNode get(String path) {
    URI uri = URI.create("http://" + address() + path);
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
      String body = client.send(request, BodyHandlers.ofString()).body();
      return JSON.readTree(body);
    } catch (IOException nobodyThere) {
      return JSON.createObjectNode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosException("interrupted while Flink was asked", e);
    }
  }
}
