// The page: what is chosen, what is shown, and what is said.

import { Painter } from "./painter.js";

const at = (id) => document.getElementById(id);
const painter = new Painter();

/** What is painted: `photo` and `painting` are ImageData of one size; `source` is what photos are drawn from. */
const now = { network: "", threads: 1, name: "picture", source: null, photo: null, painting: null, stream: null };

/** Runs what someone asked for; what goes wrong is said on the page. */
async function attempt(what, action) {
  at("error").textContent = "";
  try {
    await action();
  } catch (error) {
    at("error").textContent = `${what}: ${error.message}`;
    document.body.dataset.state = "failed";
  }
}

let works = 0;

/** Runs what takes a while; the page says so until the last of all that runs at once is done. */
async function working(action) {
  works++;
  sayWhetherBusy();
  try {
    return await action();
  } finally {
    works--;
    sayWhetherBusy();
  }
}

function sayWhetherBusy() {
  at("busy").hidden = !works;
  at("stage").setAttribute("aria-busy", String(works > 0));
  document.body.dataset.state = works ? "busy" : now.painting ? "painted" : "ready";
}

// Networks

async function listNetworks() {
  const answer = await fetch("networks/manifest.json");
  const { networks } = answer.ok ? await answer.json() : { networks: [] };
  for (const file of networks) at("network").add(new Option(file.replace(/\.onnx$/, ""), file));
  if (!networks.length) {
    at("network").add(new Option("none here yet", ""));
    at("about").textContent = "Open a network that impasto fast export wrote.";
    document.body.dataset.state = "ready";
    return;
  }
  at("network").disabled = false;
  await fetchNetwork(networks[0]);
}

async function fetchNetwork(file) {
  await takeNetwork(file, async () => {
    const answer = await fetch(`networks/${encodeURIComponent(file)}`);
    if (!answer.ok) throw new Error(`it is not there (${answer.status})`);
    return answer.arrayBuffer();
  });
}

async function openNetwork(file) {
  if (!(await takeNetwork(file.name, () => file.arrayBuffer()))) return;
  const select = at("network");
  select.querySelectorAll("option[data-own], option[value='']").forEach((option) => option.remove());
  const own = new Option(`${file.name.replace(/\.onnx$/, "")} (opened)`, "", true, true);
  own.dataset.own = "yes";
  select.add(own);
  select.disabled = false;
}

let chosen = 0;

/** Loads a network and paints with it; tells false if another was chosen before its bytes were here: the last counts. */
async function takeNetwork(file, read) {
  const choice = ++chosen;
  return working(async () => {
    const bytes = await read();
    if (choice !== chosen) return false;
    const size = bytes.byteLength;
    const { about, threads } = await painter.load(bytes);
    now.network = (about.style || file.replace(/\.onnx$/, "")).replaceAll("_", " ");
    now.threads = threads;
    const said = [about.size, about.precision, `${(size / 1000).toFixed(0)} kB`, about.licence];
    at("about").textContent = `${now.network}: ${said.filter(Boolean).join(", ")}`;
    await paint();
    return true;
  });
}

// Pictures

async function openPicture(file) {
  stopCamera();
  let source;
  try {
    source = await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "default" });
  } catch {
    throw new Error("it is no picture that this browser reads");
  }
  now.source = source;
  now.name = file.name.replace(/\.[^.]*$/, "");
  await paint();
}

/** The source as pixels whose longer side is as chosen; a smaller picture stays as it is. */
function drawn(source) {
  const [width, height] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
  const share = Math.min(1, Number(at("size").value) / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

async function paint() {
  if (!now.source || !now.network) return;
  const photo = drawn(now.source);
  await working(async () => {
    const { image, seconds } = await painter.paint(photo);
    now.photo = photo;
    now.painting = image;
    show();
    const threads = `${now.threads} thread${now.threads === 1 ? "" : "s"}`;
    at("status").textContent =
      `${photo.width} × ${photo.height} pixels in the style ${now.network}: ${seconds.toFixed(2)} s, ${threads}`;
  });
}

/** The painting over the photo, as strong as chosen. */
function mixed() {
  const share = at("strength").value / 100;
  const { photo, painting } = now;
  const out = new ImageData(photo.width, photo.height);
  for (let i = 0; i < out.data.length; i++) out.data[i] = photo.data[i] + share * (painting.data[i] - photo.data[i]);
  return out;
}

function show() {
  for (const [id, image] of [["result", mixed()], ["before", now.photo]]) {
    const canvas = at(id);
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
  at("easel").hidden = false;
  at("invitation").hidden = true;
  at("look").disabled = false;
}

function download() {
  at("result").toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${now.name}_${now.network}.png`.replaceAll(/[^\p{L}\p{N}._-]+/gu, "_");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }, "image/png");
}

// Camera

async function startCamera() {
  if (!now.network) throw new Error("choose a network first");
  if (!navigator.mediaDevices) throw new Error("a browser gives it only to pages on this machine or over https");
  const video = at("video");
  now.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
  at("camera").setAttribute("aria-pressed", "true");
  at("camera").textContent = "Stop the camera";
  video.srcObject = now.stream;
  await video.play();
  now.name = "camera";
  while (now.stream) {
    now.source = video;
    await paint();
    await new Promise(requestAnimationFrame);
  }
}

/** Stops the camera; its last picture stays. */
function stopCamera() {
  if (!now.stream) return;
  const video = at("video");
  const still = new OffscreenCanvas(video.videoWidth || 1, video.videoHeight || 1);
  still.getContext("2d").drawImage(video, 0, 0);
  now.source = still;
  for (const track of now.stream.getTracks()) track.stop();
  now.stream = null;
  at("camera").setAttribute("aria-pressed", "false");
  at("camera").textContent = "Camera";
}

// What people do

const open = (file) =>
  attempt(file.name, () => (file.name.toLowerCase().endsWith(".onnx") ? openNetwork(file) : openPicture(file)));

for (const id of ["network-file", "picture-file"]) {
  at(id).addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (file) await open(file);
    target.value = "";
  });
}
at("network").addEventListener("change", ({ target }) => {
  if (target.value) attempt(target.value, () => fetchNetwork(target.value));
});
at("size").addEventListener("change", () => attempt("painting", paint));
at("strength").addEventListener("input", ({ target }) => {
  at("strength-said").textContent = `${target.value} %`;
  show();
});
at("compare").addEventListener("input", ({ target }) => at("easel").style.setProperty("--part", `${target.value}%`));
at("download").addEventListener("click", download);
at("controls").addEventListener("submit", (event) => event.preventDefault());
at("camera").addEventListener("click", () =>
  now.stream ? stopCamera() : attempt("the camera", () => startCamera().finally(stopCamera)),
);

for (const kind of ["dragenter", "dragover"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    at("stage").classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    at("stage").classList.remove("over");
  });
}
addEventListener("drop", async ({ dataTransfer }) => {
  for (const file of dataTransfer.files) await open(file);
});

document.body.dataset.state = "starting";
attempt("networks", listNetworks);
