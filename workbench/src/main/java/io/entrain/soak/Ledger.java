package io.entrain.soak;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.soak.SessionBook.Balance;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.BlockReading;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Rejected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every block sent, against what came of it. A session is settled when the job has forgotten it;
 * nothing of it is kept then, so that the ledger of a day is no larger than that of an hour.
 */
final class Ledger {
  private static final int MOST_FINDINGS = 20;

  private final ModelContract contract;
  private final List<String> modalities;
  private final BlockCodec codec = new BlockCodec();
  private final Map<String, SessionBook> open = new HashMap<>();
  private final Map<String, Long> reasons = new TreeMap<>();
  private final List<String> findings = new ArrayList<>();
  private Balance balance = new Balance(0, 0, 0, 0, 0, 0);
  private long settled;
  private long strays;

  Ledger(ModelContract contract) {
    this.contract = contract;
    modalities = contract.modalities().stream().map(Modality::name).toList();
  }

  synchronized void sent(Block block) {
    int stream = modalities.indexOf(block.modality());
    open.computeIfAbsent(block.session(), session -> new SessionBook(contract.hopNanos()))
        .sent(stream, block, isTooShort(block, stream));
  }

  /** A span of two steps covers one, wherever it begins. */
  private boolean isTooShort(Block block, int stream) {
    Modality what = contract.modalities().get(stream);
    double stepsPerSecond =
        what.rateHz() > 0 ? what.rateHz() : what.binsPerHop() * 1000.0 / contract.hopMillis();
    return block.spanNanos() * 1e-9 * stepsPerSecond < 2;
  }

  synchronized void decoded(Decoded decoded) {
    SessionBook book = open.get(decoded.getSession());
    if (book == null) {
      stray("decoded output of session " + decoded.getSession() + ", which is over or was never");
      return;
    }
    int present = 0;
    for (int i = 0; i < decoded.getPresenceCount(); i++) {
      present |= decoded.getPresence(i).getShare() > 0 ? 1 << i : 0;
    }
    book.decoded(decoded.getWindowEndNanos() / contract.hopNanos() - 1, present);
  }

  synchronized void letter(Rejected letter) {
    reasons.merge(letter.getReason().name(), 1L, Long::sum);
    BlockReading reading = codec.decode(letter.getValue().toByteArray());
    SessionBook book = reading.isAccepted() ? open.get(reading.block().session()) : null;
    if (book == null) {
      stray("a dead letter of what was not sent: " + letter.getDetail());
    } else {
      book.refused(modalities.indexOf(reading.block().modality()), reading.block().sequence());
    }
  }

  private void stray(String what) {
    strays++;
    find(what);
  }

  /** Settles sessions of which the job can have nothing any more. */
  synchronized void settle(Set<String> over) {
    for (String session : new TreeSet<>(over)) {
      SessionBook book = open.remove(session);
      if (book != null) {
        Balance of = book.settle();
        balance = balance.plus(of);
        settled++;
        if (of.lost() + of.holes() + of.repeats() > 0) {
          find(session + ": " + of);
        }
      }
    }
  }

  private void find(String what) {
    if (findings.size() < MOST_FINDINGS) {
      findings.add(what);
    }
  }

  /** Sessions that are not settled. */
  synchronized Set<String> open() {
    return Set.copyOf(open.keySet());
  }

  /** The account so far. */
  synchronized Totals totals() {
    return new Totals(settled, balance, strays, Map.copyOf(reasons), List.copyOf(findings));
  }

  /**
   * The account of all settled sessions.
   *
   * @param sessions settled
   * @param balance their sum
   * @param strays outputs that belong to no block that was sent
   * @param reasons dead letters by reason
   * @param findings what is wrong, in words, not more than some
   */
  record Totals(
      long sessions,
      Balance balance,
      long strays,
      Map<String, Long> reasons,
      List<String> findings) {}
}
