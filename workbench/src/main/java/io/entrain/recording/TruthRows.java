package io.entrain.recording;

import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Truth;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The labels of a session as records, each at its own time, with the lag where it is known. */
final class TruthRows implements Iterator<Departure> {
  private final String session;
  private final Span span;
  private final Labels labels;
  private final KnownLag lag;
  private int row;
  private int lagRow;

  TruthRows(Session session, String id) {
    this.session = id;
    this.span = session.span();
    this.labels = session.labels();
    this.lag = session.lag() == null || session.lag().nanos().length == 0 ? null : session.lag();
    while (row < labels.nanos().length && labels.nanos()[row] < span.startNanos()) {
      row++;
    }
  }

  @Override
  public boolean hasNext() {
    return row < labels.nanos().length && labels.nanos()[row] < span.endNanos();
  }

  @Override
  public Departure next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    long nanos = labels.nanos()[row];
    Truth.Builder truth = Truth.newBuilder().setSession(session).setTimeNanos(nanos);
    if (lag != null) {
      while (lagRow + 1 < lag.nanos().length && lag.nanos()[lagRow + 1] <= nanos) {
        lagRow++;
      }
      truth.setLagMillis((float) lag.millis()[lagRow]);
    }
    for (int i = 0; i < labels.names().size(); i++) {
      truth.addComponent(
          Component.newBuilder()
              .setName(labels.names().get(i))
              .setUnit(labels.unit())
              .setMean((float) labels.values()[row][i]));
    }
    row++;
    return new Departure(nanos, null, truth.build());
  }
}
