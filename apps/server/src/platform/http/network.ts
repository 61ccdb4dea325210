import { isIPv6 } from 'node:net';

/** Groups of an IPv6 address in hexadecimal: the parser of URLs knows all its spellings, but for a zone. */
const groupsOf = (address: string): string[] => {
  const spelt = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [before = [], after] = spelt.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = 8 - before.length - (after?.length ?? 0);
  return [...before, ...Array<string>(zeros).fill('0'), ...(after ?? [])];
};

const ofFour = (groups: readonly string[]): string =>
  groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((pair) => [pair >> 8, pair & 255])
    .join('.');

/**
 * What an address counts as where guesses and requests are counted: of IPv6 its /64, since whoever has one address of
 * it has all of them; an IPv4 address, also one that is written as IPv6 (RFC 4291, 2.5.5.2), is itself.
 */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  const isMapped = groups[5] === 'ffff' && groups.slice(0, 5).every((group) => group === '0');
  return isMapped ? ofFour(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`;
};
