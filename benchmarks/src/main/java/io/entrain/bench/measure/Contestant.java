package io.entrain.bench.measure;

import java.util.concurrent.Callable;

/**
 * One way of doing the work of a benchmark: ours, a rival's, or a floor that leaves most of it out.
 *
 * @param <T> what one run of it gives, in most benchmarks a {@link Sample}
 * @param name as the results have it
 * @param work does all of the work once; what it measures is its own affair, so that starting an
 *     engine does not count
 */
public record Contestant<T>(String name, Callable<T> work) {}
