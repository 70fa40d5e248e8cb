/**
 * What is made of rows: JSON, a Markdown table, plots as SVG, a page, a section of a document. Of
 * the benchmarks it may import {@code measure} alone.
 */
package io.entrain.bench.report;
