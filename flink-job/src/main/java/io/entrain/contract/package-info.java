/**
 * What a model promises and asks for: the contract that stands in the metadata of its ONNX file,
 * parsed and validated. Knows no engine: neither Flink nor ONNX Runtime may be imported here. Of
 * the project it may import {@code io.entrain.wire}; timeline, inference and job import it.
 */
package io.entrain.contract;
