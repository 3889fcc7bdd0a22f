// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

/* Writes the page's types of the API's objects from the one description of them, which is also what the
 * wire tests hold every answer and notice against. With --check it writes nothing, and fails when what
 * is there differs. */
import { readFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const top = fileURLToPath(new URL("../../", import.meta.url));
const from = top + "test/golden/api.schema.json";
const to = top + "desktop/src/api/objects.ts";
const banner = `/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GENERATED from ${relative(top, from)} by
 *     npm --prefix test/browser run types
 * Change the schema, and not this file. */
`;

/* What the generator would misread: a reference with a description beside it would be copied under another
 * name, and any JSON would be an object. */
function prepare(schema) {
  if (Array.isArray(schema)) return schema.map(prepare);
  if (typeof schema !== "object" || schema === null) return schema;
  const out = {};
  for (const [key, value] of Object.entries(schema)) {
    if (!["if", "then", "else", "dependentRequired"].includes(key)) out[key] = prepare(value);
  }
  if (out.$ref && out.description) {
    out.allOf = [{ $ref: out.$ref }];
    delete out.$ref;
  }
  if (out.maxItems === 0) out.tsType = "never[]";
  if (Object.keys(out).join() === "description") out.tsType = "unknown";
  return out;
}

/* Where a type came from says nothing to who reads it, and neither does the root. */
function tidy(text) {
  return text
    .replace(/^ \* This interface was referenced by .*\n \* via the `definition` .*\n/gm, "")
    .replace(/ \*\n \*\/\n/g, " */\n")
    .replace(/^\/\*\*\n \*\/\n/gm, "")
    .replace(/^(?:\/\*\*(?:\n \*.*)*\n)?export interface ApiObjects \{\}\n/m, "");
}

/* The page speaks the newer dialect only. */
function withoutOlder(schema) {
  const kept = Object.entries(schema.$defs).filter(([name]) => !name.startsWith("Older"));
  return { ...schema, $defs: Object.fromEntries(kept) };
}

const schema = withoutOlder(JSON.parse(await readFile(from, "utf8")));
const types = await compile(prepare(schema), "ApiObjects", {
  bannerComment: "",
  unreachableDefinitions: true,
  ignoreMinAndMaxItems: true,
  style: { printWidth: 120, semi: false, singleQuote: true },
});
const wanted = banner + "\n" + tidy(types).trimStart();

if (process.argv.includes("--check")) {
  const found = await readFile(to, "utf8").catch(() => "");
  if (found !== wanted) {
    console.error(`${relative(top, to)} is not what ${relative(top, from)} says: npm --prefix test/browser run types`);
    process.exit(1);
  }
} else {
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, wanted);
}
