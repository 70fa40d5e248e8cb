/**
 * The long run: a day of event time at full speed through a real broker and the production job,
 * which has a process of its own, with sessions that come and go; its memory, threads and state
 * watched, and every block accounted for. Stands on {@code world}, {@code recording}, {@code
 * embedded} and the job; only {@code io.entrain.cli} and tests may import it.
 */
package io.entrain.soak;
