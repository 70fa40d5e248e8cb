package io.entrain.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.entrain.wire.Block;
import java.io.IOException;

/**
 * Blocks as the page draws them. Events keep their times to 10 µs; samples are thinned to the
 * lowest and the highest of every ten milliseconds, in their order, as bytes with a scale: more
 * than a screen has pixels for.
 */
final class SignalWriter {
  private static final double BUCKET_SECONDS = 0.01;

  /** Channels of samples that are drawn; of the rest the page says that they are not. */
  static final int MOST_CHANNELS = 32;

  private SignalWriter() {}

  /** {@code [start, end, [offset, channel, ...]]}, offsets in hundredths of a millisecond. */
  static void events(JsonGenerator json, Block block) throws IOException {
    json.writeStartArray();
    Json.millis(json, block.startNanos());
    Json.millis(json, block.endNanos());
    json.writeStartArray();
    Block.Events events = block.events();
    for (int i = 0; i < events.channel().length; i++) {
      json.writeNumber(events.offsetNanos()[i] / 10_000);
      json.writeNumber(events.channel()[i]);
    }
    json.writeEndArray();
    json.writeEndArray();
  }

  /** {@code [start, end, channels, scale, base64 of int8 [rows, channels]]}. */
  static void samples(JsonGenerator json, Block block) throws IOException {
    Block.Samples samples = block.samples();
    int channels = Math.min(MOST_CHANNELS, samples.channels());
    float[] thin = thin(samples, channels);
    float highest = 1e-12f;
    for (float value : thin) {
      highest = Math.max(highest, Math.abs(value));
    }
    byte[] bytes = new byte[thin.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(127 * thin[i] / highest);
    }
    json.writeStartArray();
    Json.millis(json, block.startNanos());
    Json.millis(json, block.endNanos());
    json.writeNumber(channels);
    json.writeNumber(highest / 127);
    json.writeBinary(bytes);
    json.writeEndArray();
  }

  /** {@code [rows, channels]}: of each bucket the earlier and the later of its two extremes. */
  private static float[] thin(Block.Samples samples, int channels) {
    int rows = samples.sizeInSamples();
    int bucket = Math.max(2, (int) Math.round(samples.rateHz() * BUCKET_SECONDS));
    int buckets = (rows + bucket - 1) / bucket;
    float[] thin = new float[2 * buckets * channels];
    for (int b = 0; b < buckets; b++) {
      int until = Math.min(rows, (b + 1) * bucket);
      for (int c = 0; c < channels; c++) {
        int low = b * bucket;
        int high = low;
        for (int row = low; row < until; row++) {
          low = value(samples, row, c) < value(samples, low, c) ? row : low;
          high = value(samples, row, c) > value(samples, high, c) ? row : high;
        }
        thin[2 * b * channels + c] = value(samples, Math.min(low, high), c);
        thin[(2 * b + 1) * channels + c] = value(samples, Math.max(low, high), c);
      }
    }
    return thin;
  }

  private static float value(Block.Samples samples, int row, int channel) {
    return samples.value()[row * samples.channels() + channel];
  }
}
