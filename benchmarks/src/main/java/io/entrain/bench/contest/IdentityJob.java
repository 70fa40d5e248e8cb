package io.entrain.bench.contest;

import io.entrain.bench.load.Engine;
import io.entrain.job.OutputKind;
import io.entrain.job.OutputRecord;
import io.entrain.job.RawRecord;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * The floor under any Flink job over these topics: both are read, every record goes to its
 * session's task, and one record of the size of a decoded one goes out for each hop, that of the
 * second stream. Nothing is looked into.
 */
final class IdentityJob {
  private static final long CHECKPOINT_MILLIS = 1000;

  /** Of a decoded record of the shipped models. */
  private static final int DECODED_BYTES = 330;

  private static final int ANSWERED_STREAM = 1;

  private IdentityJob() {}

  static StreamExecutionEnvironment build(
      List<Source<RawRecord, ?, ?>> sources, Sink<OutputRecord> sink) {
    StreamExecutionEnvironment environment = Engine.environment();
    FlinkJobs.configure(environment, CHECKPOINT_MILLIS);
    DataStream<RawRecord> all = null;
    for (Source<RawRecord, ?, ?> source : sources) {
      DataStream<RawRecord> stream =
          environment.fromSource(
              source,
              WatermarkStrategy.<RawRecord>forMonotonousTimestamps()
                  .withTimestampAssigner((raw, timestamp) -> raw.timestampMillis()),
              "read",
              TypeInformation.of(RawRecord.class));
      all = all == null ? stream : all.union(stream);
    }
    all.keyBy(RawRecord::session, Types.STRING)
        .flatMap(answer())
        .returns(TypeInformation.of(OutputRecord.class))
        .sinkTo(sink);
    return environment;
  }

  /** The value begins with the place of the record in its topic, by which a reader knows it. */
  private static FlatMapFunction<RawRecord, OutputRecord> answer() {
    return (RawRecord raw, Collector<OutputRecord> out) -> {
      if (raw.stream() == ANSWERED_STREAM) {
        byte[] value = ByteBuffer.allocate(DECODED_BYTES).putLong(raw.offset()).array();
        out.collect(
            new OutputRecord(OutputKind.DECODED, raw.key(), value, raw.timestampMillis(), 0, 1));
      }
    };
  }

  /** Place in its topic of the record that is answered. */
  static long place(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }
}
