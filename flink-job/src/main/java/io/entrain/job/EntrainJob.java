package io.entrain.job;

import io.entrain.contract.ModelContract;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The graph of the job, the same for production, demo and tests, whatever its sources and sink:
 *
 * <pre>
 * source of each modality -> by session -> decode (one for each model) -> sink
 * </pre>
 */
public final class EntrainJob {
  /**
   * Watermarks only decide panes with something missing; Flink's default of 200 ms would be felt
   * there.
   */
  private static final Duration WATERMARK_INTERVAL = Duration.ofMillis(10);

  /** Flink's default of 100 ms is five hops. */
  private static final Duration BUFFER_TIMEOUT = Duration.ofMillis(1);

  /** Keys are spread over so many groups; also the most subtasks a savepoint can be opened with. */
  private static final int MAX_PARALLELISM = 128;

  private EntrainJob() {}

  /**
   * Builds the job between Kafka's ends, after checking models, broker, topics and delivery.
   *
   * @return the models it will run
   * @throws RuntimeException of the kind {@link ConfigException}, {@link
   *     io.entrain.inference.ModelException} or {@link io.entrain.wire.BrokerException}, whose
   *     message says what to do
   */
  public static List<JobModel> build(StreamExecutionEnvironment environment, JobConfig config) {
    List<JobModel> models = JobModel.open(config);
    ModelContract contract = models.get(0).contract();
    KafkaSetup.check(config, contract);
    build(environment, config, models, KafkaEnds.sources(config, contract), KafkaEnds.sink(config));
    return models;
  }

  /**
   * Builds the job between any ends.
   *
   * @param models at least one, all of the same modalities
   * @param sources one for each modality of the models, in their order
   * @param sink takes every kind of output
   */
  public static void build(
      StreamExecutionEnvironment environment,
      JobConfig config,
      List<JobModel> models,
      List<Source<RawRecord, ?, ?>> sources,
      Sink<OutputRecord> sink) {
    environment.configure(engineSettings(config));
    environment.setParallelism((int) config.number(Setting.PARALLELISM));
    environment.setMaxParallelism(MAX_PARALLELISM);
    KeyedStream<RawRecord, String> bySession =
        blocks(environment, config, models.get(0).contract(), sources)
            .keyBy(RawRecord::session, Types.STRING);
    DataStream<OutputRecord> outputs = null;
    for (JobModel model : models) {
      DecodeSettings settings = DecodeSettings.of(config, model, outputs == null);
      DataStream<OutputRecord> decoded = decode(bySession, model.contract().name(), settings);
      outputs = outputs == null ? decoded : outputs.union(decoded);
    }
    outputs.sinkTo(sink).name("publish").uid("publish");
  }

  private static DataStream<OutputRecord> decode(
      KeyedStream<RawRecord, String> bySession, String model, DecodeSettings settings) {
    return bySession
        .transform(
            "decode " + model,
            TypeInformation.of(OutputRecord.class),
            new DecodeOperatorFactory(settings))
        .uid("decode-" + model);
  }

  private static DataStream<RawRecord> blocks(
      StreamExecutionEnvironment environment,
      JobConfig config,
      ModelContract contract,
      List<Source<RawRecord, ?, ?>> sources) {
    DataStream<RawRecord> all = null;
    for (int i = 0; i < sources.size(); i++) {
      String modality = contract.modalities().get(i).name();
      DataStream<RawRecord> stream =
          environment
              .fromSource(
                  sources.get(i),
                  logTime(config),
                  "read " + modality,
                  TypeInformation.of(RawRecord.class))
              .uid("read-" + modality);
      all = all == null ? stream : all.union(stream);
    }
    return all;
  }

  /** Log time: the timestamp of the Kafka record, which rises within a partition. */
  private static WatermarkStrategy<RawRecord> logTime(JobConfig config) {
    WatermarkStrategy<RawRecord> strategy =
        WatermarkStrategy.<RawRecord>forMonotonousTimestamps()
            .withTimestampAssigner((raw, timestamp) -> raw.timestampMillis());
    long idleMillis = config.number(Setting.IDLE_TIMEOUT_MILLIS);
    return idleMillis == 0 ? strategy : strategy.withIdleness(Duration.ofMillis(idleMillis));
  }

  private static Configuration engineSettings(JobConfig config) {
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(PipelineOptions.NAME, "entrain");
    settings.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, WATERMARK_INTERVAL);
    settings.set(ExecutionOptions.BUFFER_TIMEOUT, BUFFER_TIMEOUT);
    settings.set(
        CheckpointingOptions.CHECKPOINTING_INTERVAL,
        Duration.ofMillis(config.number(Setting.CHECKPOINT_INTERVAL_MILLIS)));
    String folder = config.text(Setting.CHECKPOINT_FOLDER);
    if (!folder.isEmpty()) {
      settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
      settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder);
    }
    return settings;
  }
}
