package io.entrain.job;

import com.google.protobuf.ByteString;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;

/** Turns refused records into dead letters. */
record Letters(Format format) {

  OutputRecord of(RawRecord raw, Reason reason, String detail) {
    byte[] letter =
        MessageCodec.REJECTED.encode(
            Rejected.newBuilder()
                .setReason(reason)
                .setDetail(detail)
                .setTopic(raw.topic())
                .setPartition(raw.partition())
                .setOffset(raw.offset())
                .setTimestampMillis(raw.timestampMillis())
                .setKey(ByteString.copyFrom(raw.key()))
                .setValue(ByteString.copyFrom(raw.value()))
                .build(),
            format);
    return new OutputRecord(OutputKind.REJECTED, raw.key(), letter, raw.timestampMillis(), 0, 0);
  }
}
