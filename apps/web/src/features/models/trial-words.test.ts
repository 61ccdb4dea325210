import { describe, expect, it } from 'vitest';
import { trialDoubts, trialRows, type Served } from './trial-words.ts';

const record = (requests: number, errors: number, p99?: number): Served => ({
  requests,
  errors,
  ...(p99 !== undefined && { latency: { p50: p99 / 10, p95: p99 / 2, p99 } }),
});

describe('a version on trial beside the one that serves', () => {
  it('is told figure by figure, and nothing is told of what was not asked', () => {
    expect(trialRows(record(1502, 15, 50), record(0, 0))).toEqual([
      { name: 'Requests', served: '1,502', tried: '0' },
      { name: 'Refused', served: '1 %', tried: '–' },
      { name: 'Median time', served: '5 ms', tried: '–' },
      { name: '99 % within', served: '50 ms', tried: '–' },
      { name: 'Prediction drift', served: '–', tried: '–' },
    ]);
  });

  it('is doubted where it refused more, was slower or was hardly asked', () => {
    const served = record(1000, 10, 50);
    expect(trialDoubts(served, record(200, 2, 60), 3)).toEqual([]);
    expect(trialDoubts(served, record(0, 0), 3)).toEqual(['Version 3 has answered no request yet.']);
    expect(trialDoubts(served, record(1, 1, 500), 3)).toEqual(['Version 3 has answered 1 request only.']);
    expect(trialDoubts(served, record(200, 24, 90), 3)).toEqual([
      'It refused 12 % of its requests, the one in service 1 %.',
      '99 % of its answers took up to 90 ms, those in service 50 ms.',
    ]);
  });
});
