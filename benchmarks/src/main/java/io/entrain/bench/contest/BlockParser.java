package io.entrain.bench.contest;

import io.entrain.job.RawRecord;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/** Reads blocks, into events or as they are. */
final class BlockParser {
  private static final BlockCodec CODEC = new BlockCodec();

  private BlockParser() {}

  static FlatMapFunction<RawRecord, Event> toEvents() {
    return (RawRecord raw, Collector<Event> out) -> Event.each(block(raw), out::collect);
  }

  static FlatMapFunction<RawRecord, Piece> toPieces() {
    return (RawRecord raw, Collector<Piece> out) -> out.collect(Piece.of(block(raw)));
  }

  private static Block block(RawRecord raw) {
    return CODEC.decode(raw.value()).block();
  }
}
