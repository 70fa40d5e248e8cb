/**
 * {@code ./entrain bench}: which benchmarks there are, and the command that runs them. Imports all
 * other packages of the benchmarks; none imports it.
 */
package io.entrain.bench;
