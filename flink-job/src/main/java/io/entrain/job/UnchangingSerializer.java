package io.entrain.job;

import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serialises values that nobody changes once they are in state. The heap backend copies a value at
 * the first access after each checkpoint, because it might be changed; these it need not copy. What
 * is stored is what the serializer behind it stores, and says of itself.
 */
final class UnchangingSerializer<T> extends TypeSerializer<T> {
  private static final long serialVersionUID = 1L;

  private final TypeSerializer<T> form;

  private UnchangingSerializer(TypeSerializer<T> form) {
    this.form = form;
  }

  /** Of a class with public fields. */
  static <T> UnchangingSerializer<T> of(Class<T> type) {
    return new UnchangingSerializer<>(
        Types.POJO(type).createSerializer(new SerializerConfigImpl()));
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public TypeSerializer<T> duplicate() {
    return new UnchangingSerializer<>(form.duplicate());
  }

  @Override
  public T createInstance() {
    return form.createInstance();
  }

  @Override
  public T copy(T from) {
    return from;
  }

  @Override
  public T copy(T from, T reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return form.getLength();
  }

  @Override
  public void serialize(T value, DataOutputView target) throws IOException {
    form.serialize(value, target);
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    return form.deserialize(source);
  }

  @Override
  public T deserialize(T reuse, DataInputView source) throws IOException {
    return form.deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    form.copy(source, target);
  }

  @Override
  public TypeSerializerSnapshot<T> snapshotConfiguration() {
    return form.snapshotConfiguration();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnchangingSerializer<?> that && form.equals(that.form);
  }

  @Override
  public int hashCode() {
    return form.hashCode();
  }
}
