package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.control.ControlSource;
import io.entrain.wire.Broker;
import io.entrain.wire.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the broker before the job starts: is it there, are its topics, is there anything in
 * them.
 */
final class KafkaSetup {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaSetup.class);

  private KafkaSetup() {}

  /**
   * Looks, and makes what is missing.
   *
   * @return what of the control topic the job is to read
   */
  static ControlSource.Span check(JobConfig config, ModelContract contract) {
    Broker broker = new Broker(config.text(Setting.BOOTSTRAP), config.kafkaSettings());
    broker.check();
    DeliverySafety.checkBroker(config);
    List<String> inputs =
        contract.modalities().stream().map(m -> config.topics().modality(m.name())).toList();
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      Map<String, Map<String, String>> missing = missing(admin, config, inputs);
      create(admin, config, missing);
      broker.awaitTopics(missing.keySet());
      inputs.forEach(topic -> tellIfEmpty(admin, config, topic));
      return ControlTopic.span(admin, config, inputs);
    } catch (ExecutionException e) {
      throw new ConfigException(
          "the broker at %s refused: %s"
              .formatted(config.text(Setting.BOOTSTRAP), e.getCause().getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigException("interrupted while asking the broker", e);
    }
  }

  private static Map<String, Map<String, String>> missing(
      Admin admin, JobConfig config, List<String> inputs)
      throws ExecutionException, InterruptedException {
    Topics topics = config.topics();
    Map<String, Map<String, String>> wanted = new LinkedHashMap<>();
    inputs.forEach(topic -> wanted.put(topic, Map.of()));
    wanted.put(topics.decoded(), Map.of());
    wanted.put(topics.alignment(), Map.of());
    wanted.put(topics.shadow(), Map.of());
    wanted.put(topics.models(), ControlTopic.SETTINGS);
    long letter = config.number(Setting.MAX_RECORD_BYTES) + KafkaEnds.LETTER_EXTRA_BYTES;
    wanted.put(topics.rejected(), Map.of("max.message.bytes", Long.toString(letter)));
    Set<String> there = admin.listTopics().names().get();
    wanted.keySet().removeAll(there);
    return wanted;
  }

  private static void create(
      Admin admin, JobConfig config, Map<String, Map<String, String>> missing)
      throws ExecutionException, InterruptedException {
    if (missing.isEmpty()) {
      return;
    }
    if (!config.flag(Setting.CREATE_TOPICS)) {
      throw new ConfigException(
          "topics %s do not exist at %s; create them, or run with --create-topics true"
              .formatted(missing.keySet(), config.text(Setting.BOOTSTRAP)));
    }
    List<NewTopic> fresh = new ArrayList<>();
    missing.forEach(
        (name, settings) ->
            fresh.add(new NewTopic(name, partitions(config, name), (short) -1).configs(settings)));
    try {
      admin.createTopics(fresh).all().get();
      LOG.info("Created the topics {}", missing.keySet());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static int partitions(JobConfig config, String topic) {
    return topic.equals(config.topics().models()) ? 1 : (int) config.number(Setting.PARALLELISM);
  }

  private static void tellIfEmpty(Admin admin, JobConfig config, String topic) {
    if (isEmpty(admin, topic)) {
      LOG.warn(
          "Topic {} is empty: until blocks come there, panes are decoded without that stream, {} ms late; check that its producer runs and sends to {}",
          topic,
          config.text(Setting.ALLOWED_LATENESS_MILLIS),
          config.text(Setting.BOOTSTRAP));
    }
  }

  /** Whether no partition of the topic holds a record. */
  private static boolean isEmpty(Admin admin, String topic) {
    try {
      TopicDescription description =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
      Map<TopicPartition, OffsetSpec> ends =
          description.partitions().stream()
              .collect(
                  Collectors.toMap(
                      p -> new TopicPartition(topic, p.partition()), p -> OffsetSpec.latest()));
      return admin.listOffsets(ends).all().get().values().stream()
          .mapToLong(ListOffsetsResultInfo::offset)
          .allMatch(end -> end == 0);
    } catch (ExecutionException e) {
      LOG.debug("Cannot tell whether {} is empty", topic, e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
