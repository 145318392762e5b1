#!/usr/bin/env node
/** The command `envoi`. */
import process from "node:process";
import { processTerminal, runProgram } from "./program.ts";

const terminal = processTerminal();
// A reader such as `head` that has enough is no error.
terminal.output.on("error", (error: NodeJS.ErrnoException) => {
  // A command that goes on without a reader has a listener of its own.
  if (terminal.output.listenerCount("error") > 1) return;
  if (error.code === "EPIPE") process.exit(process.exitCode);
  throw error;
});
void runProgram(process.argv.slice(2), terminal).then((status) => {
  process.exitCode = status;
});
