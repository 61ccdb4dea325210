import { describe, expect, it } from 'vitest';
import { actionsFor, matching } from './search-actions.ts';

const around = (mayWrite: boolean) => {
  const went: string[] = [];
  const actions = actionsFor({
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
    expect(found?.label).toBe('Upload a table');
    expect(went).toEqual(['/datakits']);
  });
  it('are all offered before anything is typed', () => {
    const { actions } = around(true);
    expect(matching(actions, '  ')).toEqual(actions);
    expect(matching(actions, 'zebra')).toEqual([]);
  });
  it('offer a viewer nothing that changes data', () => {
    const labels = around(false).actions.map(({ label }) => label);
    expect(labels).not.toContain('Upload a table');
    expect(labels).not.toContain('Train a model');
    expect(labels).toContain('Sign out');
  });
});
