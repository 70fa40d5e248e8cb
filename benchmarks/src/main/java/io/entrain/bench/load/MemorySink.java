package io.entrain.bench.load;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Hands everything to its {@link MemoryRun}.
 *
 * @param <T> what it takes
 */
public final class MemorySink<T> implements Sink<T> {
  private static final long serialVersionUID = 1L;

  private final long run;

  MemorySink(long run) {
    this.run = run;
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    MemoryRun target = MemoryRun.of(run);
    return new SinkWriter<>() {
      @Override
      public void write(T element, Context at) {
        target.arrive(element);
      }

      @Override
      public void flush(boolean endOfInput) {}

      @Override
      public void close() {}
    };
  }
}
