/** Columns and a filled form as the tests of training share them. */
import type { TrainColumn } from './train-columns.ts';
import { emptyTrainValues, type TrainValues } from './train-form.ts';

export const columns: TrainColumn[] = [
  { name: 'id', type: 'identifier', distinct: 344, present: 344 },
  { name: 'species', type: 'categorical', distinct: 3 },
  { name: 'mass', type: 'numeric', distinct: 90 },
  { name: 'station', type: 'categorical', distinct: 1 },
  { name: 'notes', type: 'text', distinct: 201 },
];
export const values: TrainValues = {
  ...emptyTrainValues,
  name: 'species from penguins',
  datakitId: '0192f0c4-0000-7000-8000-000000000001',
  target: 'species',
  task: 'CLASSIFICATION',
  features: ['mass'],
};
