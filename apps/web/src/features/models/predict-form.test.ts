import type { Feature } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import {
  errorsByFeature,
  initialValues,
  predictFields,
  rankedProbabilities,
  toRecord,
  unseenRemark,
} from './predict-form.ts';

const features: Feature[] = [
  { name: 'mass', type: 'numeric', min: 2700, max: 6300, integer: true },
  { name: 'island', type: 'categorical', categories: ['Biscoe', 'Dream'] },
  { name: 'seen', type: 'datetime', min: 0, max: 86_400_000 * 365 },
  { name: 'note', type: 'text' },
  { name: 'woke', type: 'time', min: 0, max: 30_600_000 },
];
const example = { mass: 4050, island: 'Dream', seen: '2008-11-11', note: null, woke: '06:45:00' };
const fields = predictFields(features, example);

describe('the form of a version', () => {
  it('has an input of the right kind for each feature, with what was seen', () => {
    expect(fields.map(({ name, kind, seen }) => [name, kind, seen])).toEqual([
      ['mass', 'number', '2,700 to 6,300 seen'],
      ['island', 'choice', '2 categories seen'],
      ['seen', 'date', '1970-01-01 to 1971-01-01 seen'],
      ['note', 'text', 'Any text'],
      ['woke', 'time', '00:00:00 to 08:30:00 seen'],
    ]);
  });

  it('opens with the example', () => {
    expect(initialValues(fields, example)).toEqual({
      mass: '4050',
      island: 'Dream',
      seen: '2008-11-11',
      note: '',
      woke: '06:45:00',
    });
  });

  it('asks for a day where training saw days, and for the time where it saw times', () => {
    const at = (example: string, max: number) =>
      predictFields([{ name: 'at', type: 'datetime', min: 0, max }], { at: example })[0]?.kind;
    expect(at('2008-11-11T00:00:00.000Z', 86_400_000)).toBe('date');
    expect(at('2008-11-11T00:00:00.000Z', 86_400_001)).toBe('datetime');
    expect(at('2008-11-11T08:30:00.000Z', 86_400_000)).toBe('datetime');
    const [day] = predictFields([{ name: 'at', type: 'datetime' }], { at: '2008-11-11T00:00:00Z' });
    expect(initialValues(day ? [day] : [], { at: '2008-11-11T00:00:00Z' })).toEqual({ at: '2008-11-11' });
  });

  it('shows a date given in milliseconds as a date', () => {
    const [field] = predictFields([{ name: 'at', type: 'datetime' }], { at: 0 });
    expect(field?.kind).toBe('datetime');
    expect(initialValues(field ? [field] : [], { at: 0 })).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });
});

describe('the row to send', () => {
  it('has numbers as numbers and empty inputs as missing', () => {
    expect(toRecord(fields, { mass: '4050,5', island: 'Dream', seen: '', note: 'x' })).toEqual({
      record: { mass: 4050.5, island: 'Dream', seen: null, note: 'x', woke: null },
      errors: {},
    });
  });

  it('is refused at the field that is no number', () => {
    expect(toRecord(fields, { mass: 'heavy' }).errors).toEqual({
      mass: 'A number is needed here, and "heavy" is none.',
    });
  });
});

describe('spaces around what was typed', () => {
  const [bern, note] = predictFields(
    [
      { name: 'town', type: 'categorical', categories: ['Bern ', ' Chur', 'Genf'] },
      { name: 'note', type: 'categorical' },
    ],
    {},
  );
  if (!bern || !note) throw new Error('no field');
  const sent = (town: string) => toRecord([bern], { town }).record['town'];

  it('belong to a category that has them', () => {
    expect([sent('Bern '), sent(' Chur')]).toEqual(['Bern ', ' Chur']);
    expect([unseenRemark(bern, 'Bern '), unseenRemark(bern, ' Chur')]).toEqual([undefined, undefined]);
    expect(unseenRemark(bern, 'Bern')).toContain('Not seen in training');
  });

  it('are dropped around every other, and alone are a missing value', () => {
    expect([sent(' Genf '), sent('  ')]).toEqual(['Genf', null]);
    expect([unseenRemark(bern, ' Genf '), unseenRemark(bern, '  ')]).toEqual([undefined, undefined]);
  });

  it('are sent where the categories are too many to be listed', () => {
    expect(toRecord([note], { note: 'Bern ' }).record).toEqual({ note: 'Bern ' });
  });
});

describe('a value that training never saw', () => {
  it('is remarked upon, not refused', () => {
    const [mass] = fields;
    if (!mass) throw new Error('no field');
    expect(unseenRemark(mass, '9000')).toBe('Outside what was seen in training (2,700 to 6,300).');
    expect(unseenRemark(mass, '4000.5')).toBe('Only whole numbers were seen in training.');
    expect(unseenRemark(mass, '4000')).toBeUndefined();
    expect(unseenRemark(mass, '')).toBeUndefined();
    const kind = { ...mass, kind: 'choice', options: ['a', 'b'] } as const;
    expect(unseenRemark(kind, 'z')).toBe('Not seen in training: it counts as missing.');
    expect(unseenRemark({ ...kind, imported: true }, 'z')).toContain('None of the categories');
    expect([unseenRemark(kind, 'a'), unseenRemark(kind, '')]).toEqual([undefined, undefined]);
  });
});

describe('details of a refusal', () => {
  it('go to the feature they name, also when its name holds dots', () => {
    const details = [
      { field: 'inputs.mass', message: 'a' },
      { field: 'inputs[0].a.b', message: 'b' },
      { field: 'inputs.0.island', message: 'c' },
      { field: 'else', message: 'd' },
    ];
    expect(errorsByFeature(details, ['mass', 'a.b', 'island'])).toEqual({
      mass: 'a',
      'a.b': 'b',
      island: 'c',
      '': 'd',
    });
  });

  it('are put together when a feature has several', () => {
    const details = [
      { field: 'mass', message: 'One.' },
      { field: 'mass', message: 'Two.' },
    ];
    expect(errorsByFeature(details, ['mass'])).toEqual({ mass: 'One. Two.' });
  });
});

describe('probabilities', () => {
  it('are ranked', () => {
    expect(rankedProbabilities({ a: 0.1, b: 0.7, c: 0.2 }).map(([label]) => label)).toEqual(['b', 'c', 'a']);
  });
});
