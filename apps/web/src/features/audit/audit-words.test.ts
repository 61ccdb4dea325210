import type { AuditEntry } from '@quadrax/contract';
import { routes } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { actorName, auditSentence, sentenceOf } from './audit-sentences.ts';
import { differencesOf, verdictSentence } from './audit-words.ts';

const entry = (action: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 1,
  at: '2026-03-01T09:00:00.000Z',
  action,
  address: '192.0.2.1',
  requestId: 'one',
  hash: 'a'.repeat(64),
  ...more,
});

const names = new Map([['m1', 'Grades']]);

describe('an audit entry in words', () => {
  it('names what it is about: as it was called then, else as it is called now', () => {
    const deployed = entry('model.deployed', {
      resourceId: 'm1',
      before: { deployedVersion: null },
      after: { deployedVersion: 3 },
    });
    expect(auditSentence(deployed, names)).toBe('deployed version 3 of the model Grades');
    expect(auditSentence(deployed, new Map())).toBe('deployed version 3 of a model');
    const renamed = entry('model.updated', {
      resourceId: 'm1',
      before: { name: 'First' },
      after: { name: 'Second' },
    });
    expect(auditSentence(renamed, names)).toBe('changed the model First');
  });
  it('sets the name apart, so that it can lead to what it names', () => {
    const retried = entry('job.retried', { resourceId: 'j1' });
    expect(sentenceOf(retried, new Map([['j1', 'Train penguins']]))).toEqual({
      before: 'ran the job ',
      name: 'Train penguins',
      after: ' again',
    });
    expect(sentenceOf(retried, new Map())).toEqual({ before: 'ran a job again', after: '' });
    // What stands in a name is no part of the sentence.
    const odd = entry('model.deleted', { before: { name: '{a|b}' } });
    expect(auditSentence(odd, new Map())).toBe('deleted the model {a|b}');
  });
  it('names nobody as the one who asked for a new password: it may have been anybody', () => {
    const asked = entry('account.password_reset_requested', { resourceId: 'm1' });
    expect(`${actorName(asked)} ${auditSentence(asked, names)}`).toBe(
      'Somebody asked for a new password for Grades',
    );
  });
  it('says what became of a member', () => {
    const named = { resourceId: 'm1' };
    expect(auditSentence(entry('user.updated', { ...named, after: { role: 'VIEWER' } }), names)).toBe(
      'made Grades a viewer',
    );
    expect(auditSentence(entry('user.updated', { ...named, after: { active: false } }), names)).toBe(
      'deactivated Grades',
    );
    expect(
      auditSentence(entry('invitation.created', { after: { email: 'a@b.c', role: 'ADMIN' } }), names),
    ).toBe('invited a@b.c as an administrator');
  });
  it('has words for every action there is', () => {
    const actions = Object.values(routes).flatMap((module) =>
      Object.values(module).map(({ audit }) => audit),
    );
    const bare = [...new Set(actions)].filter(
      (action) =>
        action !== 'none' &&
        auditSentence(entry(action), new Map()) ===
          action.split('.').toReversed().join(' ').replaceAll('_', ' '),
    );
    expect(bare).toEqual([]);
  });
  it('says of an action of a later version what its name says', () => {
    expect(auditSentence(entry('code_sheet.opened'), names)).toBe('opened code sheet');
  });
  it('gives whoever left no name', () => {
    const id = '0f0e0d0c-0000-4000-8000-000000000000';
    expect(actorName(entry('a.b', { actor: { id, name: 'Ada' } }))).toBe('Ada');
    expect(actorName(entry('a.b', { actor: { id } }))).toBe('Somebody who left (0f0e0d0c)');
    expect(actorName(entry('a.b'))).toBe('The platform');
  });
  it('shows what changed field by field, as a person reads it', () => {
    const changed = entry('a.b', {
      before: { deployedVersion: null, active: true },
      after: { deployedVersion: 3, options: { folds: 2 } },
    });
    expect(differencesOf(changed)).toEqual([
      { field: 'Deployed version', before: 'none', after: '3' },
      { field: 'Active', before: 'yes', after: undefined },
      { field: 'Options', before: undefined, after: '{\n  "folds": 2\n}' },
    ]);
    expect(differencesOf(entry('a.b'))).toEqual([]);
  });
  it('says how the check came out', () => {
    expect(verdictSentence({ rows: 1234, intact: true })).toBe('1,234 entries, nothing was changed.');
    expect(verdictSentence({ rows: 3, intact: false, broken: { id: 3, problem: 'missing' } })).toMatch(
      /^Entry 3 is missing/,
    );
  });
});
