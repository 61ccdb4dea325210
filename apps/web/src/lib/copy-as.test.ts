import { describe, expect, it } from 'vitest';
import { asCurl, asTypeScript } from './copy-as.ts';

const origin = 'https://quadrax.example.org';

describe('copy as curl', () => {
  it('quotes for a shell and reads the token from the environment', () => {
    const text = asCurl(
      {
        method: 'POST',
        path: '/models/:id/predict',
        params: { id: 'm1' },
        body: { inputs: { note: "it's" } },
      },
      origin,
    );
    expect(text).toBe(
      [
        `curl -X POST 'https://quadrax.example.org/api/v1/models/m1/predict' \\`,
        `  -H "Authorization: Bearer $QUADRAX_TOKEN" \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{"inputs":{"note":"it'\\''s"}}'`,
      ].join('\n'),
    );
  });
  it('leaves out filters that are not set', () => {
    const text = asCurl(
      { method: 'GET', path: '/jobs', query: { status: 'FAILED', kind: undefined } },
      origin,
    );
    expect(text).toContain(`'https://quadrax.example.org/api/v1/jobs?status=FAILED'`);
  });
});

describe('copy as TypeScript', () => {
  it('calls the SDK with the path of the contract', () => {
    const text = asTypeScript({ method: 'GET', path: '/datakits/:id', params: { id: 'd1' } }, origin);
    expect(text).toContain(`import { createClient } from '@quadrax/client';`);
    expect(text).toContain(
      `await quadrax.GET('/datakits/{id}', {\n  params: {\n    path: {\n      id: "d1"\n    }\n  },\n});`,
    );
  });
  it('needs no options where there are none', () => {
    expect(asTypeScript({ method: 'GET', path: '/jobs' }, origin)).toContain(`await quadrax.GET('/jobs');`);
  });
});
