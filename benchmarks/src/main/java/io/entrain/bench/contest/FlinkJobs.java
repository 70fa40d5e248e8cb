package io.entrain.bench.contest;

import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Engine.Graph;
import io.entrain.bench.load.FeedShape;
import io.entrain.job.EntrainJob;
import io.entrain.job.OutputRecord;
import io.entrain.job.RawRecord;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** What a user would write with Flink's own means, under the settings that our job has. */
final class FlinkJobs {
  private FlinkJobs() {}

  /** Into windows event by event, as the manual of Flink's windows has it. */
  static Graph slidingEvents(int overlap, long checkpointMillis) {
    return (environment, ends) -> {
      configure(environment, checkpointMillis);
      sliding(
              events(environment, ends.sources()),
              Event::session,
              overlap,
              new WindowSum.OfEvents())
          .sinkTo(ends.<OutputRecord>sink());
    };
  }

  /** Into windows block by block: 40 times fewer elements. */
  static Graph slidingBlocks(int overlap, long checkpointMillis) {
    return (environment, ends) -> {
      configure(environment, checkpointMillis);
      sliding(
              pieces(environment, ends.sources()),
              Piece::session,
              overlap,
              new WindowSum.OfPieces())
          .sinkTo(ends.<OutputRecord>sink());
    };
  }

  /** The floor under anything that is keyed: single events by session, and nothing else. */
  static Graph keyedEvents(long checkpointMillis) {
    return (environment, ends) -> {
      configure(environment, checkpointMillis);
      events(environment, ends.sources())
          .keyBy(Event::session, Types.STRING)
          .sinkTo(ends.<Event>sink());
    };
  }

  /** The same of whole records, unread. */
  static Graph keyedBlocks(long checkpointMillis) {
    return (environment, ends) -> {
      configure(environment, checkpointMillis);
      DataStream<RawRecord> all = null;
      for (Source<RawRecord, ?, ?> source : ends.sources()) {
        DataStream<RawRecord> stream = read(environment, source);
        all = all == null ? stream : all.union(stream);
      }
      all.keyBy(RawRecord::session, Types.STRING).sinkTo(ends.<RawRecord>sink());
    };
  }

  /** Sliding windows block by block and a call of the model for each, between any ends. */
  static StreamExecutionEnvironment callPerWindow(
      List<Source<RawRecord, ?, ?>> sources,
      Sink<OutputRecord> sink,
      int overlap,
      WindowCall.Opening opening) {
    StreamExecutionEnvironment environment = Engine.environment();
    configure(environment, 1000);
    sliding(pieces(environment, sources), Piece::session, overlap, new CallPerWindow(opening))
        .sinkTo(sink);
    return environment;
  }

  private static DataStream<Event> events(
      StreamExecutionEnvironment environment, List<Source<RawRecord, ?, ?>> sources) {
    return parsed(environment, sources, BlockParser.toEvents(), Event.class);
  }

  /** The blocks of both streams, parsed and stamped with their start. */
  private static DataStream<Piece> pieces(
      StreamExecutionEnvironment environment, List<Source<RawRecord, ?, ?>> sources) {
    return parsed(environment, sources, BlockParser.toPieces(), Piece.class);
  }

  /** Both streams, parsed and stamped before they are united: each rises by itself. */
  private static <E> DataStream<E> parsed(
      StreamExecutionEnvironment environment,
      List<Source<RawRecord, ?, ?>> sources,
      FlatMapFunction<RawRecord, E> parser,
      Class<E> type) {
    DataStream<E> all = null;
    for (Source<RawRecord, ?, ?> source : sources) {
      DataStream<E> stream =
          read(environment, source)
              .flatMap(parser)
              .returns(TypeInformation.of(type))
              .assignTimestampsAndWatermarks(rising());
      all = all == null ? stream : all.union(stream);
    }
    return all;
  }

  private static <E> WatermarkStrategy<E> rising() {
    return WatermarkStrategy.<E>forMonotonousTimestamps()
        .withTimestampAssigner((element, before) -> millis(element));
  }

  private static long millis(Object element) {
    long nanos = element instanceof Event event ? event.nanos() : ((Piece) element).startNanos();
    return Math.floorDiv(nanos, 1_000_000L);
  }

  private static DataStream<RawRecord> read(
      StreamExecutionEnvironment environment, Source<RawRecord, ?, ?> source) {
    return environment.fromSource(
        source, WatermarkStrategy.noWatermarks(), "read", TypeInformation.of(RawRecord.class));
  }

  /** Elements by session in Flink's windows of {@code overlap} hops. */
  private static <E> DataStream<OutputRecord> sliding(
      DataStream<E> elements,
      KeySelector<E, String> session,
      int overlap,
      ProcessWindowFunction<E, OutputRecord, String, TimeWindow> function) {
    return elements
        .keyBy(session, Types.STRING)
        .window(
            SlidingEventTimeWindows.of(
                Duration.ofMillis((long) overlap * FeedShape.HOP_MILLIS),
                Duration.ofMillis(FeedShape.HOP_MILLIS)))
        .process(function, TypeInformation.of(OutputRecord.class));
  }

  /** What {@link EntrainJob} sets, too. */
  static void configure(StreamExecutionEnvironment environment, long checkpointMillis) {
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, EntrainJob.WATERMARK_INTERVAL);
    settings.set(ExecutionOptions.BUFFER_TIMEOUT, EntrainJob.BUFFER_TIMEOUT);
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(checkpointMillis));
    environment.configure(settings);
    environment.setParallelism(1);
  }
}
