import { decodeUtf8 } from '../runtime/platform.ts';
import { OnnxError, refused } from './onnx-error.ts';

/** Names that JavaScript objects answer to already: a record with such a field would lose it on its way. */
const reserved: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const longestName = 1000;
/** What sentences hold of a name, in UTF-16 units. */
const longestShown = 60;
/** Names of one kind that a model may have. */
export const mostNames = 10_000;

/** What names are of, and the field of the import that can give better ones. */
export type Named = 'feature' | 'class' | 'input' | 'output';
const plural = { feature: 'features', class: 'classes', input: 'inputs', output: 'outputs' } as const;

/**
 * Refuses names that could not be kept, sent or told apart: none, too long, of control characters, reserved, given twice.
 * `wished`: a person gave them, not the file. Throws `OnnxError`, at the field that can mend it.
 */
export function checkNames(names: readonly string[], of: Named, wished = false): void {
  const fault = faultOf(names, of);
  if (fault === undefined) return;
  const field = of === 'feature' || of === 'class' ? plural[of] : 'model';
  if (wished) throw new OnnxError('MISNAMED', fault, field);
  const advice =
    field === 'model' ? `Give its ${plural[of]} other names.` : `Give other names in "${field}".`;
  throw refused(`${fault} ${advice}`, field);
}

function faultOf(names: readonly string[], of: Named): string | undefined {
  const { length } = names;
  if (length > mostNames) return `There are ${length} ${plural[of]}; ${mostNames} are the most.`;
  const places = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const place = i + 1;
    const called = `The name of ${of} ${place}`;
    if (name.trim() === '') return `${called} is empty.`;
    if (name.length > longestName)
      return `${called} has ${name.length} characters; ${longestName} are the most.`;
    if (hasControl(name) || !name.isWellFormed())
      return `${called} holds a control character, or half of one.`;
    if (reserved.has(name)) return `${called} is "${name}", which cannot be a name.`;
    const earlier = places.get(name);
    if (earlier !== undefined)
      return `${capital(plural[of])} ${earlier} and ${place} have the same name "${shown(name)}".`;
    places.set(name, place);
  }
  return undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** A name of a file as a sentence can hold it. */
export function shown(name: string): string {
  const plain = name.replaceAll(/\p{Cc}+/gu, ' ').toWellFormed();
  if (plain.length <= longestShown) return plain;
  // A character of two units is not cut in half: no database takes what is left of it.
  return `${plain.slice(0, longestShown - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Whether a text can be kept as it is: whole characters, and none of them U+0000. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/** A text of a file. Throws `OnnxError` where its bytes are none. */
export function textIn(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    throw new OnnxError('DAMAGED', 'A text in the file is not UTF-8.');
  }
}
