import { exportOnnx, readOnnx } from '@quadrax/ml/onnx';
import { train } from '@quadrax/ml/tabular';
import { expect, it } from 'vitest';

const rows = 60;
const minutes = Float64Array.from({ length: rows }, (_, i) => ((i * 97) % 1440) * 60_000);

it('is not believed where it tells of a time beyond a day', () => {
  const { model } = train(
    {
      rows,
      columns: [
        { name: 'woke', kind: 'time', values: minutes },
        { name: 'price', kind: 'numeric', values: minutes.map((value) => value / 3_600_000) },
      ],
    },
    { task: 'regression', target: 'price', algorithm: 'linear', seed: 3, validation: { holdout: 0.2 } },
  );
  const file = Buffer.from(exportOnnx(model, { name: 'Times', version: 1 }));
  const kinds = () => readOnnx(new Uint8Array(file), {}).schema.features.map(({ kind }) => kind);
  expect(kinds()).toEqual(['time']);
  const [told = '', max = ''] = /"kind":"time"[^}]*?"max":(\d+)/.exec(file.toString('latin1')) ?? [];
  expect(Number(max)).toBeGreaterThan(80_000_000);
  file.write('9'.repeat(max.length), file.indexOf(told, 0, 'latin1') + told.length - max.length, 'latin1');
  expect(kinds()).not.toContain('time');
});
