/**
 * Sessions as data: the form that a simulated session and a recording share, the folder it is kept
 * in, and how it is cut into blocks. May import {@code wire} only; imported by {@code world},
 * {@code scoring} and {@code cli}.
 */
package io.entrain.recording;
