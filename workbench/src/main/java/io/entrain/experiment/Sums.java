package io.entrain.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums over blocks of time, from which every figure and its interval can be made: one row for each
 * block that holds anything, its first column the block's place in time.
 *
 * @param rows {@code [blocks][1 + columns]}
 */
record Sums(List<List<Double>> rows) {
  /** As long as in {@code ./entrain evaluate}: neighbouring windows are alike. */
  static final long BLOCK_NANOS = 5_000_000_000L;

  Sums {
    rows = rows.stream().map(List::copyOf).toList();
  }

  /** The same blocks of several sessions as one: they are drawn together. */
  static Sums together(List<Sums> sessions) {
    Collected all = new Collected();
    for (Sums sums : sessions) {
      for (List<Double> row : sums.rows) {
        double[] total = all.row((long) (double) row.get(0), row.size() - 1);
        for (int i = 0; i < total.length; i++) {
          total[i] += row.get(i + 1);
        }
      }
    }
    return all.sums();
  }

  /** Without the blocks' places: {@code [blocks][columns]}. */
  double[][] columns() {
    return rows.stream()
        .map(row -> row.stream().skip(1).mapToDouble(Double::doubleValue).toArray())
        .toArray(double[][]::new);
  }

  /** Sums as they grow. */
  static final class Collected {
    private final Map<Long, double[]> blocks = new TreeMap<>();

    /** The row of a block, to be added to. */
    double[] row(long block, int columns) {
      return blocks.computeIfAbsent(block, key -> new double[columns]);
    }

    Sums sums() {
      List<List<Double>> rows = new ArrayList<>();
      blocks.forEach(
          (block, values) -> {
            List<Double> row = new ArrayList<>(values.length + 1);
            row.add((double) block);
            for (double value : values) {
              row.add(value);
            }
            rows.add(row);
          });
      return new Sums(rows);
    }
  }
}
