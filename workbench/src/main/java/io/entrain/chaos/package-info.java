/**
 * Chaos: the job on a cluster of real processes, a schedule of faults that is a pure function of a
 * seed, and a checker that holds what was delivered against the undisturbed run of the same input.
 * Nothing here reads a command line. Imports {@code world}, {@code recording} and {@code embedded};
 * only {@code io.entrain.cli} and tests may import it.
 */
package io.entrain.chaos;
