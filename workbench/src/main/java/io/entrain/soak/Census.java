package io.entrain.soak;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.StateSerializerProvider;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.BackendStateType;
import org.apache.flink.runtime.state.restore.FullSnapshotRestoreOperation;
import org.apache.flink.runtime.state.restore.KeyGroup;
import org.apache.flink.runtime.state.restore.KeyGroupEntry;
import org.apache.flink.runtime.state.restore.SavepointRestoreResult;
import org.apache.flink.runtime.state.restore.ThrowingIterator;

/**
 * What a savepoint of the job holds: read as Flink reads it to restore, so that what is counted is
 * what the job has, whichever state of its operators it is in. The keys are sessions.
 *
 * @param bytes size of all state
 * @param entries of keyed state, timers among them
 * @param sessions that have any
 */
record Census(long bytes, long entries, Set<String> sessions) {
  Census {
    sessions = Set.copyOf(sessions);
  }

  /** {@code savepoint}: as Flink names it, in the canonical format. */
  static Census of(String savepoint) {
    Count count = new Count();
    try (DataInputStream metadata =
        new DataInputStream(
            AbstractFsCheckpointStorageAccess.resolveCheckpointPointer(savepoint)
                .getMetadataHandle()
                .openInputStream())) {
      ClassLoader loader = Census.class.getClassLoader();
      for (OperatorState operator :
          Checkpoints.loadCheckpointMetadata(metadata, loader, savepoint).getOperatorStates()) {
        for (OperatorSubtaskState subtask : operator.getStates()) {
          count.bytes += subtask.getStateSize();
          if (subtask.getManagedKeyedState().hasState()) {
            count.add(operator.getMaxParallelism(), subtask);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the savepoint " + savepoint, e);
    }
    return new Census(count.bytes, count.entries, count.sessions);
  }

  private static final class Count {
    private final Set<String> sessions = new TreeSet<>();
    private long bytes;
    private long entries;

    void add(int maxParallelism, OperatorSubtaskState subtask) throws IOException {
      FullSnapshotRestoreOperation<String> reading =
          new FullSnapshotRestoreOperation<>(
              KeyGroupRange.of(0, maxParallelism - 1),
              Census.class.getClassLoader(),
              subtask.getManagedKeyedState(),
              StateSerializerProvider.fromNewRegisteredSerializer(StringSerializer.INSTANCE));
      int prefix =
          CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(maxParallelism);
      try (ThrowingIterator<SavepointRestoreResult> results = reading.restore()) {
        while (results.hasNext()) {
          add(prefix, results.next());
        }
      } catch (Exception e) {
        throw new IOException("keyed state cannot be read", e);
      }
    }

    private void add(int prefix, SavepointRestoreResult result) throws Exception {
      try (ThrowingIterator<KeyGroup> groups = result.getRestoredKeyGroups()) {
        while (groups.hasNext()) {
          try (ThrowingIterator<KeyGroupEntry> inGroup = groups.next().getKeyGroupEntries()) {
            while (inGroup.hasNext()) {
              KeyGroupEntry entry = inGroup.next();
              entries++;
              sessions.add(
                  session(
                      prefix,
                      entry.getKey(),
                      result.getStateMetaInfoSnapshots().get(entry.getKvStateId())));
            }
          }
        }
      }
    }

    /** The key: after the key group, and in a timer after its time. */
    private static String session(int prefix, byte[] key, StateMetaInfoSnapshot state)
        throws IOException {
      DataInputDeserializer input = new DataInputDeserializer(key);
      input.skipBytesToRead(prefix);
      if (state.getBackendStateType() == BackendStateType.PRIORITY_QUEUE) {
        input.skipBytesToRead(LongSerializer.INSTANCE.getLength());
      }
      return StringSerializer.INSTANCE.deserialize(input);
    }
  }
}
