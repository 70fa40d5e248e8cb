/**
 * What a person types: one class for each command, over everything else in the workbench. Commands
 * read options, start parts and print; they compute nothing of their own. Nobody imports this
 * package.
 */
package io.entrain.cli;
