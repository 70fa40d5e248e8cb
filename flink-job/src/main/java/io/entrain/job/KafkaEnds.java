package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.control.ControlSource;
import io.entrain.silence.SilenceSource;
import io.entrain.silence.StartOffsets;
import io.entrain.wire.Timing;
import io.entrain.wire.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The job's ends in Kafka: a source for each modality, one sink for everything it writes. */
final class KafkaEnds {
  /** Dead letters hold a whole record and some words more. */
  static final int LETTER_EXTRA_BYTES = 64 << 10;

  private static final byte[] NOTHING = {};

  private KafkaEnds() {}

  static List<Source<RawRecord, ?, ?>> sources(JobConfig config, ModelContract contract) {
    List<String> topics =
        contract.modalities().stream().map(m -> config.topics().modality(m.name())).toList();
    List<Source<RawRecord, ?, ?>> sources = new ArrayList<>();
    for (int i = 0; i < topics.size(); i++) {
      sources.add(heard(config, source(config, i, topics.get(i)), topics));
    }
    return sources;
  }

  /** One that ends needs no word on silence: its end says all. */
  private static Source<RawRecord, ?, ?> heard(
      JobConfig config, KafkaSource<RawRecord> source, List<String> topics) {
    long silentMillis = config.number(Setting.IDLE_TIMEOUT_MILLIS);
    if (silentMillis == 0 || config.flag(Setting.BOUNDED)) {
      return source;
    }
    return new SilenceSource<>(
        source,
        RawRecord::offset,
        config.kafkaProperties(),
        new SilenceSource.Span(topics, silentMillis));
  }

  private static KafkaSource<RawRecord> source(JobConfig config, int stream, String topic) {
    Properties properties = config.kafkaProperties();
    properties.setProperty("client.id.prefix", config.text(Setting.GROUP) + "-" + topic);
    ClientSettings.OF_SOURCES.forEach(properties::putIfAbsent);
    KafkaSourceBuilder<RawRecord> builder =
        KafkaSource.<RawRecord>builder()
            .setProperties(properties)
            .setGroupId(config.text(Setting.GROUP))
            .setTopics(topic)
            .setStartingOffsets(startingOffsets(config))
            .setDeserializer(new RawDeserializer(stream));
    if (config.flag(Setting.BOUNDED)) {
      builder.setBounded(OffsetsInitializer.latest());
    }
    return builder.build();
  }

  /** The control topic, from and to the offsets that were asked for when the job was built. */
  static Source<RawRecord, ?, ?> control(JobConfig config, ControlSource.Span span) {
    Properties properties = config.kafkaProperties();
    properties.setProperty("client.id", config.text(Setting.GROUP) + "-" + span.topic());
    // Half of the lead is for clocks that differ.
    return new ControlSource<>(
        properties, span, new RawDeserializer(-1), config.number(Setting.SWAP_LEAD_MILLIS) / 2);
  }

  private static StartOffsets startingOffsets(JobConfig config) {
    return switch (config.text(Setting.START_FROM)) {
      case "earliest" -> StartOffsets.EARLIEST;
      case "latest" -> StartOffsets.LATEST;
      default -> StartOffsets.COMMITTED;
    };
  }

  static Sink<OutputRecord> sink(JobConfig config) {
    Properties properties = config.kafkaProperties();
    ClientSettings.OF_SINK.forEach(properties::putIfAbsent);
    properties.putIfAbsent(
        "max.request.size",
        Long.toString(config.number(Setting.MAX_RECORD_BYTES) + LETTER_EXTRA_BYTES));
    KafkaSinkBuilder<OutputRecord> builder =
        KafkaSink.<OutputRecord>builder()
            .setKafkaProducerConfig(properties)
            .setBootstrapServers(config.text(Setting.BOOTSTRAP))
            .setRecordSerializer(new OutputSerializer(config.topics()));
    if (config.delivery() == Delivery.EXACTLY_ONCE) {
      builder
          .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
          .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
          .setTransactionalIdPrefix(
              config.text(Setting.GROUP) + "-" + config.text(Setting.TOPIC_PREFIX))
          .setProperty(
              "transaction.timeout.ms",
              Long.toString(config.number(Setting.TRANSACTION_TIMEOUT_MILLIS)));
    } else {
      builder.setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE);
    }
    return builder.build();
  }

  /** Takes a record as it is: nothing in it can fail here. */
  private static final class RawDeserializer
      implements KafkaRecordDeserializationSchema<RawRecord> {
    private static final long serialVersionUID = 1L;

    private final int stream;

    RawDeserializer(int stream) {
      this.stream = stream;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> collector) {
      collector.collect(
          new RawRecord(
              stream,
              record.topic(),
              record.partition(),
              record.offset(),
              record.timestamp(),
              record.key() == null ? NOTHING : record.key(),
              record.value() == null ? NOTHING : record.value()));
    }

    @Override
    public TypeInformation<RawRecord> getProducedType() {
      return TypeInformation.of(RawRecord.class);
    }
  }

  private static final class OutputSerializer
      implements KafkaRecordSerializationSchema<OutputRecord>, KafkaDatasetFacetProvider {
    private static final long serialVersionUID = 1L;

    private final String decoded;
    private final String alignment;
    private final String rejected;
    private final String shadow;

    OutputSerializer(Topics topics) {
      decoded = topics.decoded();
      alignment = topics.alignment();
      rejected = topics.rejected();
      shadow = topics.shadow();
    }

    /**
     * Pooled transactional ids ask for it: the sink looks for open transactions on these topics.
     */
    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
      return Optional.of(
          new DefaultKafkaDatasetFacet(
              DefaultKafkaDatasetIdentifier.ofTopics(
                  List.of(decoded, alignment, rejected, shadow))));
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        OutputRecord output, KafkaSinkContext context, Long timestamp) {
      String topic =
          switch (output.kind()) {
            case DECODED -> decoded;
            case ALIGNMENT -> alignment;
            case REJECTED -> rejected;
            case SHADOW -> shadow;
          };
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(topic, output.key(), output.value());
      new Timing(
              output.arrivedMillis(),
              System.currentTimeMillis(),
              output.inferenceMicros(),
              output.batchWindows())
          .write(record.headers());
      return record;
    }
  }
}
