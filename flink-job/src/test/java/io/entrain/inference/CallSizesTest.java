package io.entrain.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CallSizesTest {
  @Test
  void splitsWherePaddingWouldWasteMoreThanAQuarter() {
    assertThat(CallSizes.of(1, 16)).containsExactly(1);
    assertThat(CallSizes.of(3, 16)).containsExactly(4);
    assertThat(CallSizes.of(5, 16)).containsExactly(4, 1);
    assertThat(CallSizes.of(6, 16)).containsExactly(8);
    assertThat(CallSizes.of(11, 16)).containsExactly(8, 4);
    assertThat(CallSizes.of(13, 16)).containsExactly(16);
    assertThat(CallSizes.of(5, 5)).containsExactly(5);
  }

  @Test
  void callsHoldAllRowsWithinTheCapacityAndBeginOnAVectorsBoundary() {
    for (int capacity = 1; capacity <= 70; capacity++) {
      for (int rows = 1; rows <= capacity; rows++) {
        List<Integer> sizes = CallSizes.of(rows, capacity);
        int held = sizes.stream().mapToInt(size -> size).sum();
        assertThat(held).isBetween(rows, capacity);
        assertThat(held - rows).isLessThanOrEqualTo(held / 4);
        int first = 0;
        for (int size : sizes) {
          assertThat(first % 4).as("%d of %d: %s", rows, capacity, sizes).isZero();
          first += size;
        }
      }
    }
  }
}
