import type { Role } from './identity.ts';

/** What people call the roles, wherever they read of them. No schema in this file: the first page of the app loads it. */
export const roleNames: Readonly<Record<Role, string>> = {
  ADMIN: 'Administrator',
  USER: 'Member',
  VIEWER: 'Viewer',
};

/** What they call whoever sees to the accounts and mails of the whole installation. */
export const platformAdministrator = 'platform administrator';
