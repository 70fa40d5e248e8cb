/**
 * How something is measured: contestants that run in turn, what each run took, medians with their
 * range, rows of results and the machine they hold for. Knows no engine and nothing of what is
 * measured; every other package of the benchmarks may import it.
 */
package io.entrain.bench.measure;
