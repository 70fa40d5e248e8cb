package io.entrain.job;

/**
 * A window whose newest pane is closed and that waits for its call of the model.
 *
 * @param session session id
 * @param pane index of the newest pane, in hops since the epoch of event time
 * @param paneInStretch panes of the stretch before it
 * @param stretch stretches of the session before this one
 * @param arrivedMillis log time of the last block that the pane waited for
 * @param logMillis log time of the pane, by which its model is chosen
 * @param panesSinceStart panes before it since the model's state was the initial one; 0: the state
 *     of the session is not used
 * @param keptHops panes that the session keeps for later windows, this one's among them
 * @param sweeps whether more were kept before
 */
record ReadyWindow(
    String session,
    long pane,
    long paneInStretch,
    int stretch,
    long arrivedMillis,
    long logMillis,
    long panesSinceStart,
    int keptHops,
    boolean sweeps) {}
