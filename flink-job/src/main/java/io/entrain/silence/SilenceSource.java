package io.entrain.silence;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;

/**
 * Flink's Kafka source, whose silent partitions do not hold the watermark for ever.
 *
 * <p>Flink's own {@code withIdleness} takes a partition for idle when nothing was read from it for
 * a while. After a restart, or after the broker was away, that may be so because its turn has not
 * come; the watermark then passes records that are still to be read.
 *
 * <h2>Assumptions</h2>
 *
 * A record is appended no later than the stamp of every record that was appended before it, give or
 * take what the watermark's reader allows for. A broker of Kafka 3.0 or later.
 *
 * <h2>Guarantees</h2>
 *
 * Where a partition gave nothing for the time that was set, its watermark becomes W − 1 once this
 * has been seen, in this order: W is the newest stamp on any partition of the topics; the partition
 * has no record at or after the one that is to be read next. So every record up to the watermark
 * has been read, but those that a producer appends later than their stamp. While the broker does
 * not answer nothing is promised, and the watermark stands still.
 *
 * @param <T> what a record becomes
 */
public final class SilenceSource<T>
    implements Source<T, KafkaPartitionSplit, KafkaSourceEnumState>,
        ResultTypeQueryable<T>,
        LineageVertexProvider {
  private static final long serialVersionUID = 1L;

  private final KafkaSource<T> source;
  private final OffsetOf<T> offsetOf;
  private final Properties properties;
  private final Span span;

  /** Where in its partition a record stood. */
  @FunctionalInterface
  public interface OffsetOf<T> extends Serializable {
    /** Its offset. */
    long offset(T element);
  }

  /**
   * What counts as silence.
   *
   * @param topics whose stamps say how far time has gone; the source's own among them
   * @param silentMillis after so long without a record a partition is looked at, at least 1
   */
  public record Span(List<String> topics, long silentMillis) implements Serializable {}

  /**
   * A source.
   *
   * @param source reads the records; must begin at offsets that are known, see {@link StartOffsets}
   * @param properties of the Kafka clients that look at the partitions
   */
  public SilenceSource(
      KafkaSource<T> source, OffsetOf<T> offsetOf, Properties properties, Span span) {
    this.source = source;
    this.offsetOf = offsetOf;
    this.properties = properties;
    this.span = span;
  }

  @Override
  public Boundedness getBoundedness() {
    return source.getBoundedness();
  }

  @Override
  public SourceReader<T, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    Lookout lookout = new Lookout(span.silentMillis(), new BrokerView(properties, span.topics()));
    return new SilenceReader<>(source.createReader(context), offsetOf, lookout);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return source.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws IOException {
    return source.restoreEnumerator(context, state);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return source.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return source.getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return source.getProducedType();
  }

  @Override
  public LineageVertex getLineageVertex() {
    return source.getLineageVertex();
  }
}
