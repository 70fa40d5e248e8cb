/** Experiments on how models stand noise, and their reports. */
package io.entrain.experiment;
