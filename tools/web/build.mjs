// Builds the two scripts of the playground: node build.mjs [FOLDER], which is minigrad/stepping/web/built.
//
// graphviz.js is Graphviz in WebAssembly, as the npm package has it, and changes only with its version;
// playground.js is ours. The page is put together from both by minigrad/stepping/playground_page.py.

import { build } from "esbuild";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "..", "..", "minigrad", "stepping", "web");
const outdir = process.argv[2] ?? join(web, "built");
const settings = {
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  nodePaths: [join(here, "node_modules")],
  logLevel: "warning",
};

await build({
  ...settings,
  stdin: { contents: 'export { instance } from "@viz-js/viz";', resolveDir: here },
  globalName: "graphviz",
  outfile: join(outdir, "graphviz.js"),
});
await build({ ...settings, entryPoints: [join(web, "main.js")], outfile: join(outdir, "playground.js") });
