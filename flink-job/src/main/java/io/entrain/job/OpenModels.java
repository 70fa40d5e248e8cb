package io.entrain.job;

import io.entrain.swap.ModelTerm;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * The open models of an operator, by term. They are opened on threads of their own, each of which
 * ends with its model open; all else belongs to the operator's thread.
 */
final class OpenModels implements AutoCloseable {
  private final Map<ModelTerm, CompletableFuture<Decoder>> models = new HashMap<>();
  private final List<CompletableFuture<Void>> ending = new ArrayList<>();
  private final Function<ModelTerm, Decoder> open;

  /**
   * What was asked for last: most windows in a row are for one model, and a term's hash is long.
   */
  private ModelTerm lastTerm;

  private Decoder last;

  OpenModels(Function<ModelTerm, Decoder> open) {
    this.open = open;
  }

  /** Begins to open what is wanted and not open, and closes what is open and not wanted. */
  void keep(Collection<ModelTerm> terms) {
    lastTerm = null;
    last = null;
    Set<ModelTerm> wanted = new HashSet<>(terms);
    models
        .entrySet()
        .removeIf(
            entry -> {
              boolean ended = !wanted.contains(entry.getKey());
              if (ended) {
                ending.add(closeWhenOpen(entry.getValue()));
              }
              return ended;
            });
    ending.removeIf(CompletableFuture::isDone);
    for (ModelTerm term : wanted) {
      if (!term.isVacant()) {
        models.computeIfAbsent(term, this::begin);
      }
    }
  }

  private CompletableFuture<Decoder> begin(ModelTerm term) {
    return CompletableFuture.supplyAsync(
        () -> open.apply(term), task -> new Thread(task, "open model " + term.model()).start());
  }

  private static CompletableFuture<Void> closeWhenOpen(CompletableFuture<Decoder> model) {
    return model.handle(
        (decoder, failure) -> {
          if (decoder != null) {
            decoder.close();
          }
          return null;
        });
  }

  /**
   * The model of a term that is kept; waits until it is open.
   *
   * @throws RuntimeException what opening it threw
   */
  @SuppressWarnings("ReferenceEquality") // an equal one that is another is looked up
  Decoder get(ModelTerm term) {
    if (term != lastTerm) {
      last = await(term);
      lastTerm = term;
    }
    return last;
  }

  private Decoder await(ModelTerm term) {
    try {
      return models.get(term).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  /** Whether {@link #get} would not wait. */
  boolean isDecided(ModelTerm term) {
    return models.get(term).isDone();
  }

  /** Waits until each is open or could not be opened. */
  void awaitAll() {
    models.values().forEach(model -> model.handle((decoder, failure) -> decoder).join());
  }

  /** Closes all, those too that are being opened. */
  @Override
  public void close() {
    keep(List.of());
    ending.forEach(CompletableFuture::join);
  }
}
