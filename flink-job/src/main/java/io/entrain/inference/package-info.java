/**
 * Runs a model with ONNX Runtime: opens the file, holds the graph against its contract, and calls
 * it on batches in reused direct buffers. The only package that may import {@code ai.onnxruntime};
 * knows nothing of Flink. Of the project it may import {@code io.entrain.contract} and {@code
 * io.entrain.wire}; job imports it.
 */
package io.entrain.inference;
