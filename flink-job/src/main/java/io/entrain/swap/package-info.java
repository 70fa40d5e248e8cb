/**
 * Which model decodes which pane: announcements and whether they are admitted, the terms of the
 * models, what a successor must have in common with its predecessor. Plain algorithms; no Flink, no
 * Kafka. May import wire, contract and inference; job imports it.
 *
 * <h2>The boundary</h2>
 *
 * Two things in the logs decide which model decodes a pane, and nothing else:
 *
 * <ul>
 *   <li>The <b>log time of the pane</b>, which {@code SessionTimeline} takes from the log times of
 *       the session's own blocks. It is the same however the topics' partitions are read, and does
 *       not go back within a session.
 *   <li>The <b>term</b> of an admitted announcement: it begins at the announced log time, or at the
 *       log time of the announcement's own record plus the lead, whichever is later.
 * </ul>
 *
 * A pane is decoded by the newest announced model whose term has begun by the pane's log time. So a
 * session changes its model between two panes, all sessions at the same log time, and a repeat
 * after a restart decides the same.
 *
 * <p>That leaves the race between the topics: a pane must not be decoded before the control topic
 * is known as far as the pane's log time. An announcement that is written at t takes effect at t
 * plus the lead at the earliest; whoever has read all of the control topic that was there at t
 * knows every term that begins before t plus the lead. This horizon is what {@code ControlSource}
 * gives as its watermark, with half of the lead held back for clocks that differ. Live panes are
 * stamped with the present, half a lead below the horizon, so they never wait; after a restart
 * panes wait until the control topic was read to its end once.
 */
package io.entrain.swap;
