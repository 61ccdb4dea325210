import { readFileSync } from 'node:fs';
import { eventSchemas } from '@quadrax/contract';
import { expect, it } from 'vitest';
import { eventsPage } from './events-page.ts';

/** The events of a page with the schemas of their payloads, however they are set. */
const listed = (page: string): Record<string, unknown> =>
  Object.fromEntries(
    [...page.matchAll(/^## (\S+)\n[^#]*?```json\n([\s\S]*?)\n```/gm)].map(([, name = '', schema = '']) => [
      name,
      JSON.parse(schema) as unknown,
    ]),
  );

it('lists every event with what it carries', () => {
  const events = listed(eventsPage());
  expect(Object.keys(events)).toEqual(Object.keys(eventSchemas));
  expect(events['job.finished']).toMatchObject({
    type: 'object',
    properties: { id: { format: 'uuid' }, status: { enum: expect.arrayContaining(['FAILED']) } },
    required: ['id', 'kind', 'status'],
  });
});

it('is what docs/events.md says; else run: node scripts/openapi.ts', () => {
  const page = readFileSync(new URL('../docs/events.md', import.meta.url), 'utf8');
  expect(listed(page)).toEqual(listed(eventsPage()));
});
