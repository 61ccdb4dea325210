import type { User } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { actionsFor, matching } from './search-actions.ts';

const around = (mayWrite: boolean, who: Partial<User> = {}) => {
  const went: string[] = [];
  const actions = actionsFor({
    user: { role: mayWrite ? 'USER' : 'VIEWER', platformAdministrator: false, ...who } as User,
    mayWrite,
    dark: false,
    go: (to) => went.push(to),
    setLook: (look) => went.push(look),
    showKeys: () => went.push('keys'),
    signOut: () => went.push('out'),
  });
  return { actions, went };
};

describe('search actions', () => {
  it('are found by the beginning of any of their words', () => {
    const { actions, went } = around(true);
    const [found] = matching(actions, 'import tab');
    found?.run();
    expect(found?.label).toBe('Upload files');
    expect(went).toEqual(['/datakits']);
  });
  it('are all offered before anything is typed', () => {
    const { actions } = around(true);
    expect(matching(actions, '  ')).toEqual(actions);
    expect(matching(actions, 'zebra')).toEqual([]);
  });
  it('lead to what one sees to, as far as one may', () => {
    const to = (who: Partial<User>) =>
      matching(around(true, who).actions, 'history').concat(matching(around(true, who).actions, 'operator'));
    expect(to({ role: 'USER' })).toEqual([]);
    expect(to({ role: 'ADMIN' }).map(({ label }) => label)).toEqual(['Audit log']);
    expect(to({ platformAdministrator: true }).map(({ label }) => label)).toEqual(['Platform']);
    expect(matching(around(false).actions, 'team').map(({ label }) => label)).toEqual(['Members']);
  });
  it('lead those who run the platform to the outbox, and nobody else', () => {
    const { actions, went } = around(true, { platformAdministrator: true });
    matching(actions, 'smtp').forEach(({ run }) => {
      run();
    });
    expect(went).toEqual(['/outbox']);
    expect(matching(around(true).actions, 'outbox')).toEqual([]);
  });
  it('offer a viewer nothing that changes data', () => {
    const labels = around(false).actions.map(({ label }) => label);
    expect(labels).not.toContain('Upload files');
    expect(labels).not.toContain('Train a model');
    expect(labels).toContain('Sign out');
  });
});
