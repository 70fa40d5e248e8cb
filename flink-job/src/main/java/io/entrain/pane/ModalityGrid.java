package io.entrain.pane;

import io.entrain.contract.ModelContract.Modality;
import io.entrain.wire.Block;
import java.util.Arrays;

/**
 * The steps of one modality within a pane, being filled. Reused from pane to pane.
 *
 * <p>Events are counted in the step that holds their stamp; a step is present if the blocks cover
 * all of it. Samples go to the step that holds their time, give or take a thousandth of a step,
 * because stamps are whole nanoseconds and a step need not be; a step is present if a sample stands
 * in it. How the same data is cut into blocks changes nothing.
 */
final class ModalityGrid {
  /**
   * Far above the rounding of stamps (1 ns at 30 kHz is 3e-5 of a step), far below anything that
   * matters.
   */
  private static final double STEP_TOLERANCE = 1e-3;

  private final Modality modality;
  private final long hopNanos;
  private final int steps;
  private final int planes;
  private final float[] values;
  private final long[] coveredNanos;

  ModalityGrid(Modality modality, int steps, long hopNanos) {
    this.modality = modality;
    this.hopNanos = hopNanos;
    this.steps = steps;
    this.planes = modality.planes();
    this.values = new float[steps * planes];
    this.coveredNanos = new long[steps];
  }

  private long stepNanos(int step) {
    return hopNanos * step / steps;
  }

  void add(Block block, long paneNanos, long fromNanos, long toNanos) {
    if (block.events() != null) {
      cover(fromNanos - paneNanos, toNanos - paneNanos);
      addEvents(block, paneNanos, fromNanos, toNanos);
    } else {
      addSamples(block, paneNanos);
    }
  }

  private void cover(long from, long to) {
    int step = (int) (from * steps / hopNanos);
    for (; step < steps && stepNanos(step) < to; step++) {
      long overlap = Math.min(to, stepNanos(step + 1)) - Math.max(from, stepNanos(step));
      coveredNanos[step] += Math.max(0, overlap);
    }
  }

  private void addEvents(Block block, long paneNanos, long fromNanos, long toNanos) {
    Block.Events events = block.events();
    int marks = planes / modality.channels() - 1;
    for (int i = 0; i < events.offsetNanos().length; i++) {
      long at = block.startNanos() + events.offsetNanos()[i];
      if (at >= fromNanos && at < toNanos) {
        int row = stepOf(at - paneNanos) * planes;
        values[row + events.channel()[i]] += 1;
        for (int mark = 0; mark < marks; mark++) {
          int plane = (mark + 1) * modality.channels();
          values[row + plane + events.channel()[i]] += events.mark()[i * marks + mark];
        }
      }
    }
  }

  private int stepOf(long offsetNanos) {
    int step = (int) (offsetNanos * steps / hopNanos);
    return step + 1 < steps && stepNanos(step + 1) <= offsetNanos ? step + 1 : step;
  }

  private void addSamples(Block block, long paneNanos) {
    Block.Samples samples = block.samples();
    int count = samples.sizeInSamples();
    double stepsPerNano = (double) steps / hopNanos;
    double first = (block.startNanos() - paneNanos) * stepsPerNano + STEP_TOLERANCE;
    double stride = block.spanNanos() * stepsPerNano / count;
    for (int i = Math.max(0, (int) (-first / stride)); i < count; i++) {
      double position = first + i * stride;
      if (position >= steps) {
        return;
      }
      if (position >= 0) {
        int step = (int) position;
        System.arraycopy(samples.value(), i * planes, values, step * planes, planes);
        coveredNanos[step] = stepNanos(step + 1) - stepNanos(step);
      }
    }
  }

  /** Copies the filled grid out and empties it. */
  void drain(float[] toValues, float[] toMask) {
    for (int step = 0; step < steps; step++) {
      boolean present = coveredNanos[step] >= stepNanos(step + 1) - stepNanos(step);
      toMask[step] = present ? 1 : 0;
      if (present) {
        System.arraycopy(values, step * planes, toValues, step * planes, planes);
      }
      coveredNanos[step] = 0;
    }
    Arrays.fill(values, 0);
  }

  int sizeInValues() {
    return values.length;
  }

  int steps() {
    return steps;
  }
}
