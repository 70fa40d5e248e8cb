package io.entrain.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.Yaml;

/** What docker-compose.yml says. */
record Compose(JsonNode root) {
  static Compose read() throws IOException {
    // Not by Jackson, which takes an alias for its name.
    Object file = new Yaml().load(Files.readString(Child.ROOT.resolve("docker-compose.yml")));
    return new Compose(JsonMapper.builder().build().valueToTree(file));
  }

  Set<String> services() {
    Set<String> names = new TreeSet<>();
    root.get("services").fieldNames().forEachRemaining(names::add);
    return names;
  }

  JsonNode service(String name) {
    return root.get("services").get(name);
  }

  List<String> command(String service) {
    List<String> words = new ArrayList<>();
    service(service).get("command").forEach(word -> words.add(word.asText()));
    return words;
  }

  /** What follows the jar: the arguments of the job. */
  List<String> jobArguments(String service) {
    List<String> command = command(service);
    for (int i = 0; i < command.size(); i++) {
      if (command.get(i).endsWith(".jar")) {
        return command.subList(i + 1, command.size());
      }
    }
    throw new IllegalArgumentException(service + " has no jar in " + command);
  }

  String flinkProperties(String service) {
    return service(service).get("environment").get("FLINK_PROPERTIES").asText();
  }
}
