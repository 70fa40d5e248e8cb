package io.entrain.chaos;

/**
 * Something that was done to the cluster.
 *
 * @param millis when, after the first block left
 * @param text what, for people
 */
public record Moment(long millis, String text) {}
