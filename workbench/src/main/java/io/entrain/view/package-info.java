/**
 * The live page: what stands in the topics of one Kafka, read by one thread, kept for seconds, and
 * pushed to browsers. Knows topics and messages, no engine and no simulator: what only those know
 * comes through {@link io.entrain.view.Controls} and {@link io.entrain.view.EngineState}. May
 * import {@code wire} only; imported by {@code cli}. The page itself lies beside it in the
 * resources.
 */
package io.entrain.view;
