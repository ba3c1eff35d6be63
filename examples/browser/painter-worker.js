// Paints beside the page, so that the page never stands still. Told {number, task, ...}, it answers {number, ...}.

import * as ort from "./ort/ort.wasm.min.mjs";
import { metadataOf } from "./metadata.js";

const MOST_THREADS = 8;
const LEAST_SIDE = 16;

ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS) : 1;
ort.env.logLevel = "error";

let session = null;

const tasks = {
  /** Takes a network's file; tells what it says of itself. */
  async load({ bytes }) {
    const about = metadataOf(new Uint8Array(bytes));
    const next = await ort.InferenceSession.create(new Uint8Array(bytes), { executionProviders: ["wasm"] });
    if (!next.inputNames.includes("image") || !next.outputNames.includes("painted")) {
      await next.release();
      throw new Error("it is ONNX, but no style network that `impasto fast export` wrote");
    }
    await session?.release();
    session = next;
    return { about, threads: ort.env.wasm.numThreads };
  },

  /** Paints pixels {data: RGBA bytes, width, height}; tells the same, and the seconds it took. */
  async paint({ data, width, height }) {
    if (!session) throw new Error("choose a network first");
    if (Math.min(width, height) < LEAST_SIDE) {
      throw new Error(`the picture is ${width}×${height}, and each side needs ${LEAST_SIDE} pixels`);
    }
    const began = performance.now();
    const image = new ort.Tensor("float32", planes(data), [1, 3, height, width]);
    const { painted } = await session.run({ image });
    const pixels = bytesOf(painted.data, data);
    image.dispose();
    painted.dispose();
    return { data: pixels, width, height, seconds: (performance.now() - began) / 1000 };
  },
};

/** RGBA bytes as three planes of 0 … 1. */
function planes(data) {
  const count = data.length / 4;
  const out = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) out[channel * count + i] = data[4 * i + channel] / 255;
  }
  return out;
}

/** Three planes of 0 … 1 as RGBA bytes, as transparent as `before`. */
function bytesOf(painted, before) {
  const count = before.length / 4;
  const out = new Uint8ClampedArray(before.length);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) out[4 * i + channel] = painted[channel * count + i] * 255;
    out[4 * i + 3] = before[4 * i + 3];
  }
  return out;
}

let last = Promise.resolve();

self.onmessage = ({ data: { number, task, ...given } }) => {
  last = last.then(async () => {
    try {
      const answer = await tasks[task](given);
      self.postMessage({ number, answer }, answer.data ? [answer.data.buffer] : []);
    } catch (error) {
      self.postMessage({ number, error: error?.message ?? String(error) });
    }
  });
};
