package io.entrain.bench.contest;

import io.entrain.bench.load.Feed;
import io.entrain.bench.load.Replay;
import io.entrain.job.ClientSettings;
import io.entrain.job.OutputRecord;
import io.entrain.job.RawRecord;
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

/** Kafka's ends of the floors and rivals, with the client settings of our job. */
final class PlainKafka {
  private PlainKafka() {}

  /**
   * A source for each stream, in their order.
   *
   * @param bounded whether they end with what the topics hold at start
   */
  static List<Source<RawRecord, ?, ?>> sources(String bootstrap, Topics topics, boolean bounded) {
    List<Source<RawRecord, ?, ?>> sources = new ArrayList<>();
    Properties properties = new Properties();
    properties.putAll(ClientSettings.OF_SOURCES);
    for (int stream = 0; stream < Feed.MODALITIES.size(); stream++) {
      KafkaSourceBuilder<RawRecord> builder =
          KafkaSource.<RawRecord>builder()
              .setProperties(properties)
              .setBootstrapServers(bootstrap)
              .setProperty("commit.offsets.on.checkpoint", "false")
              .setGroupId("bench-" + System.nanoTime())
              .setTopics(topics.modality(Feed.MODALITIES.get(stream)))
              .setStartingOffsets(OffsetsInitializer.earliest())
              .setDeserializer(new WholeRecord(stream));
      sources.add((bounded ? builder.setBounded(OffsetsInitializer.latest()) : builder).build());
    }
    return sources;
  }

  /** All of a replay. */
  static List<Source<RawRecord, ?, ?>> sources(Replay replay) {
    return sources(replay.bootstrap(), replay.topics(), true);
  }

  static Sink<OutputRecord> sink(String bootstrap, String topic, boolean exactlyOnce) {
    Properties properties = new Properties();
    properties.putAll(ClientSettings.OF_SINK);
    KafkaSinkBuilder<OutputRecord> builder =
        KafkaSink.<OutputRecord>builder()
            .setKafkaProducerConfig(properties)
            .setBootstrapServers(bootstrap)
            .setRecordSerializer(new ValueAndTiming(topic));
    if (!exactlyOnce) {
      return builder.setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
    }
    return builder
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setTransactionalIdPrefix("bench-" + System.nanoTime())
        .setProperty("transaction.timeout.ms", "600000")
        .build();
  }

  private static final class WholeRecord implements KafkaRecordDeserializationSchema<RawRecord> {
    private static final long serialVersionUID = 1L;

    private final int stream;

    WholeRecord(int stream) {
      this.stream = stream;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> out) {
      out.collect(
          new RawRecord(
              stream,
              record.topic(),
              record.partition(),
              record.offset(),
              record.timestamp(),
              record.key(),
              record.value()));
    }

    @Override
    public TypeInformation<RawRecord> getProducedType() {
      return TypeInformation.of(RawRecord.class);
    }
  }

  private static final class ValueAndTiming
      implements KafkaRecordSerializationSchema<OutputRecord>, KafkaDatasetFacetProvider {
    private static final long serialVersionUID = 1L;

    private final String topic;

    ValueAndTiming(String topic) {
      this.topic = topic;
    }

    /** Pooled transactional ids ask for it. */
    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
      return Optional.of(
          new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        OutputRecord output, KafkaSinkContext context, Long timestamp) {
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
