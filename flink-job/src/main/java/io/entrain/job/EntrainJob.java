package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.control.ControlSource;
import io.entrain.swap.ModelTerm;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
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
 * source of each modality -> by session ---> decode (one for each model) -> sink
 * source of announcements -> admit -> to all ---^
 * </pre>
 */
public final class EntrainJob {
  /**
   * Watermarks only decide panes with something missing; Flink's default of 200 ms would be felt
   * there.
   */
  public static final Duration WATERMARK_INTERVAL = Duration.ofMillis(10);

  /**
   * A record goes on at once: Flink's default of 100 ms is five hops, and a thread that looks each
   * millisecond costs more than it saves.
   */
  public static final Duration BUFFER_TIMEOUT = Duration.ZERO;

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
    JobModels all = new JobModels(models, JobModel.openShadows(config, models));
    ControlSource.Span announcements = KafkaSetup.check(config, contract);
    JobEnds ends =
        new JobEnds(
            KafkaEnds.sources(config, contract),
            KafkaEnds.control(config, announcements),
            KafkaEnds.sink(config));
    build(environment, config, all, ends);
    return models;
  }

  /**
   * The models of a job.
   *
   * @param live at least one
   * @param shadows of the same modalities
   */
  record JobModels(List<JobModel> live, List<JobModel> shadows) {
    List<ModelTerm> terms() {
      return Stream.concat(
              live.stream().map(model -> model.term(false)),
              shadows.stream().map(model -> model.term(true)))
          .toList();
    }
  }

  /**
   * The ends of a job.
   *
   * @param sources one for each modality of the models, in their order; one that is silent holds up
   *     panes that lack its stream until it says by a watermark that nothing is left to read
   * @param control announcements of models, read by one subtask; its watermark says how far they
   *     are known, so one that has none must end or no window is decoded
   * @param sink takes every kind of output
   */
  public record JobEnds(
      List<Source<RawRecord, ?, ?>> sources,
      Source<RawRecord, ?, ?> control,
      Sink<OutputRecord> sink) {}

  /**
   * Builds the job between any ends, after checking its models; the settings of Kafka are not used.
   *
   * @throws RuntimeException of the kind {@link ConfigException} or {@link
   *     io.entrain.inference.ModelException}, whose message says what to do
   */
  public static void build(StreamExecutionEnvironment environment, JobConfig config, JobEnds ends) {
    List<JobModel> models = JobModel.open(config);
    build(environment, config, new JobModels(models, JobModel.openShadows(config, models)), ends);
  }

  /** Builds the job between any ends. */
  static void build(
      StreamExecutionEnvironment environment, JobConfig config, JobModels models, JobEnds ends) {
    environment.configure(engineSettings(config));
    environment.setParallelism((int) config.number(Setting.PARALLELISM));
    environment.setMaxParallelism(MAX_PARALLELISM);
    KeyedStream<RawRecord, String> bySession =
        blocks(environment, models.live().get(0).contract(), ends.sources())
            .keyBy(RawRecord::session, Types.STRING);
    DataStream<Announced> announced =
        announced(environment, config, models, ends.control()).broadcast();
    DataStream<OutputRecord> outputs = null;
    for (JobModel model : models.live()) {
      DecodeSettings settings = DecodeSettings.of(config, model, models.shadows(), outputs == null);
      DataStream<OutputRecord> decoded = decode(bySession, announced, settings);
      outputs = outputs == null ? decoded : outputs.union(decoded);
    }
    outputs.sinkTo(ends.sink()).name("publish").uid("publish");
  }

  private static DataStream<OutputRecord> decode(
      KeyedStream<RawRecord, String> bySession,
      DataStream<Announced> announced,
      DecodeSettings settings) {
    String model = settings.model().model();
    return bySession
        .connect(announced)
        .transform(
            "decode " + model,
            TypeInformation.of(OutputRecord.class),
            new DecodeOperatorFactory(settings))
        .uid("decode-" + model);
  }

  /** Announcements and what becomes of them, in one place for all decoders. */
  private static DataStream<Announced> announced(
      StreamExecutionEnvironment environment,
      JobConfig config,
      JobModels models,
      Source<RawRecord, ?, ?> control) {
    AdmitSettings settings =
        new AdmitSettings(
            models.terms(),
            config.flag(Setting.FRESH_STATE),
            config.provider(),
            config.lagRange(),
            config.number(Setting.SWAP_LEAD_MILLIS),
            config.format());
    return environment
        .fromSource(
            control,
            WatermarkStrategy.noWatermarks(),
            "read models",
            TypeInformation.of(RawRecord.class))
        .uid("read-models")
        .setParallelism(1)
        .transform(
            "admit models", TypeInformation.of(Announced.class), new AdmitOperatorFactory(settings))
        .uid("admit-models")
        .setParallelism(1);
  }

  private static DataStream<RawRecord> blocks(
      StreamExecutionEnvironment environment,
      ModelContract contract,
      List<Source<RawRecord, ?, ?>> sources) {
    DataStream<RawRecord> all = null;
    for (int i = 0; i < sources.size(); i++) {
      String modality = contract.modalities().get(i).name();
      DataStream<RawRecord> stream =
          environment
              .fromSource(
                  sources.get(i),
                  logTime(),
                  "read " + modality,
                  TypeInformation.of(RawRecord.class))
              .uid("read-" + modality);
      all = all == null ? stream : all.union(stream);
    }
    return all;
  }

  /** Log time: the timestamp of the Kafka record, which rises within a partition. */
  private static WatermarkStrategy<RawRecord> logTime() {
    return WatermarkStrategy.<RawRecord>forMonotonousTimestamps()
        .withTimestampAssigner((raw, timestamp) -> raw.timestampMillis());
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
