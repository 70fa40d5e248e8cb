package io.entrain.fuzz;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Kind;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.wire.v1.Events;
import io.entrain.wire.v1.Samples;
import io.entrain.wire.v1.SignalBlock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Sessions as the contract asks for them, one block a hop, with mutants among them: half of them in
 * the place of a good block, half beside it. The same seed gives the same records. Every mutation
 * comes once before any comes by chance.
 */
final class FuzzStream {
  private static final int SESSIONS = 8;

  /** Hops after which a session ends and another begins. */
  private static final int SESSION_HOPS = 250;

  /** Device clocks begin somewhere in 2001. */
  private static final long FIRST_NANOS = 1_000_000_000_000_000_000L;

  private static final Mutation[] MUTATIONS =
      Arrays.stream(Mutation.values())
          .filter(mutation -> mutation != Mutation.NONE)
          .toArray(Mutation[]::new);

  private final RandomGenerator random;
  private final ModelContract contract;
  private final double mutantShare;
  private final int maxRecordBytes;
  private final long baseMillis;
  private final Queue<FuzzRecord> ready = new ArrayDeque<>();
  private long slots;
  private int introduced;

  /**
   * A stream without an end.
   *
   * @param seed decides everything but the log time
   * @param contract of the model that is to decode it
   * @param mutantShare of blocks with a mutant, 0 to 1
   * @param maxRecordBytes the job's limit for one record
   * @param baseMillis log time of the first record
   */
  FuzzStream(
      long seed, ModelContract contract, double mutantShare, int maxRecordBytes, long baseMillis) {
    random = new SplittableRandom(seed);
    this.contract = contract;
    this.mutantShare = mutantShare;
    this.maxRecordBytes = maxRecordBytes;
    this.baseMillis = baseMillis;
  }

  FuzzRecord next() {
    while (ready.isEmpty()) {
      addSlot();
    }
    return ready.remove();
  }

  private void addSlot() {
    long slot = slots++;
    int modality = (int) (slot % contract.modalities().size());
    long turn = slot / contract.modalities().size();
    long hop = turn / SESSIONS;
    String session = "fuzz-" + turn % SESSIONS + "-" + hop / SESSION_HOPS;
    SignalBlock.Builder block = block(session, contract.modalities().get(modality), hop);
    if (random.nextDouble() >= mutantShare) {
      ready.add(draft(block, modality, hop).record(Mutation.NONE));
      return;
    }
    if (random.nextBoolean()) {
      ready.add(draft(block.clone(), modality, hop).record(Mutation.NONE));
    }
    Mutation mutation = choose();
    Draft draft = draft(block, modality, hop);
    mutation.change(draft);
    ready.add(draft.record(mutation));
  }

  private Mutation choose() {
    if (introduced < MUTATIONS.length) {
      return MUTATIONS[introduced++];
    }
    double left = random.nextDouble(Arrays.stream(MUTATIONS).mapToDouble(Mutation::weight).sum());
    for (Mutation mutation : MUTATIONS) {
      left -= mutation.weight();
      if (left < 0) {
        return mutation;
      }
    }
    return MUTATIONS[0];
  }

  private Draft draft(SignalBlock.Builder block, int modality, long hop) {
    Draft draft = new Draft(random, contract.modalities(), modality, block, maxRecordBytes);
    draft.timestampMillis = baseMillis + hop * contract.hopMillis();
    return draft;
  }

  private SignalBlock.Builder block(String session, Modality modality, long hop) {
    SignalBlock.Builder block =
        SignalBlock.newBuilder()
            .setSession(session)
            .setModality(modality.name())
            .setSequence(hop)
            .setStartNanos(FIRST_NANOS + hop * contract.hopNanos())
            .setEndNanos(FIRST_NANOS + (hop + 1) * contract.hopNanos());
    return modality.kind() == Kind.EVENTS
        ? block.setEvents(events(modality))
        : block.setSamples(samples(modality));
  }

  private Events.Builder events(Modality modality) {
    Events.Builder events = Events.newBuilder();
    random
        .longs(random.nextInt(1, 8), 0, contract.hopNanos())
        .sorted()
        .forEach(offset -> events.addOffsetNanos(offset).addChannel(channel(modality)));
    for (int i = events.getChannelCount() * modality.marks().size(); i > 0; i--) {
      events.addMark((float) random.nextGaussian());
    }
    return events;
  }

  private int channel(Modality modality) {
    return random.nextInt(modality.channels());
  }

  private Samples.Builder samples(Modality modality) {
    Samples.Builder samples =
        Samples.newBuilder().setRateHz(modality.rateHz()).setChannels(modality.channels());
    long count = contract.hopNanos() * modality.rateHz() / 1_000_000_000L * modality.channels();
    for (long i = 0; i < count; i++) {
      samples.addValue((float) random.nextGaussian());
    }
    return samples;
  }
}
