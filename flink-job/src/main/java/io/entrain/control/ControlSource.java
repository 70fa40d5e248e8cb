package io.entrain.control;

import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A topic of one partition, read by one subtask, that also says how far it is known: Flink's own
 * Kafka source tells what was read, but not that there was nothing else to read.
 *
 * <h2>Guarantees</h2>
 *
 * A watermark of W says: when the wall clock of this machine showed W less {@code aheadMillis},
 * every record that the topic had by then was already handed on. It is given about every {@link
 * ControlReader#INTERVAL_MILLIS} while the broker answers, first after the end of the topic was
 * reached for the first time since this start, and stands still while the broker does not answer.
 *
 * @param <T> what a record becomes
 */
public final class ControlSource<T>
    implements Source<T, ControlSplit, ControlSplit>, ResultTypeQueryable<T> {
  private static final long serialVersionUID = 1L;

  private final Properties properties;
  private final Span span;
  private final KafkaRecordDeserializationSchema<T> deserializer;
  private final long aheadMillis;

  /**
   * What to read of which topic.
   *
   * @param topic of one partition
   * @param firstOffset where a job begins that has no state
   * @param endOffset where it ends, {@link Long#MAX_VALUE} where it does not
   */
  public record Span(String topic, long firstOffset, long endOffset)
      implements java.io.Serializable {
    boolean isBounded() {
      return endOffset != Long.MAX_VALUE;
    }
  }

  /**
   * A source.
   *
   * @param properties of the Kafka client
   * @param deserializer must not fail
   * @param aheadMillis what is added to the wall clock, because records that come later have later
   *     effect
   */
  public ControlSource(
      Properties properties,
      Span span,
      KafkaRecordDeserializationSchema<T> deserializer,
      long aheadMillis) {
    this.properties = properties;
    this.span = span;
    this.deserializer = deserializer;
    this.aheadMillis = aheadMillis;
  }

  @Override
  public Boundedness getBoundedness() {
    return span.isBounded() ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<T, ControlSplit> createReader(SourceReaderContext context) {
    return new ControlReader<>(properties, span, deserializer, aheadMillis);
  }

  @Override
  public SplitEnumerator<ControlSplit, ControlSplit> createEnumerator(
      SplitEnumeratorContext<ControlSplit> context) {
    return restoreEnumerator(context, new ControlSplit(span.firstOffset()));
  }

  @Override
  public SplitEnumerator<ControlSplit, ControlSplit> restoreEnumerator(
      SplitEnumeratorContext<ControlSplit> context, ControlSplit waiting) {
    return new ControlEnumerator(context, waiting);
  }

  @Override
  public SimpleVersionedSerializer<ControlSplit> getSplitSerializer() {
    return new ControlSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<ControlSplit> getEnumeratorCheckpointSerializer() {
    return new ControlSplitSerializer();
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return deserializer.getProducedType();
  }
}
