import { describe, expect, it } from 'vitest';
import { asCurl, asTypeScript } from './copy-as.ts';

const origin = 'https://quadrax.example.org';

describe('copy as curl', () => {
  it('quotes for a shell and reads the token from the environment', () => {
    const text = asCurl(
      {
        name: 'models.predict',
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
    const text = asCurl({ name: 'jobs.list', query: { status: 'FAILED', kind: undefined } }, origin);
    expect(text).toContain(`'https://quadrax.example.org/api/v1/jobs?status=FAILED'`);
  });
});

describe('a call in another tenant than the home of the account', () => {
  const tenant = '018f0000-0000-7000-8000-000000000002';
  it('names it, in either way of writing', () => {
    expect(asCurl({ name: 'jobs.list' }, origin, tenant)).toContain(`-H 'X-Tenant-ID: ${tenant}'`);
    expect(asTypeScript({ name: 'jobs.list' }, origin, tenant)).toContain(`  tenant: '${tenant}',`);
  });
});

describe('copy as TypeScript', () => {
  it('calls the SDK by noun, with what stands in the path first', () => {
    const params = { id: 'm1', version: 3 };
    const text = asTypeScript({ name: 'models.version', params }, origin);
    expect(text).toContain(`import { createClient } from '@quadrax/client';`);
    expect(text).toContain(`baseUrl: 'https://quadrax.example.org',`);
    expect(text).toContain(`await quadrax.models.version('m1', 3);`);
  });
  it('gives filters that are set, and nothing where there are none', () => {
    const query = { status: 'FAILED', kind: undefined };
    expect(asTypeScript({ name: 'jobs.list', query }, origin)).toContain(
      `await quadrax.jobs.list({ status: 'FAILED' });`,
    );
    expect(asTypeScript({ name: 'jobs.list' }, origin)).toContain(`await quadrax.jobs.list();`);
  });
  it('writes a body as code, with names and words quoted where they must be', () => {
    const body = { inputs: [{ 'body mass': 3750, note: "it's" }] };
    const text = asTypeScript({ name: 'models.predict', params: { id: 'm1' }, body }, origin);
    expect(text).toContain(`await quadrax.models.predict('m1', [{ 'body mass': 3750, note: 'it\\'s' }]);`);
  });
  it('of a call that takes nothing is that call alone', () => {
    expect(asTypeScript({ name: 'account.me' }, origin)).toContain('await quadrax.account.me();');
  });
});
