import type { ProfileWarning } from '@quadrax/contract';
import type { NumberDress, Physical } from './physical.ts';

const sign = String.raw`\p{Sc}|[%‰]|USD|EUR|GBP|CHF|JPY|CNY`;
const digits = String.raw`[+-]?\d[\d.,' \u00a0\u202f]*`;
const dressed = new RegExp(`^-?(?:(${sign})\\s*${digits}|${digits}(${sign}))$`, 'u');
const gapped = /^[+-]?[1-9]\d{0,2}([' \u00a0\u202f]\d{3})+([.,]\d+)?$/;

/**
 * What the numbers of a column are written with besides digits: the same sign at nearly all of them, or gaps between
 * thousands. Undefined for none. Digits in even groups and of one length throughout are no amounts but numbers of telephones
 * and the like.
 */
export function dressOf(texts: readonly string[]): NumberDress | undefined {
  const signs = texts.map((text) => {
    const found = dressed.exec(text.trim());
    return found?.[1] ?? found?.[2];
  });
  const unit = signs.find((found) => found !== undefined);
  const same = signs.filter((found) => found === unit).length;
  const known = unit !== undefined && same * 2 > texts.length ? unit : undefined;
  const numbers = texts.map((text) => (known === undefined ? text : text.replace(known, '')).trim());
  const amounts = numbers.filter((text) => gapped.test(text));
  const lengths = new Set(numbers.map((text) => text.replaceAll(/\D/g, '').length));
  const gaps =
    amounts.length > 0 && (lengths.size > 1 || known !== undefined || /[.,]/.test(amounts[0] ?? ''));
  if (known === undefined && !gaps) return undefined;
  return { ...(known !== undefined && { unit: known }), ...(gaps && { gaps }) };
}

/** Says of columns of numbers what sign they were written with: it is in no figure any more. */
export function unitWarnings(loaded: {
  readonly names: readonly string[];
  readonly physicals: readonly Physical[];
}): ProfileWarning[] {
  return loaded.physicals.flatMap((physical, i): ProfileWarning[] => {
    if (physical.kind !== 'double' || physical.unit === undefined) return [];
    const { unit } = physical;
    const as = unit === '%' ? 'as the number before it: 5% is 5, not 0.05' : 'as the number beside it';
    const message = `Every value is written with "${unit}" and was read ${as}.`;
    return [{ code: 'UNITS', column: loaded.names[i] ?? '', message }];
  });
}
