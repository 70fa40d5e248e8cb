package io.entrain.chaos;

/**
 * What of a fault was seen at the reader.
 *
 * @param fault as it was planned
 * @param gapMillis longest time without output from its beginning until the next one
 * @param recoveredMillis from its beginning until output came as promptly again as before; -1 where
 *     it did not before the next one
 */
public record Aftermath(Fault fault, long gapMillis, long recoveredMillis) {}
