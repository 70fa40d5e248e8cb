/**
 * Where a session stands in time: which spans its streams cover, which pane is ready to be closed,
 * when a clock has jumped. Plain algorithms over plain state; no Flink, no Kafka, no model. The job
 * imports it, it imports nothing of the project.
 *
 * <p>Two clocks meet here and are never mixed. <b>Event time</b> (nanoseconds, the stamps of the
 * devices) says where data belongs. <b>Log time</b> (milliseconds, the timestamp of the Kafka
 * record) says when data came, and it alone decides lateness: a session whose device clock is wrong
 * cannot close a pane of another session.
 */
package io.entrain.timeline;
