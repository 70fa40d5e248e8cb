package io.entrain.job;

/**
 * A window whose newest pane is closed and that waits for its call of the model.
 *
 * @param session session id
 * @param pane index of the newest pane, in hops since the epoch of event time
 * @param paneInStretch panes of the stretch before it
 * @param stretch stretches of the session before this one
 * @param arrivedMillis log time of the last block that the pane waited for
 */
record ReadyWindow(
    String session, long pane, long paneInStretch, int stretch, long arrivedMillis) {}
