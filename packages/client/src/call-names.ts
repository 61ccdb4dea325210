import { readSignature } from './calling.ts';
import type { Signature } from './calling.ts';
import { signatures } from './generated/nouns.ts';

type Signatures = typeof signatures;

/** The name of a call, as `models.train`. */
export type CallName = {
  [N in keyof Signatures]: `${N}.${keyof Signatures[N] & string}`;
}[keyof Signatures];

/** What a call sends, for those who write it down in another way, as for curl. Its path is below `/api/v1`. */
export const signatureOf = (name: CallName): Signature => {
  const [noun = '', call = ''] = name.split('.');
  const calls: Readonly<Record<string, Readonly<Record<string, string>>>> = signatures;
  return readSignature(calls[noun]?.[call] ?? '');
};
