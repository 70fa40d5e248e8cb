package io.entrain.view;

import java.util.OptionalLong;

/**
 * What only the engine knows; a page that is attached to a Kafka has none of it.
 *
 * @param provider where the models run and why, for people
 * @param status of the job
 * @param checkpointAgeMillis since the newest finished checkpoint; empty before the first
 */
public record EngineState(String provider, String status, OptionalLong checkpointAgeMillis) {}
