/**
 * Noise-robustness experiments: a plan is a grid of conditions, each a session of its own, that go
 * through the production job as one bounded stream; what it decoded is scored, pooled and written
 * as a report. May import {@code recording}, {@code world}, {@code embedded}, {@code wire} and the
 * job; imported by {@code cli}.
 */
package io.entrain.experiment;
