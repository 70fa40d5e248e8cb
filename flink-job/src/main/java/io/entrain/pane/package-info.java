/**
 * What one pane of a session holds: event counts and samples on the model's grid of steps, and
 * which steps were covered. Knows blocks and the model's contract, not Flink and not ONNX Runtime.
 */
package io.entrain.pane;
