import { createHmac, timingSafeEqual } from 'node:crypto';

/** Values that go out, come back, and are known again for this installation's own. They can be read by whoever has them. */
export interface Seal {
  close(value: unknown): string;
  /** undefined: not ours, changed, or closed for another purpose. */
  open(sealed: string): unknown;
}

/** JSON after its HMAC-SHA-256 (RFC 2104), in base64url; `macBytes` of it are kept. */
export const createSeal = (secret: string, purpose: string, macBytes = 32): Seal => {
  const sign = (body: Buffer): Buffer =>
    createHmac('sha256', secret).update(`${purpose}\0`).update(body).digest().subarray(0, macBytes);
  return {
    close: (value) => {
      const body = Buffer.from(JSON.stringify(value));
      return Buffer.concat([sign(body), body]).toString('base64url');
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64url');
      const body = bytes.subarray(macBytes);
      if (bytes.length <= macBytes || !timingSafeEqual(sign(body), bytes.subarray(0, macBytes)))
        return undefined;
      return JSON.parse(body.toString());
    },
  };
};

/** Compares secrets without telling by the time it takes how much of them is right. */
export const sameSecret = (given: string, right: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};
