/**
 * What contestants are fed and what they run on: seeded sessions, a model that sums its window, the
 * engine with sources and sinks in memory, a broker in a process of its own. Of the benchmarks it
 * may import {@code measure} alone.
 */
package io.entrain.bench.load;
