/**
 * The benchmarks: who runs against whom, over what, and which figures come of it. Of the benchmarks
 * it may import {@code measure} and {@code load}.
 */
package io.entrain.bench.contest;
