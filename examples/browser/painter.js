// The page's side of the painter: asks the worker, and gives its answers as promises.

export class Painter {
  #worker = new Worker(new URL("./painter-worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #number = 0;
  #broken = null;

  constructor() {
    this.#worker.onmessage = ({ data: { number, answer, error } }) => {
      const { resolve, reject } = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#broken = new Error("the painter cannot be started: run npm install, and see that ort/ is beside the page");
      for (const { reject } of this.#waiting.values()) reject(this.#broken);
      this.#waiting.clear();
    };
  }

  /** Takes the bytes of an ONNX file: {about, threads}. */
  load(bytes) {
    return this.#ask("load", { bytes }, [bytes]);
  }

  /** Paints an ImageData: {image: ImageData, seconds}. */
  async paint(image) {
    const { data, width, height, seconds } = await this.#ask("paint", {
      data: image.data,
      width: image.width,
      height: image.height,
    });
    return { image: new ImageData(data, width, height), seconds };
  }

  #ask(task, given, handedOver = []) {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      const number = this.#number++;
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, task, ...given }, handedOver);
    });
  }
}
