package io.entrain.job;

/** What a session keeps for one shadow model. Public fields, because the engine serialises it. */
public final class ShadowRow {
  /** The model's hash: another model of the same name begins anew. */
  public String sha256 = "";

  /** Pane of the stretch at which it began. */
  public long firstPane;

  /** State tensors in the contract's order; none where they are the initial ones. */
  public float[][] tensors = new float[0][];
}
