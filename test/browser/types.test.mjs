// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

/* The page is typed against what the wire tests hold the server to, and not against what that once was. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

test("the types of the API's objects are what the schema says", () => {
  const program = fileURLToPath(new URL("write-types.mjs", import.meta.url));
  const done = spawnSync(process.execPath, [program, "--check"], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
});
