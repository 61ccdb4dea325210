import { readFile } from 'node:fs/promises';
import { sampleSchema } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { profiled } from './fixtures/files.ts';

const folder = new URL('../../../../samples/', import.meta.url);
const samples = sampleSchema
  .array()
  .parse(JSON.parse(await readFile(new URL('samples.json', folder), 'utf8')));

describe('the samples that ship', () => {
  it.each(samples)('$name is what samples.json says', async (sample) => {
    const content = await readFile(new URL(`${sample.name}.csv`, folder));
    expect(content.length).toBeLessThan(300_000);
    const result = await profiled(content);
    expect(result.rows).toBe(sample.rows);
    expect(result.columns).toHaveLength(sample.columns);
    const target = result.column(sample.target);
    expect(target.missing).toBe(0);
    expect(sample.task === 'REGRESSION' ? ['integer', 'numeric'] : ['categorical']).toContain(target.type);
    expect(result.profile.columns.map(({ type }) => type)).not.toContain('text');
  });

  it('finds the gaps of the penguins and the dates of the weather', async () => {
    const penguins = await profiled(await readFile(new URL('penguins.csv', folder)));
    expect(penguins.column('sex').missing).toBe(11);
    expect(penguins.column('body_mass_g').missing).toBe(2);
    const weather = await profiled(await readFile(new URL('seattle-weather.csv', folder)));
    expect(weather.column('date')).toMatchObject({ type: 'datetime', min: '2012-01-01T00:00:00.000Z' });
  });
});
