// What an ONNX file says of itself: the entries of `metadata_props`, field 14 of a ModelProto, each a key and a value.
// The runtime has them but tells them to nobody.

const ENTRIES = 14;
const KEY = 1;
const VALUE = 2;

/** The file's free text by its keys; throws an Error for bytes that are no protobuf. */
export function metadataOf(bytes) {
  const told = {};
  for (const [number, value] of fields(bytes)) {
    if (number !== ENTRIES || !(value instanceof Uint8Array)) continue;
    const entry = new Map(fields(value));
    told[text(entry.get(KEY))] = text(entry.get(VALUE));
  }
  return told;
}

const text = (bytes) => (bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : "");

function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      if (at >= bytes.length || place > 2 ** 56) throw new Error("it is no ONNX file, or not whole");
      const byte = bytes[at++];
      value += (byte % 128) * place;
      if (byte < 128) return value;
    }
  };
  const skip = (length) => {
    if (at + length > bytes.length) throw new Error("it is no ONNX file, or not whole");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag % 8;
    const number = Math.floor(tag / 8);
    if (kind === 0) yield [number, varint()];
    else if (kind === 1) yield [number, skip(8)];
    else if (kind === 2) yield [number, skip(varint())];
    else if (kind === 5) yield [number, skip(4)];
    else throw new Error("it is no ONNX file");
  }
}
