import { describe, expect, it } from 'vitest';
import { networkOf } from './network.ts';

describe('the network that an address counts as', () => {
  it.each([
    ['an IPv4 address, itself', '203.0.113.9', '203.0.113.9'],
    ['an IPv4 address written as IPv6', '::ffff:203.0.113.9', '203.0.113.9'],
    ['the same in groups', '0:0:0:0:0:FFFF:cb00:7109', '203.0.113.9'],
    ['an IPv6 address, its /64', '2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
    ['a neighbour in it', '2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['one with zeros before the host', '2001:db8::1', '2001:db8:0:0::/64'],
    ['one with zeros behind', '2001:db8:1:2:3::', '2001:db8:1:2::/64'],
    ['one with an IPv4 end', '64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
    ['one of a link, without its zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['the machine itself', '::1', '0:0:0:0::/64'],
    ['what is no address, itself', 'unknown', 'unknown'],
  ])('is, of %s', (_what, address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
