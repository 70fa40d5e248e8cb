package io.entrain.inference;

import java.util.ArrayList;
import java.util.List;

/**
 * How many rows go into each call where calls are fitted: powers of two, so that few shapes are
 * ever run, padded where that wastes a quarter at most. Every call but the last is of four rows or
 * more, so the next one starts on a boundary of 16 bytes whatever a row's size.
 */
final class CallSizes {
  private static final int SMALLEST_SPLIT = 4;

  private CallSizes() {}

  /** Sizes of the calls for so many rows, one behind the other; the last may be padded. */
  static List<Integer> of(int rows, int capacity) {
    List<Integer> sizes = new ArrayList<>();
    for (int left = rows, room = capacity; left > 0; ) {
      int size = size(left, room);
      sizes.add(size);
      left -= size;
      room -= size;
    }
    return sizes;
  }

  private static int size(int left, int room) {
    int above = Math.min(room, left == 1 ? 1 : Integer.highestOneBit(left - 1) * 2);
    int below = Integer.highestOneBit(left);
    boolean wasteful = 4 * left < 3 * above;
    return wasteful && below >= SMALLEST_SPLIT ? below : above;
  }
}
