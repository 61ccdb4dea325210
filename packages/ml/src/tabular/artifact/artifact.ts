import { sha256 } from '@noble/hashes/sha2.js';
import { decodeUtf8, encodeUtf8 } from '../../runtime/platform.ts';
import { revivePipeline } from '../algorithms/revive.ts';
import { TabularError } from '../errors.ts';
import type { Model } from '../types.ts';
import { checkHeader, type Header } from './header.ts';
import { packState, unpackState } from './state.ts';

/*
 * Format 1, little-endian:
 *   8 bytes   magic "QXTABLE\n"
 *   u32       format
 *   u32       length of the header
 *   header    JSON in UTF-8, padded by spaces so that what follows begins on a boundary of eight bytes
 *   arrays    see `state.ts`
 *   32 bytes  SHA-256 of everything before
 */
const magic = encodeUtf8('QXTABLE\n');
const format = 1;
const prefixLength = magic.length + 8;
const checksumLength = 32;

/** A model as bytes to keep: the same bytes for the same model on every machine. */
export function encodeModel(model: Model): Uint8Array {
  const { json, bytes } = packState([model.fitted.state(), model.background ?? null]);
  const [state, background] = json as readonly [unknown, unknown];
  const { libraryVersion, seed, algorithm, parameters, schema, decision } = model;
  const header = encodeUtf8(
    JSON.stringify({
      libraryVersion,
      seed,
      algorithm,
      parameters,
      schema,
      decision,
      state,
      ...(model.background && { background }),
    }),
  );
  const headerLength = Math.ceil(header.length / 8) * 8;
  const body = prefixLength + headerLength + bytes.length;
  const encoded = new Uint8Array(body + checksumLength);
  const view = new DataView(encoded.buffer);
  encoded.set(magic);
  view.setUint32(magic.length, format, true);
  view.setUint32(magic.length + 4, headerLength, true);
  encoded.fill(0x20, prefixLength, prefixLength + headerLength);
  encoded.set(header, prefixLength);
  encoded.set(bytes, prefixLength + headerLength);
  encoded.set(sha256(encoded.subarray(0, body)), body);
  return encoded;
}

/**
 * The model that `encodeModel` wrote, in this or an earlier version. Throws `ARTIFACT_DAMAGED` where the bytes are not
 * what was written, `ARTIFACT_UNSUPPORTED` where a newer version wrote them.
 */
export function decodeModel(bytes: Uint8Array): Model {
  const body = checkEnvelope(bytes);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const headerLength = view.getUint32(magic.length + 4, true);
  if (prefixLength + headerLength > body.length) throw damaged('its header is cut short');
  try {
    const header: unknown = JSON.parse(decodeUtf8(body.subarray(prefixLength, prefixLength + headerLength)));
    return reviveModel(checkHeader(header), body.subarray(prefixLength + headerLength));
  } catch (error) {
    if (error instanceof TabularError) throw error;
    throw damaged('its contents do not fit together');
  }
}

function reviveModel({ state, background, ...header }: Header, arrays: Uint8Array): Model {
  const { algorithm, schema } = header;
  const fitted = revivePipeline(algorithm, unpackState(state, arrays), schema.features);
  if (background === undefined) return { ...header, fitted };
  const rows = unpackState(background, arrays);
  const fits = rows instanceof Float64Array && rows.length > 0 && rows.length % schema.features.length === 0;
  if (!fits) throw damaged('the rows it explains by do not fit');
  return { ...header, fitted, background: rows };
}

/** Checks magic, format and checksum; returns what the checksum covers. */
function checkEnvelope(bytes: Uint8Array): Uint8Array {
  if (bytes.length < prefixLength + checksumLength || magic.some((byte, i) => bytes[i] !== byte)) {
    throw damaged('it is no model of this product');
  }
  const written = new DataView(bytes.buffer, bytes.byteOffset).getUint32(magic.length, true);
  if (written > format) {
    const message = `The model file has format ${written}; this version reads up to ${format}. Use a newer one.`;
    throw new TabularError('ARTIFACT_UNSUPPORTED', message);
  }
  const body = bytes.subarray(0, bytes.length - checksumLength);
  const expected = bytes.subarray(body.length);
  if (sha256(body).some((byte, i) => byte !== expected[i])) throw damaged('its checksum does not match');
  return body;
}

function damaged(reason: string): TabularError {
  return new TabularError(
    'ARTIFACT_DAMAGED',
    `The model file is damaged: ${reason}. Train or restore the model again.`,
  );
}
