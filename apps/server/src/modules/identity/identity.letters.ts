import type { Role } from '@quadrax/contract';
import { letter } from '#platform/mail';
import type { Letter } from '#platform/mail';

/** Where people open the web app: what links in mails begin with. */
export type PublicUrl = () => string;

const links = {
  verify: '/verify-email',
  reset: '/reset-password',
  invitation: '/invitation',
  setup: '/setup',
} as const;

export const linkTo = (url: PublicUrl, page: keyof typeof links, token: string): string =>
  `${url().replace(/\/+$/, '')}${links[page]}?token=${encodeURIComponent(token)}`;

const unexpected = 'If you did not expect this mail, you can leave it unanswered: nothing changes.';

export const verificationLetter = (firstName: string, url: string): Letter =>
  letter({
    subject: 'Confirm your email address',
    greeting: `Hello ${firstName}`,
    paragraphs: ['Please confirm that this address is yours. The link is good for two days.'],
    action: { label: 'Confirm the address', url },
    footer: unexpected,
  });

export const resetLetter = (firstName: string, url: string): Letter =>
  letter({
    subject: 'Choose a new password',
    greeting: `Hello ${firstName}`,
    paragraphs: [
      'Somebody asked for a new password for your account. The link is good for one hour and for one use. All open sessions end when it is used.',
    ],
    action: { label: 'Choose a password', url },
    footer: unexpected,
  });

export const welcomeLetter = (firstName: string, tenantName: string, url: string): Letter =>
  letter({
    subject: `Your account at ${tenantName}`,
    greeting: `Hello ${firstName}`,
    paragraphs: [
      `An administrator of ${tenantName} opened an account for you. Choose a password to begin; the link is good for seven days.`,
    ],
    action: { label: 'Choose a password', url },
    footer: unexpected,
  });

const does: Readonly<Record<Role, string>> = {
  ADMIN: 'as an administrator',
  USER: 'as a member, to work with its data and models',
  VIEWER: 'as a viewer, to look at its data and models',
};

export const invitationLetter = (
  { tenantName, role, invitedBy }: { tenantName: string; role: Role; invitedBy: string },
  url: string,
): Letter =>
  letter({
    subject: `Invitation to ${tenantName}`,
    greeting: 'Hello',
    paragraphs: [
      `${invitedBy} invites you to join ${tenantName} ${does[role]}. The link is good for seven days.`,
    ],
    action: { label: 'See the invitation', url },
    footer: unexpected,
  });

/** Tells the owner of what somebody else may have done. */
export const passwordChangedLetter = (firstName: string): Letter =>
  letter({
    subject: 'Your password was changed',
    greeting: `Hello ${firstName}`,
    paragraphs: [
      'The password of your account was changed a moment ago, and its other sessions have ended.',
      'If that was not you, ask for a new password on the sign-in page at once.',
    ],
    footer: 'You get this mail whenever the password of your account changes.',
  });

export const emailChangedLetter = (firstName: string, email: string): Letter =>
  letter({
    subject: 'Your email address was changed',
    greeting: `Hello ${firstName}`,
    paragraphs: [
      `Your account is now known by the address ${email}. If that was not you, tell your administrator at once.`,
    ],
    footer: 'You get this mail because this was the address of the account before.',
  });
