package io.entrain.timeline;

/**
 * The answer to an offered block.
 *
 * @param verdict what became of it
 * @param keyNanos where it was kept, the key under which {@link PaneVisitor} names it: the first
 *     instant of it that can still be used, unique within its stream; without meaning where the
 *     verdict is not {@link Verdict#kept()}
 */
public record Offer(Verdict verdict, long keyNanos) {}
