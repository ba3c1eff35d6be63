// Puts onnxruntime's files beside the page, and lists the networks for it. Run by `npm install`, and by hand as
// `npm run prepare-page` when networks were added.

import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = new URL("./", import.meta.url);
const runtime = new URL("node_modules/onnxruntime-web/dist/", here);
const FILES = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

await mkdir(new URL("ort/", here), { recursive: true });
for (const name of FILES) {
  await copyFile(new URL(name, runtime), new URL(`ort/${name}`, here));
}

const folder = new URL("networks/", here);
const files = (await readdir(folder)).filter((name) => name.endsWith(".onnx")).sort();
await writeFile(new URL("manifest.json", folder), `${JSON.stringify({ networks: files }, null, 2)}\n`);
console.log(`${fileURLToPath(here)}: the page is ready, with ${files.length} network${files.length === 1 ? "" : "s"}`);
