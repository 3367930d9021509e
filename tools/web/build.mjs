// Builds the scripts of the pages: node build.mjs [FOLDER], which is the package's own folder.
//
// graphviz.js is Graphviz in WebAssembly, as the npm package has it, and changes only with its version;
// it lays out for the playground and for Python in a browser. playground.js is ours; the page is put
// together from both by minigrad/stepping/playground_page.py. player.js stands in every page of the
// step player: see minigrad/stepping/player.py.

import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const minigrad = join(here, "..", "..", "minigrad");
const outdir = process.argv[2];
const viz = join(here, "node_modules", "@viz-js", "viz");
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

// The package's loader waits for the browser to compile. Python cannot wait in the middle of a call,
// so it may also be asked for Graphviz now: the same loader, whose two awaits are made one choice.
const LOADER = [
  ["async function Module(moduleArg={})", "function Module(moduleArg={})"],
  ["async function createWasm()", "function createWasm()"],
  [
    "var result=await instantiateAsync(wasmBinary,wasmBinaryFile,info);var exports=receiveInstantiationResult(result);return exports}",
    `if(moduleArg.now)return receiveInstance(new WebAssembly.Instance(new WebAssembly.Module(wasmBinaryFile),info));
     return instantiateAsync(wasmBinary,wasmBinaryFile,info).then(receiveInstantiationResult)}`,
  ],
  ["async function run(){preRun();if(runDependencies){await resolveRunDependencies()}", "function run(){preRun();"],
  [
    "wasmExports=await createWasm();await run();\n;return Module}",
    `const begin=(exports)=>{wasmExports=exports;run();return Module};
     return moduleArg.now?begin(createWasm()):createWasm().then(begin)}`,
  ],
];

const loader = {
  name: "a loader that need not wait",
  setup({ onLoad }) {
    onLoad({ filter: /viz[/\\]lib[/\\]backend\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [waiting, choice] of LOADER) {
        const parts = contents.split(waiting);
        if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times, not once: ${waiting}`);
        contents = parts.join(choice);
      }
      return { contents };
    });
  },
};

const [licence] = (await readFile(join(viz, "dist", "viz.js"), "utf8")).match(/^\/\*![\s\S]*?\*\//);
await build({
  ...settings,
  stdin: {
    contents: `
      import Module from "./lib/backend.js";
      import Viz from "./src/viz.js";
      export const instance = () => Module().then((module) => new Viz(module));
      export const instanceNow = () => new Viz(Module({ now: true }));`,
    resolveDir: viz,
  },
  plugins: [loader],
  banner: { js: licence },
  define: { "import.meta.url": '""' },
  globalName: "graphviz",
  outfile: join(outdir ?? join(minigrad, "pictures", "graphviz"), "graphviz.js"),
});
const web = join(minigrad, "stepping", "web");
await build({
  ...settings,
  entryPoints: [join(web, "main.js")],
  outfile: join(outdir ?? join(web, "built"), "playground.js"),
});
await build({
  ...settings,
  entryPoints: [join(web, "player", "player.js")],
  globalName: "minigradPlayer",
  outfile: join(outdir ?? join(web, "built"), "player.js"),
});
