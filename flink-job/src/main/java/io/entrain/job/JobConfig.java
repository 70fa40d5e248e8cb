package io.entrain.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.entrain.inference.BatchShape;
import io.entrain.inference.Provider;
import io.entrain.wire.Format;
import io.entrain.wire.Topics;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * The job's settings, read from one YAML file of {@code key: value} lines and from options, which
 * win. Every value is checked when the configuration is made.
 */
public final class JobConfig implements Serializable {
  private static final long serialVersionUID = 1L;

  private final EnumMap<Setting, String> values = new EnumMap<>(Setting.class);
  private final LinkedHashMap<String, String> kafka = new LinkedHashMap<>();

  private JobConfig(Map<String, String> settings) {
    for (Setting setting : Setting.values()) {
      values.put(setting, setting.fallback());
    }
    settings.forEach(this::set);
    check();
  }

  /**
   * From settings by name.
   *
   * @throws ConfigException where a name is unknown or a value out of its bounds
   */
  public static JobConfig of(Map<String, String> settings) {
    return new JobConfig(settings);
  }

  /**
   * From {@code --config FILE}, {@code --key value} and {@code --key=value}.
   *
   * @throws ConfigException where the file or an option is wrong
   */
  public static JobConfig parse(List<String> arguments) {
    Map<String, String> options = JobOptions.parse(arguments);
    String file = options.remove("config");
    Map<String, String> settings = file == null ? new LinkedHashMap<>() : readYaml(Path.of(file));
    settings.putAll(options);
    return of(settings);
  }

  private static Map<String, String> readYaml(Path file) {
    try {
      JsonNode root = new YAMLMapper().readTree(Files.readString(file));
      Map<String, String> settings = new LinkedHashMap<>();
      if (root != null && !root.isMissingNode() && !root.isNull()) {
        flatten("", root, settings);
      }
      return settings;
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "%s is not YAML: %s; write one `key: value` a line"
              .formatted(file, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new ConfigException("cannot read the configuration " + file.toAbsolutePath(), e);
    }
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> settings) {
    if (node.isArray()) {
      StringBuilder joined = new StringBuilder();
      node.forEach(item -> joined.append(joined.isEmpty() ? "" : ",").append(item.asText()));
      settings.put(prefix, joined.toString());
    } else if (node.isObject()) {
      node.properties()
          .forEach(
              field ->
                  flatten(
                      prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey(),
                      field.getValue(),
                      settings));
    } else {
      settings.put(prefix, node.asText());
    }
  }

  private void set(String key, String value) {
    if (key.startsWith(Setting.KAFKA)) {
      kafka.put(key.substring(Setting.KAFKA.length()), value);
      return;
    }
    Setting setting =
        Setting.of(key)
            .orElseThrow(
                () ->
                    new ConfigException(
                        "there is no setting \"%s\"; there are %s, and kafka.* for Kafka's own"
                            .formatted(
                                key, Arrays.stream(Setting.values()).map(Setting::key).toList())));
    values.put(setting, value.strip());
  }

  private void check() {
    number(Setting.CHECKPOINT_INTERVAL_MILLIS, 10, 3_600_000);
    number(Setting.TRANSACTION_TIMEOUT_MILLIS, 1000, 86_400_000);
    number(Setting.ALLOWED_LATENESS_MILLIS, 0, 3_600_000);
    number(Setting.IDLE_TIMEOUT_MILLIS, 0, 3_600_000);
    number(Setting.CLOCK_JUMP_MILLIS, 1000, 86_400_000);
    number(Setting.SESSION_TIMEOUT_MILLIS, 1000, 604_800_000);
    number(Setting.SWAP_LEAD_MILLIS, 100, 3_600_000);
    number(Setting.MAX_RECORD_BYTES, 1024, 1 << 28);
    number(Setting.BATCH_WINDOWS, 1, 1024);
    number(Setting.PARALLELISM, 1, 32_768);
    for (Setting setting :
        List.of(Setting.ALIGNMENT, Setting.CREATE_TOPICS, Setting.BOUNDED, Setting.FRESH_STATE)) {
      choice(setting, List.of("true", "false"));
    }
    choice(Setting.START_FROM, List.of("earliest", "latest", "committed"));
    choice(Setting.DELIVERY, List.of("at-least-once", "exactly-once"));
    choice(Setting.FORMAT, List.of("protobuf", "json"));
    choice(Setting.PROVIDER, List.of("auto", "cpu", "cuda"));
    choice(Setting.BATCH_SHAPE, List.of("auto", "single", "fixed", "fitted"));
    topics();
    models();
    lagRange();
    DeliverySafety.checkIntervals(this);
  }

  private void number(Setting setting, long least, long most) {
    String text = values.get(setting);
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw wrong(setting, "a whole number from %d to %d".formatted(least, most));
    }
    if (value < least || value > most) {
      throw wrong(setting, "from %d to %d".formatted(least, most));
    }
  }

  private void choice(Setting setting, List<String> choices) {
    if (!choices.contains(values.get(setting))) {
      throw wrong(setting, "one of " + choices);
    }
  }

  private ConfigException wrong(Setting setting, String bound) {
    return new ConfigException(
        "%s is \"%s\"; it must be %s".formatted(setting.key(), values.get(setting), bound));
  }

  /**
   * The same with one setting changed.
   *
   * @throws ConfigException where the value is out of its bounds
   */
  public JobConfig with(String key, String value) {
    Map<String, String> settings = new LinkedHashMap<>();
    values.forEach((setting, text) -> settings.put(setting.key(), text));
    kafka.forEach((name, text) -> settings.put(Setting.KAFKA + name, text));
    settings.put(key, value);
    return of(settings);
  }

  /** The value as text. */
  public String text(Setting setting) {
    return values.get(setting);
  }

  /** The value of a numeric setting. */
  public long number(Setting setting) {
    return Long.parseLong(values.get(setting));
  }

  /** The value of a yes-or-no setting. */
  public boolean flag(Setting setting) {
    return Boolean.parseBoolean(values.get(setting));
  }

  /** The names of the topics. */
  public Topics topics() {
    try {
      return new Topics(text(Setting.TOPIC_PREFIX));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("topic-prefix: " + e.getMessage(), e);
    }
  }

  /** The model files. */
  public List<String> models() {
    List<String> files = files(Setting.MODELS);
    if (files.isEmpty()) {
      throw new ConfigException(
          "models is empty; name at least one ONNX file, for example --models model/trained/lag-posterior.onnx");
    }
    return files;
  }

  /** The files of the shadow models; may be none. */
  List<String> shadowModels() {
    return files(Setting.SHADOW_MODELS);
  }

  private List<String> files(Setting setting) {
    return Arrays.stream(text(setting).split(","))
        .map(String::strip)
        .filter(file -> !file.isEmpty())
        .toList();
  }

  public Delivery delivery() {
    return text(Setting.DELIVERY).equals("exactly-once")
        ? Delivery.EXACTLY_ONCE
        : Delivery.AT_LEAST_ONCE;
  }

  public Format format() {
    return Format.valueOf(text(Setting.FORMAT).toUpperCase(Locale.ROOT));
  }

  /** Which lags the models may find. */
  LagRange lagRange() {
    return LagRange.parse(text(Setting.LAG_RANGE_MILLIS));
  }

  public Provider provider() {
    return Provider.of(text(Setting.PROVIDER));
  }

  /** How the models are called. */
  BatchShape batchShape() {
    return BatchShape.valueOf(text(Setting.BATCH_SHAPE).toUpperCase(Locale.ROOT));
  }

  /** The {@code kafka.*} settings, without the prefix. */
  Map<String, String> kafkaSettings() {
    return kafka;
  }

  /** What goes to every Kafka client: brokers and the {@code kafka.*} settings. */
  public Properties kafkaProperties() {
    Properties properties = new Properties();
    properties.putAll(kafka);
    properties.setProperty("bootstrap.servers", text(Setting.BOOTSTRAP));
    return properties;
  }

  /**
   * All settings, one a line, for people; the values of Kafka's own settings may be secrets and are
   * not shown.
   */
  public String describe() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (setting, value) ->
            text.append("  %-28s %s%n".formatted(setting.key(), value.isEmpty() ? "-" : value)));
    kafka.keySet().forEach(key -> text.append("  %-28s (set)%n".formatted(Setting.KAFKA + key)));
    return text.toString();
  }
}
