package io.entrain.chaos;

import io.entrain.wire.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * What a schedule does to the input: a pure function of both. Each fault befalls one stream that
 * the seed picks; log times rise as they must, whatever the blocks say.
 */
final class Ills {
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final int LEAST_LATE_MILLIS = 500;
  private static final int MOST_LATE_MILLIS = 2_500;
  private static final long MOST_BACK_MILLIS = 30_000;
  private static final double LEAST_JUMP_SECONDS = 10;
  private static final double MOST_JUMP_SECONDS = 200_000;
  private static final long DRIFT_DIVISOR = 1_000;

  private final Fault fault;
  private final Random random;
  private final String session;
  private final String modality;

  private Ills(Fault fault, long seed, List<Message> messages) {
    this.fault = fault;
    random = new Random(seed);
    // Sessions that outlast the others are left alone: they carry the watermark to the end.
    List<Block> streams =
        messages.stream()
            .map(Message::block)
            .filter(block -> block.sequence() == 0 && !block.session().startsWith(Input.TAIL))
            .filter(block -> fault.kind() != FaultKind.BLOCKS_RECUT || block.events() != null)
            .toList();
    Block stream = streams.get(random.nextInt(streams.size()));
    session = stream.session();
    modality = stream.modality();
  }

  /** The input with all that befalls it. */
  static Input of(Input input, Schedule schedule) {
    List<Message> messages = input.messages();
    for (int i = 0; i < schedule.faults().size(); i++) {
      Fault fault = schedule.faults().get(i);
      if (fault.kind().victim() == FaultKind.Victim.INPUT) {
        messages = new Ills(fault, 31 * schedule.seed() + i, input.messages()).befall(messages);
      }
    }
    return new Input(messages);
  }

  private List<Message> befall(List<Message> messages) {
    List<Message> hit = new ArrayList<>();
    List<Message> changed = new ArrayList<>();
    for (Message message : messages) {
      (hits(message) ? hit : changed).add(message);
    }
    changed.addAll(fallen(hit));
    changed.sort(Comparator.comparingLong(Message::millis));
    return List.copyOf(changed);
  }

  private boolean hits(Message message) {
    return message.block().session().equals(session)
        && message.block().modality().equals(modality)
        && message.millis() >= fault.atMillis()
        && message.millis() < fault.endMillis();
  }

  private List<Message> fallen(List<Message> hit) {
    return switch (fault.kind()) {
      case BLOCKS_REPEATED -> hit.stream().flatMap(one -> List.of(one, one).stream()).toList();
      case BLOCKS_REORDERED -> swapped(hit);
      case BLOCKS_LATE -> late(hit);
      case BLOCKS_RECUT -> hit.stream().flatMap(one -> cut(one).stream()).toList();
      case STREAM_STOPPED -> List.of();
      case CLOCK_JUMP -> {
        double span = random.nextDouble();
        double seconds =
            LEAST_JUMP_SECONDS * Math.pow(MOST_JUMP_SECONDS / LEAST_JUMP_SECONDS, span);
        yield shifted(hit, (long) (seconds * 1e9));
      }
      case CLOCK_BACK ->
          shifted(hit, -NANOS_PER_MILLI * (1 + (long) (random.nextDouble() * MOST_BACK_MILLIS)));
      case CLOCK_DRIFT -> drifted(hit);
      default -> hit;
    };
  }

  /** Payloads change places; the times at which something leaves stay. */
  private static List<Message> swapped(List<Message> hit) {
    List<Message> swapped = new ArrayList<>(hit);
    for (int i = 1; i < hit.size(); i += 2) {
      swapped.set(i - 1, new Message(hit.get(i - 1).millis(), hit.get(i).block()));
      swapped.set(i, new Message(hit.get(i).millis(), hit.get(i - 1).block()));
    }
    return swapped;
  }

  private List<Message> late(List<Message> hit) {
    long byMillis =
        (long) LEAST_LATE_MILLIS + random.nextInt(MOST_LATE_MILLIS - LEAST_LATE_MILLIS + 1);
    return hit.stream().map(one -> new Message(one.millis() + byMillis, one.block())).toList();
  }

  /** In two, at a time between its ends. */
  private List<Message> cut(Message message) {
    Block block = message.block();
    if (block.spanNanos() < 2) {
      return List.of(message);
    }
    long at = 1 + (long) (random.nextDouble() * (block.spanNanos() - 1));
    long[] offsets = block.events().offsetNanos();
    int first = 0;
    while (first < offsets.length && offsets[first] < at) {
      first++;
    }
    long middle = block.startNanos() + at;
    return List.of(
        new Message(message.millis(), part(block, block.startNanos(), middle, 0, first)),
        new Message(
            message.millis(), part(block, middle, block.endNanos(), first, offsets.length)));
  }

  private static Block part(Block block, long start, long end, int from, int to) {
    long[] offsets = new long[to - from];
    int[] channels = new int[to - from];
    for (int i = from; i < to; i++) {
      offsets[i - from] = block.startNanos() + block.events().offsetNanos()[i] - start;
      channels[i - from] = block.events().channel()[i];
    }
    return new Block(
        block.session(),
        block.modality(),
        block.sequence(),
        start,
        end,
        new Block.Events(offsets, channels, new float[0]),
        null);
  }

  private static List<Message> shifted(List<Message> hit, long byNanos) {
    return hit.stream().map(one -> shifted(one, byNanos)).toList();
  }

  private static Message shifted(Message message, long byNanos) {
    Block block = message.block();
    return new Message(
        message.millis(),
        new Block(
            block.session(),
            block.modality(),
            block.sequence(),
            block.startNanos() + byNanos,
            block.endNanos() + byNanos,
            block.events(),
            block.samples()));
  }

  /** Blocks move apart, from the first one on; each keeps its length. */
  private List<Message> drifted(List<Message> hit) {
    List<Message> drifted = new ArrayList<>();
    for (Message message : hit) {
      long since = message.millis() - fault.atMillis();
      drifted.add(shifted(message, since * NANOS_PER_MILLI / DRIFT_DIVISOR));
    }
    return drifted;
  }
}
