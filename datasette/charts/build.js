// Bundles plot.js into one file of our own, and writes the licence of every package that went into it beside it.
import { build } from "esbuild";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const OUTPUT = new URL("../static/vendor/", import.meta.url).pathname;
const { metafile } = await build({
  entryPoints: ["plot.js"],
  outfile: OUTPUT + "plot.js",
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "Plot",
  target: "es2020",
  legalComments: "none",
  metafile: true,
});
const inside = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(([, { bytesInOutput }]) => bytesInOutput);
const packages = [...new Set(inside.map(([path]) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]))];
const texts = packages.filter(Boolean).sort().map((name) => {
  const about = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((each) => `node_modules/${name}/${each}`).find(existsSync);
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${about.version} (${about.license})\n\n${readFileSync(file, "utf8").trim()}\n`;
});
writeFileSync(OUTPUT + "LICENSES.txt", `plot.js holds parts of these packages.\n\n${texts.join(`\n${"-".repeat(72)}\n\n`)}`);
