package io.entrain.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Splits {@code --key value} and {@code --key=value}. */
final class JobOptions {
  private JobOptions() {}

  static Map<String, String> parse(List<String> arguments) {
    Map<String, String> options = new LinkedHashMap<>();
    Deque<String> left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      String option = left.poll();
      if (!option.startsWith("--") || option.length() == 2) {
        throw new ConfigException(
            "\"%s\" is not an option; write --key value or --key=value".formatted(option));
      }
      int equals = option.indexOf('=');
      String key = equals < 0 ? option.substring(2) : option.substring(2, equals);
      String value = equals < 0 ? left.poll() : option.substring(equals + 1);
      if (value == null || (equals < 0 && value.startsWith("--"))) {
        throw new ConfigException("--%s needs a value".formatted(key));
      }
      if (options.put(key, value) != null) {
        throw new ConfigException("--%s is given twice".formatted(key));
      }
    }
    return options;
  }
}
