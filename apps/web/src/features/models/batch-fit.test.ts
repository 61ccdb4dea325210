import type { Datakit, Feature } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { unfitReason } from './batch-fit.ts';

const features: Feature[] = [
  { name: 'hours', type: 'numeric' },
  { name: 'city', type: 'categorical', categories: ['Bern', 'Lima'] },
  { name: 'day', type: 'datetime' },
  { name: 'paid', type: 'categorical', categories: ['false', 'true'] },
];
const types = { hours: 'numeric', city: 'categorical', day: 'datetime', paid: 'boolean', other: 'text' };

const datakit = (changes: Record<string, string | undefined>, status = 'READY') => ({
  status: status as Datakit['status'],
  columns: Object.entries({ ...types, ...changes }).flatMap(([name, type]) =>
    type === undefined ? [] : [{ name, type: type as Datakit['columns'][number]['type'] }],
  ),
});
const reason = (changes: Record<string, string | undefined>, status?: string) =>
  unfitReason(datakit(changes, status), { features });

describe('a datakit to be predicted', () => {
  it('fits with further columns, and with types that leave open what they hold', () => {
    expect(reason({})).toBeUndefined();
    expect(reason({ hours: 'integer', other: undefined })).toBeUndefined();
    expect(reason({ hours: 'identifier', city: 'geographic' })).toBeUndefined();
    expect(reason({ day: 'text' }), 'an empty column is text').toBeUndefined();
  });

  it('does not fit without a column, or with one that holds something else', () => {
    expect(reason({ hours: undefined })).toBe('"hours" is missing');
    expect(reason({ hours: 'categorical' })).toBe('"hours" holds words, and the model needs numbers');
    expect(reason({ day: 'integer' })).toBe('"day" holds numbers, and the model needs dates');
    expect(reason({ city: 'boolean' })).toBe('"city" holds true and false, and the model needs categories');
    expect(reason({ hours: undefined, city: undefined })).toBe('"hours" is missing, and 1 more');
  });

  it('has to be ready', () => {
    expect(reason({}, 'PROCESSING')).toBe('Still being read');
    expect(reason({ hours: undefined }, 'FAILED')).toBe('Could not be read');
  });
});
